// ShallowNet-2D2c, ResNet-1D, U-Net and their stacked ensemble: Rizzo R, Dziadosz M, Kyathanahally SP, Shamaei A, Kreis R.
// Quantification of MR spectra by deep learning in an idealized setting: investigation of forms of input, network architectures,
// optimization by ensembles of networks, and training bias. Magn Reson Med 2023;89:1707, doi:10.1002/mrm.29561. Trained by
// training/quantification/ensembles, with a line of the water reference at 0.5 ppm and without.
import type { BatchMethod } from '../shared/networks/batchMethod.ts';
import { checkNoOptions } from '../shared/networks/noOptions.ts';
import { networkMethodOf } from '../shared/networks/runNetwork.ts';
import { withWaterLine } from './waterReferenceLine.ts';

/** Where these networks' water reference stands, and its feet. */
const WATER_REFERENCE_PPM = [0.3, 0.7] as const;

/** @param method one of "shallownet-2d2c", "resnet-1d", "unet", "hybrid-ensemble" */
export const ensembleMethod = (method: string): BatchMethod =>
  networkMethodOf({
    method,
    version: '1.0.0',
    checkOptions: checkNoOptions(method),
    ignoredPpm: WATER_REFERENCE_PPM,
    seen: (batch, basis, { waterReference }, { waterOf }) =>
      waterReference === undefined ? null : withWaterLine(batch, basis, waterReference, waterOf),
  });
