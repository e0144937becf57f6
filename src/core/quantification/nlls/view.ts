// How much of the FID a fit looks at, and the fit as it is shown: over the whole FID.
import { nextPowerOfTwo } from '../../math/fft.ts';
import { minus } from '../../math/vectors.ts';
import { subtractColumns } from './amplitudes.ts';
import type { Solution } from './engine.ts';
import { shortenFrame } from './frame.ts';
import type { Frame } from './frame.ts';
import { GAUSSIAN, LORENTZIAN } from './model.ts';
import type { ModelSignal } from './model.ts';
import type { NllsOptions } from './options.ts';
import type { Problem } from './problem.ts';
import { residualOf, rms } from './residual.ts';
import type { Standing } from './standing.ts';

/** Fewer samples than this are never cut further, at the sampling rate of a scan. */
export const LEAST_POINTS = 256;
const NEGLIGIBLE_ENERGY = 1e-3;

/** |x|² of the samples of a signal, which all fits of a basis ask for. */
const knownEnergies = new WeakMap<ModelSignal, Float64Array>();

function energiesOf(signal: ModelSignal): Float64Array {
  const known = knownEnergies.get(signal);
  if (known !== undefined) return known;
  const { re, im } = signal.fid;
  const energies = re.map((v, i) => v ** 2 + (im[i] as number) ** 2);
  knownEnergies.set(signal, energies);
  return energies;
}

/** |h|² of the common widths at every sample. */
function envelopeOf({ model }: Frame, theta: Float64Array): Float64Array {
  const { dwellTimeS } = model;
  const growth = Math.exp(-4 * (theta[GAUSSIAN] as number) * dwellTimeS ** 2);
  let factor = Math.exp(
    -2 * Math.PI * (theta[LORENTZIAN] as number) * dwellTimeS - 2 * (theta[GAUSSIAN] as number) * dwellTimeS ** 2,
  );
  const envelope = new Float64Array(model.points);
  let value = 1;
  for (let i = 0; i < envelope.length; i++) {
    envelope[i] = value;
    value *= factor;
    factor *= growth;
  }
  return envelope;
}

/** Part of a signal's energy that lies beyond `points` samples under an envelope. */
function energyBeyond(signal: ModelSignal, points: number, envelope: Float64Array): number {
  const energies = energiesOf(signal);
  let within = 0;
  let beyond = 0;
  for (let i = 0; i < points; i++) within += (envelope[i] as number) * (energies[i] as number);
  for (let i = points; i < energies.length; i++) beyond += (envelope[i] as number) * (energies[i] as number);
  return beyond / Math.max(within + beyond, 1e-300);
}

/**
 * Leaves out the end of the FID where the lines have decayed: it holds noise only, for data and model alike, and without it
 * a spectrum costs half as much. Half of the samples go as long as no signal has a thousandth of its energy there.
 */
export function truncated(frame: Frame, theta: Float64Array, options: NllsOptions, leastPoints = LEAST_POINTS): Frame {
  let points = nextPowerOfTwo(frame.model.points);
  const envelope = envelopeOf(frame, theta);
  const isIdle = (half: number): boolean =>
    frame.model.signals.every((signal) => energyBeyond(signal, half, envelope) < NEGLIGIBLE_ENERGY);
  while (points / 2 >= leastPoints && isIdle(points / 2)) points /= 2;
  return points < frame.model.points ? shortenFrame(frame, points, options) : frame;
}

export interface View {
  readonly problem: Problem;
  readonly columns: readonly Float64Array[];
  readonly baselineRows: Float64Array;
  readonly residualRms: number;
}

/** The fit over the whole FID, as it is shown: with the amplitudes found, and a baseline as smooth as the fit's. */
export function viewOf(
  frame: Frame,
  work: Frame,
  { problem, phases }: Standing,
  { theta, amplitudes, linear }: Solution,
): View {
  if (work === frame) {
    const { baseline, residual } = residualOf(problem, linear);
    return { problem, columns: linear.columns, baselineRows: baseline, residualRms: rms(residual) };
  }
  const { model, baseline, fid } = frame;
  if (baseline !== null && work.baseline !== null) baseline.setEffectiveDegrees(work.baseline.effectiveDegrees);
  const y = model.dataRows(fid, phases[0], phases[1]);
  const columns = model.columnsAt(theta);
  const residual = subtractColumns(y, columns, amplitudes);
  const baselineRows = baseline?.fitTo(residual) ?? new Float64Array(residual.length);
  const residualRms = rms(minus(residual, baselineRows));
  return { problem: { ...problem, model, baseline, y }, columns, baselineRows, residualRms };
}

/** The noise level that bounds are for, on the scale of the rows the fit looked at: what is left, where that is more. */
export const levelOf = (frame: Frame, work: Frame, view: View): number =>
  Math.max(frame.noiseRows, view.residualRms) * Math.sqrt(work.model.points / frame.model.points);
