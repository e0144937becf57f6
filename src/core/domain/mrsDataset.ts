// MrsDataset: the canonical form of every scan (NIfTI-MRS names, units and sign convention).
import type { ComplexArray } from './complexArray.ts';
import { shapeSize } from './complexArray.ts';
import type { JsonObject } from './json.ts';
import type { ProvenanceEntry, Warning } from './provenance.ts';

/** Tags of NIfTI dimensions 5–7. Source: NIfTI-MRS standard (Clarke 2022, doi:10.1002/mrm.29418). */
export type DimensionTag =
  | 'DIM_COIL'
  | 'DIM_DYN'
  | 'DIM_INDIRECT_0'
  | 'DIM_INDIRECT_1'
  | 'DIM_INDIRECT_2'
  | 'DIM_PHASE_CYCLE'
  | 'DIM_EDIT'
  | 'DIM_MEAS'
  | 'DIM_USER_0'
  | 'DIM_USER_1'
  | 'DIM_USER_2'
  | 'DIM_ISIS'
  | 'DIM_METCYCLE';

/** A higher dimension with the standard's optional info string and per-index header values. */
export interface HigherDimension {
  readonly tag: DimensionTag;
  readonly info: string | null;
  readonly header: JsonObject | null;
}

/** 4 × 4 row-major matrix, voxel index → scanner RAS coordinates in mm (NIfTI convention). */
export type Affine = readonly number[];

export interface PatientInfo {
  readonly name: string | null;
  readonly id: string | null;
  readonly sex: string | null;
  readonly birthDate: string | null;
  readonly ageYears: number | null;
  readonly weightKg: number | null;
}

export interface AcquisitionInfo {
  readonly echoTimeS: number | null;
  readonly repetitionTimeS: number | null;
  readonly mixingTimeS: number | null;
  readonly inversionTimeS: number | null;
  /** Sequence or protocol name as the file has it. */
  readonly sequence: string | null;
  readonly manufacturer: string | null;
  readonly scannerModel: string | null;
  /** ISO 8601 date and time of the acquisition where the file has it. */
  readonly acquiredAt: string | null;
  readonly region: string | null;
}

export interface MrsDataset {
  /** Shape [x, y, z, ...dimensions, points]: time last. */
  readonly data: ComplexArray;
  /** Higher dimensions (NIfTI 5–7), in the order they stand in the shape; 0 to 3 of them. */
  readonly dimensions: readonly HigherDimension[];
  readonly dwellTimeS: number;
  readonly spectrometerFrequencyMHz: number;
  /** "1H", "31P", … */
  readonly nucleus: string;
  readonly acquisition: AcquisitionInfo;
  readonly patient: PatientInfo;
  /** null where the format carries no geometry. */
  readonly affine: Affine | null;
  /** Name of the format it was read from, e.g. "nifti-mrs", "lcmodel-raw". */
  readonly format: string;
  /** Every further NIfTI-MRS header key, kept so that writing loses nothing. */
  readonly header: JsonObject;
  readonly provenance: readonly ProvenanceEntry[];
  readonly warnings: readonly Warning[];
}

/** @returns number of time points */
export function pointCount(dataset: MrsDataset): number {
  return dataset.data.shape[dataset.data.shape.length - 1] ?? 0;
}

/** @returns number of spatial positions (1 for a single voxel) */
export function voxelCount(dataset: MrsDataset): number {
  return shapeSize(dataset.data.shape.slice(0, 3));
}

/** @returns length of a tagged dimension, 1 where absent */
export function dimensionLength(dataset: MrsDataset, tag: DimensionTag): number {
  const index = dataset.dimensions.findIndex((d) => d.tag === tag);
  return index < 0 ? 1 : (dataset.data.shape[3 + index] ?? 1);
}

/** @returns edge lengths of one voxel in mm from the affine's columns, or null without geometry */
export function voxelSizeMm(affine: Affine | null): readonly [number, number, number] | null {
  if (affine === null) return null;
  const column = (c: number): number =>
    Math.hypot(affine[c] as number, affine[4 + c] as number, affine[8 + c] as number);
  return [column(0), column(1), column(2)];
}

export const UNKNOWN_PATIENT: PatientInfo = {
  name: null,
  id: null,
  sex: null,
  birthDate: null,
  ageYears: null,
  weightKg: null,
};

export const UNKNOWN_ACQUISITION: AcquisitionInfo = {
  echoTimeS: null,
  repetitionTimeS: null,
  mixingTimeS: null,
  inversionTimeS: null,
  sequence: null,
  manufacturer: null,
  scannerModel: null,
  acquiredAt: null,
  region: null,
};
