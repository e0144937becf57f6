// Ratio maps of a grid as DICOM objects of the scan's study, with UIDs that are the same for the same map.
import type { MrsDataset, PatientInfo } from '../../core/domain/mrsDataset.ts';
import type { VoxelQuantification } from '../../core/domain/quantification.ts';
import { writeDicomMapImages } from '../../core/formats/write/dicomMapImages.ts';
import type { DicomMapHeader } from '../../core/formats/write/dicomMaps.ts';
import { writeDicomParametricMap } from '../../core/formats/write/dicomParametricMap.ts';
import { headerText, studyContext } from '../../core/formats/write/dicomStudyModules.ts';
import type { RatioMap } from '../../core/pipeline/index.ts';
import { ratioMaps } from '../../core/pipeline/index.ts';
import { derivedDicomUid } from './dicomUids.ts';
import { sha256Hex } from './hashing.ts';
import { localTime, ownStudyUid } from './reportDicom.ts';

/** 'image': derived MR images, one a slice; 'parametricMap': one object with all slices. */
export type MapObjectKind = 'image' | 'parametricMap';

/** Behind the reports' (9800 to 9802); each map is a series. */
const FIRST_SERIES_NUMBER: Readonly<Record<MapObjectKind, number>> = { image: 9820, parametricMap: 9910 };

/** An analysed grid. */
export interface MappedAnalysis {
  /** As it was read: its grid, place and header. */
  readonly scan: MrsDataset;
  readonly voxels: readonly VoxelQuantification[];
  /** As the study names them. */
  readonly patient: PatientInfo;
  /** Tells the study from others where its files name no StudyInstanceUID. */
  readonly studyId: string;
  readonly region: string | null;
  /** SHA-256 of the scan's file. */
  readonly inputSha256: string;
  /** ISO 8601. */
  readonly analysedAt: string;
  readonly software: readonly [name: string, version: string];
}

/** One map's objects. */
export interface MapObjects {
  /** "tNAA": the numerator. */
  readonly name: string;
  readonly title: string;
  readonly kind: MapObjectKind;
  /** Whole files; of images one a slice. */
  readonly files: readonly Uint8Array[];
}

/** What a map says: another map has another. */
function mapDigest({ values, affine, title }: RatioMap): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return sha256Hex([title, JSON.stringify(affine), sha256Hex(bytes)].join('\n'));
}

function mapHeader(analysis: MappedAnalysis, map: RatioMap, kind: MapObjectKind, index: number): DicomMapHeader {
  const { scan, patient, studyId, region, inputSha256, analysedAt, software } = analysis;
  const context = studyContext(scan, patient, () => ownStudyUid(studyId));
  const { studyInstanceUid } = context;
  const own = [kind, studyInstanceUid, inputSha256, mapDigest(map)];
  return {
    ...context,
    frameOfReferenceUid:
      context.frameOfReferenceUid ?? derivedDicomUid('frame-of-reference', studyInstanceUid, inputSha256),
    region: [scan.acquisition.region, region].filter((words) => words !== null).join(', ') || null,
    patientPosition: headerText(scan.header, 'PatientPosition'),
    createdAt: localTime(analysedAt),
    software,
    seriesNumber: FIRST_SERIES_NUMBER[kind] + index,
    seriesInstanceUid: derivedDicomUid('map-series', ...own),
    dimensionOrganizationUid: derivedDicomUid('map-dimensions', ...own),
    sopInstanceUid: (frame) => derivedDicomUid('map', ...own, String(frame)),
  };
}

/**
 * All ratio maps of an analysed grid; none of a single voxel.
 * @param names of numerators ("tNAA"); null: all
 * @throws UnsupportedDataError where the grid's place is unknown or its axes are not perpendicular
 */
export function ratioMapObjects(
  analysis: MappedAnalysis,
  kind: MapObjectKind,
  names: readonly string[] | null = null,
): MapObjects[] {
  const [nx = 1, ny = 1, nz = 1] = analysis.scan.data.shape;
  if (nx * ny * nz === 1) return [];
  return ratioMaps(analysis.scan, analysis.voxels).flatMap((map, index): MapObjects[] => {
    if (names?.includes(map.name) === false) return [];
    const header = mapHeader(analysis, map, kind, index);
    const files = kind === 'image' ? writeDicomMapImages(map, header) : [writeDicomParametricMap(map, header)];
    return [{ name: map.name, title: map.title, kind, files }];
  });
}
