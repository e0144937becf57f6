// Cramér–Rao bounds of the frequency and phase of a transient. The metabolites' shape s(t) is known; frequency, phase,
// amplitude and Lorentzian damping are not, nor are amplitude, phase, frequency and damping of each nuisance line. Noise is
// white. With complex derivatives ∂_i the Fisher matrix is Re⟨∂_i, ∂_j⟩/σ². Amplitude and damping of the whole are orthogonal
// to phase and frequency, ⟨s, is⟩ being imaginary, so that not knowing them costs nothing where no nuisance line is.
import { ppmToHz } from '../../domain/axes.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { BugError } from '../../domain/errors.ts';
import { choleskyFactor, choleskySolve } from '../../math/cholesky.ts';
import { innerProduct } from '../../math/complexLeastSquares.ts';
import type { ExtraLine } from '../syntheticScan.ts';
import type { SimulatedTransients } from './simulateSet.ts';

export interface OffsetBound {
  /** Smallest SD of an unbiased estimate. [Hz] */
  readonly shiftHz: number;
  /** Of the phase at the first sample. [rad] */
  readonly phaseRad: number;
}

/** i·x and x·t. */
const timesI = ({ re, im }: ComplexSignal): ComplexSignal => ({ re: im.map((v) => -v), im: re });
const timesTime = ({ re, im }: ComplexSignal, dwellTimeS: number): ComplexSignal => ({
  re: re.map((v, n) => v * n * dwellTimeS),
  im: im.map((v, n) => v * n * dwellTimeS),
});

/** Derivatives for phase, frequency in rad/s, amplitude and damping of a signal, but for real factors. */
function derivatives(signal: ComplexSignal, dwellTimeS: number): ComplexSignal[] {
  const timed = timesTime(signal, dwellTimeS);
  return [timesI(signal), timesI(timed), signal, timed];
}

function nuisanceFid(line: ExtraLine, dampingHz: number, set: SimulatedTransients): ComplexSignal {
  const points = set.template.re.length;
  const angle = 2 * Math.PI * ppmToHz(line.ppm, set.spectrometerFrequencyMHz) * set.dwellTimeS;
  const decay = Math.PI * (line.widthHz + dampingHz) * set.dwellTimeS;
  const part = (turn: (x: number) => number): Float64Array =>
    Float64Array.from({ length: points }, (_, n) => Math.exp(-decay * n) * turn(angle * n + line.phaseRad));
  return { re: part(Math.cos), im: part(Math.sin) };
}

/**
 * Bound of one transient.
 * @param nuisancesKnown false: the nuisance lines' own parameters are estimated too
 */
export function offsetBound(set: SimulatedTransients, k: number, nuisancesKnown: boolean): OffsetBound {
  const transient = set.drawn.transients[k];
  const shape = set.shapes[k];
  if (transient === undefined || shape === undefined) throw new BugError(`The set has no transient ${k}.`);
  const lines = nuisancesKnown ? [] : transient.nuisances;
  const columns = [
    ...derivatives(shape, set.dwellTimeS),
    ...lines.flatMap((line) => derivatives(nuisanceFid(line, transient.dampingHz, set), set.dwellTimeS)),
  ];
  const n = columns.length;
  const norms = columns.map((c) => Math.sqrt(innerProduct(c, c).re));
  const gram = Float64Array.from({ length: n * n }, (_, at) => {
    const i = Math.floor(at / n);
    const j = at % n;
    const product = innerProduct(columns[i] as ComplexSignal, columns[j] as ComplexSignal).re;
    return product / ((norms[i] as number) * (norms[j] as number));
  });
  const factor = choleskyFactor(gram, n);
  if (factor === null) throw new BugError('The Fisher matrix of a transient is singular.');
  const sdOf = (i: number): number => {
    const unit = Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0));
    const variance = choleskySolve(factor, n, unit)[i] as number;
    return ((set.noiseSd[k] as number) * Math.sqrt(variance)) / (norms[i] as number);
  };
  return { phaseRad: sdOf(0), shiftHz: sdOf(1) / (2 * Math.PI) };
}

/** Root mean square of the bounds over a set: what the SD over its estimates can't fall below. */
export function meanOffsetBound(set: SimulatedTransients, nuisancesKnown: boolean): OffsetBound {
  const bounds = set.signals.map((_, k) => offsetBound(set, k, nuisancesKnown));
  const rms = (of: (b: OffsetBound) => number): number =>
    Math.sqrt(bounds.reduce((sum, b) => sum + of(b) ** 2, 0) / Math.max(1, bounds.length));
  return { shiftHz: rms((b) => b.shiftHz), phaseRad: rms((b) => b.phaseRad) };
}
