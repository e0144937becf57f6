// One voxel from FID to result: the fit, the amounts by its water reference, the ratios, the quality figures. Workers and
// tests run this one function.
import type { Warning } from '../domain/provenance.ts';
import type { QuantificationResult } from '../domain/quantification.ts';
import type { QuantitySettings, WaterScalingSettings } from '../domain/quantitySettings.ts';
import type { Cancellation } from '../ports/cancellation.ts';
import type { FitBatch, FitInput, FitOutput } from '../ports/fitRunner.ts';
import { amplitudeWeights } from '../quantification/amplitudeCovariance.ts';
import { lcmodelSnr } from '../quality/snr.ts';
import { fitVoxel, isFailure, quantifySpectra } from '../quantification/index.ts';
import type { BatchContext, VoxelFailure } from '../quantification/index.ts';
import { withRatios } from '../quantification/ratios/index.ts';
import type { WaterMeasurement } from '../quantification/waterScaling/waterAmplitude.ts';
import { scaleToWater, waterInBasisUnits } from '../quantification/waterScaling/index.ts';
import { waterOf, waterScalingInput } from '../quantification/waterScaling/measuredWater.ts';
import { waterSignals } from './waterSignal.ts';
import { voxelQuality } from './voxelQuality.ts';

const warned = (result: QuantificationResult, warnings: readonly Warning[]): QuantificationResult =>
  warnings.length === 0 ? result : { ...result, warnings: [...result.warnings, ...warnings] };

const skipped = (why: string): Warning => ({
  code: 'water-scaling-skipped',
  message: `No amounts by the water reference: ${why}`,
});

/** The voxel's water, or why it could not be measured. */
function measureWater(input: FitInput, settings: WaterScalingSettings): WaterMeasurement | Warning {
  const found = waterOf(input, settings);
  return typeof found === 'string' ? skipped(found) : found;
}

function scaled(
  result: QuantificationResult,
  input: FitInput,
  measured: WaterMeasurement,
  settings: WaterScalingSettings,
): QuantificationResult {
  return warned(scaleToWater(result, waterScalingInput(input, measured, settings)), measured.warnings);
}

/** Ratios to what was asked for, or to those of the defaults that the result has. */
function ratioed(
  result: QuantificationResult,
  { ratios, tellsMissingRatios, waterScaling }: QuantitySettings,
): QuantificationResult {
  const measured = result.waterScaling?.water;
  const water =
    measured === undefined || waterScaling === null
      ? null
      : waterInBasisUnits(measured, waterScaling.proton, waterScaling.scale);
  const has = (name: string): boolean => (name === 'water' ? water !== null : amplitudeWeights(result, name) !== null);
  const references = tellsMissingRatios ? ratios : ratios.filter(has);
  return references.length === 0 ? result : withRatios(result, references, water);
}

/** The fit's own SNR goes by its residual, which tells nothing of noise that was taken out before: that is put back. */
function withNoiseOfOriginal(
  { fid, noiseSd, isDenoised }: FitInput,
  { result, curves, curveNoiseSd }: FitOutput,
): QuantificationResult {
  if (isDenoised !== true || noiseSd === null || curves.data.length === 0) return result;
  const { data, baseline, residual } = curves;
  const height = data.map((v, i) => v - (baseline[i] as number));
  const value = lcmodelSnr(height, residual, curveNoiseSd ?? noiseSd * Math.sqrt(fid.re.length));
  const definition = `${result.snr.definition}, with the noise before denoising`;
  return { ...result, snr: { value: Number.isFinite(value) ? value : 0, definition } };
}

/**
 * Fits one voxel and adds its quantities.
 * @param batch method, options, basis; `quantities` for ratios, amounts and quality, without it the bare fit
 * @throws UsageError (unknown method or option), ModelError, ProcessingError, CancelledError
 */
export function quantifyVoxel(
  input: FitInput,
  batch: Pick<FitBatch, 'method' | 'options' | 'basis' | 'quantities'>,
  cancellation: Cancellation,
): FitOutput {
  const { method, options, basis, quantities } = batch;
  return withQuantities(input, fitVoxel(input, basis, method, options, cancellation), quantities);
}

/**
 * Quantifies voxels of one scan together, by a method that does so, and adds the quantities of each.
 * @param batch method, options, basis, network; `quantities` as for quantifyVoxel
 * @returns in the order of the inputs
 * @throws UsageError (unknown method or option), ModelError, ProcessingError, CancelledError
 */
export async function quantifyVoxels(
  inputs: readonly FitInput[],
  batch: Pick<FitBatch, 'method' | 'options' | 'basis' | 'quantities'>,
  context: BatchContext,
): Promise<(FitOutput | VoxelFailure)[]> {
  const { method, options, basis, quantities } = batch;
  const waterOf = waterSignals(quantities?.waterScaling ?? null);
  const outputs = await quantifySpectra(inputs, basis, method, options, { ...context, waterOf });
  return outputs.map((output, k) =>
    isFailure(output) ? output : withQuantities(inputs[k] as FitInput, output, quantities),
  );
}

/** The result with ratios, amounts and quality figures, where such were asked for. */
function withQuantities(input: FitInput, fitted: FitOutput, quantities: QuantitySettings | undefined): FitOutput {
  const output = { ...fitted, result: withNoiseOfOriginal(input, fitted) };
  if (quantities === undefined || output.result.status === 'refused') return output;
  const { waterScaling } = quantities;
  const water = waterScaling === null ? null : measureWater(input, waterScaling);
  const isMeasured = water !== null && 'water' in water;
  let { result } = output;
  if (isMeasured && waterScaling !== null) result = scaled(result, input, water, waterScaling);
  else if (water !== null && !isMeasured) result = warned(result, [water as Warning]);
  result = ratioed(result, quantities);
  const quality = voxelQuality(input, output, isMeasured ? water.water.fwhmHz : null, quantities);
  return { ...output, result: { ...result, quality } };
}
