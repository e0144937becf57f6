// Scans in space: what a header tells of a scan's place, the spectra of a grid, and its regions.
import { isRegionMean } from '../../core/domain/regionMean.ts';
import { isMeanOf, regionScan } from '../../core/pipeline/regionScan.ts';
import type { NamedRegion } from '../../core/pipeline/regionScan.ts';
import { imageFrameOfReference } from '../../core/pipeline/imageVolume.ts';
import { frameOfReferenceOf, scanPlacementOf } from '../../core/pipeline/scanPlacement.ts';
import { gridSpectra, regionSignal } from '../gridSignals.ts';
import type { HostHandlers } from '../hostMessages.ts';
import type { Services } from '../services.ts';
import type { HandlerContext } from './context.ts';

type MrsiChannel = 'scan:placement' | 'image:frame' | 'mrsi:spectra' | 'mrsi:region-mean' | 'mrsi:keep-region';

/** The mean that a study has of a region already. */
async function keptMean(
  { store, signals }: Pick<Services, 'store' | 'signals'>,
  studyId: string,
  region: NamedRegion,
): Promise<string | null> {
  for (const record of store.listDatasets(studyId)) {
    if (isRegionMean(record) && isMeanOf(await signals.scan(record.id), region)) return record.id;
  }
  return null;
}

export function mrsiHandlers({ services, emit }: HandlerContext): Pick<HostHandlers, MrsiChannel> {
  const { store, signals, stamp } = services;
  return {
    'scan:placement': async ({ datasetId }) => scanPlacementOf(await signals.scan(datasetId)),
    'image:frame': async ({ datasetId, imageId }) => {
      const ofScan = frameOfReferenceOf(await signals.scan(datasetId));
      const { fileName } = store.getDataset(imageId);
      const ofImage = ofScan === null ? null : imageFrameOfReference(fileName, store.readRawFile(imageId));
      if (ofScan === null || ofImage === null) return { frame: 'unknown' };
      return { frame: ofScan === ofImage ? 'same' : 'other' };
    },
    'mrsi:spectra': async ({ voxels, ppm, points, ...wanted }) =>
      gridSpectra(await signals.processedVoxels(wanted, voxels), voxels, ppm, points),
    'mrsi:region-mean': async ({ voxels, ...wanted }) => {
      const once = [...new Set(voxels)];
      return regionSignal(await signals.processedVoxels(wanted, once), once);
    },
    'mrsi:keep-region': async ({ datasetId, waterDatasetId, voxels, name }) => {
      const { studyId, sha256 } = store.getDataset(datasetId);
      const region = { name, voxels, sourceSha256: sha256 };
      const kept = await keptMean(services, studyId, region);
      if (kept !== null) return { datasetId: kept };
      const processed = await signals.processedRegion({ datasetId, waterDatasetId }, [...new Set(voxels)]);
      const { datasets, alreadyKnown } = store.addDatasets(studyId, [regionScan(processed, region, stamp)]);
      emit('studies:changed', { studyId });
      return { datasetId: ([...datasets, ...alreadyKnown][0] as { id: string }).id };
    },
  };
}
