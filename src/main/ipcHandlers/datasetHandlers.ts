// What a dataset holds: its signals, and an image's bytes.
import { UnsupportedDataError } from '../../core/domain/errors.ts';
import { imageVolumeName, imageVolumeNifti } from '../../core/pipeline/imageVolume.ts';
import type { HostHandlers } from '../hostMessages.ts';
import type { HandlerContext } from './context.ts';

export function datasetHandlers({
  services: { store, signals },
}: HandlerContext): Pick<HostHandlers, 'dataset:signal' | 'image:read' | 'spectrum:figures' | 'spectrum:transients'> {
  return {
    'dataset:signal': (request) => signals.signal(request),
    'spectrum:figures': (request) => signals.figures(request),
    'spectrum:transients': (request) => signals.transients(request),
    'image:read': ({ datasetId }) => {
      const { fileName, role } = store.getDataset(datasetId);
      if (role !== 'image') throw new UnsupportedDataError('UNSUPPORTED', `${fileName} is not an image.`);
      const bytes = imageVolumeNifti(fileName, store.readRawFile(datasetId));
      return { fileName: imageVolumeName(fileName), bytes };
    },
  };
}
