// A seeded scan simulator: a basis set, concentrations and the imperfections of a scan → FIDs with a known truth.
// One transient of one coil is
//   d(t) = g · [ a Σ_m c_m x_m(t) e^{−πLt − (πGt)²/(4 ln 2)} + baseline(t) + water(t) ] e^{i(φ + 2πft + φ_eddy(t))} + noise,
// with L, G the FWHM added to the basis, f and φ those of the transient, g the coil's complex sensitivity.
import { WATER_PPM } from '../domain/axes.ts';
import type { BasisSet } from '../domain/basisSet.ts';
import type { ComplexSignal, DoubleArray } from '../domain/complexArray.ts';
import { zeros } from '../domain/complexArray.ts';
import { ModelError } from '../domain/errors.ts';
import type { SeededRandom } from '../math/seededRandom.ts';
import { gaussianFid } from './macromolecules/index.ts';

/** Width added to every basis signal, FWHM. [Hz] */
export interface Broadening {
  readonly lorentzianHz: number;
  readonly gaussianHz: number;
}

/** A line that is not in the basis: part of a baseline, or residual water. */
export interface ExtraLine {
  readonly ppm: number;
  /** FID amplitude at t = 0, in protons × concentration as the metabolites. */
  readonly amplitude: number;
  readonly widthHz: number;
  readonly shape: 'lorentzian' | 'gaussian';
  readonly phaseRad: number;
}

export interface SpectrumParameters {
  /** By signal name of the basis, macromolecules included; absent names count as 0. */
  readonly concentrations: Readonly<Record<string, number>>;
  readonly broadening: Broadening;
  readonly shiftHz: number;
  readonly phaseRad: number;
  readonly extraLines: readonly ExtraLine[];
}

/** Multiplies by e^{−πLt − (πGt)²/(4 ln 2)} · e^{i(φ + 2πft)}, in place. */
function applyLineshape(
  fid: ComplexSignal,
  dwellTimeS: number,
  { lorentzianHz, gaussianHz }: Broadening,
  shiftHz: number,
  phaseRad: number,
): void {
  for (let n = 0; n < fid.re.length; n++) {
    const t = n * dwellTimeS;
    const decay = Math.exp(-Math.PI * lorentzianHz * t - (Math.PI * gaussianHz * t) ** 2 / (4 * Math.LN2));
    const c = decay * Math.cos(phaseRad + 2 * Math.PI * shiftHz * t);
    const s = decay * Math.sin(phaseRad + 2 * Math.PI * shiftHz * t);
    const re = fid.re[n] as number;
    const im = fid.im[n] as number;
    fid.re[n] = re * c - im * s;
    fid.im[n] = re * s + im * c;
  }
}

function accumulate(target: ComplexSignal, signal: ComplexSignal, factor: number): void {
  for (let n = 0; n < target.re.length; n++) {
    target.re[n] = (target.re[n] as number) + factor * (signal.re[n] as number);
    target.im[n] = (target.im[n] as number) + factor * (signal.im[n] as number);
  }
}

/** One extra line as a FID at the sampling of a basis. */
export function extraLineFid(line: ExtraLine, basis: BasisSet): ComplexSignal {
  const gaussianHz = line.shape === 'gaussian' ? line.widthHz : 0;
  const fid = gaussianFid(line.ppm, line.amplitude, gaussianHz, basis);
  const lorentzianHz = line.shape === 'lorentzian' ? line.widthHz : 0;
  applyLineshape(fid, basis.dwellTimeS, { lorentzianHz, gaussianHz: 0 }, 0, line.phaseRad);
  return fid;
}

/**
 * The noiseless FID of one spectrum.
 * @param basis signals at the sampling wanted
 * @returns basis.points samples
 * @throws ModelError where a concentration names no basis signal
 */
export function syntheticFid(basis: BasisSet, parameters: SpectrumParameters): ComplexSignal {
  const { concentrations, broadening, shiftHz, phaseRad, extraLines } = parameters;
  const fid = { re: new Float64Array(basis.points), im: new Float64Array(basis.points) };
  for (const [name, concentration] of Object.entries(concentrations)) {
    const signal = basis.signals.find((s) => s.name === name);
    if (signal === undefined) {
      throw new ModelError('BASIS_MISMATCH', `The basis set "${basis.title}" has no signal "${name}" to simulate.`, {
        name,
      });
    }
    accumulate(fid, signal.fid, concentration);
  }
  applyLineshape(fid, basis.dwellTimeS, broadening, 0, 0);
  for (const line of extraLines) accumulate(fid, extraLineFid(line, basis), 1);
  applyLineshape(fid, basis.dwellTimeS, { lorentzianHz: 0, gaussianHz: 0 }, shiftHz, phaseRad);
  return fid;
}

/** How each transient differs from the noiseless FID. */
export interface TransientState {
  readonly shiftHz: number;
  readonly phaseRad: number;
  /** Amplitude factor; 1 unless the subject moved. */
  readonly scale: number;
  /** Lorentzian FWHM added. [Hz] */
  readonly broadeningHz: number;
}

export interface DriftOptions {
  readonly count: number;
  /** Change of frequency from the first to the last transient, linear, and its jitter's SD. [Hz] */
  readonly driftHz: number;
  readonly shiftJitterHz: number;
  /** The same for the phase. [rad] */
  readonly phaseDriftRad: number;
  readonly phaseJitterRad: number;
  /** Transients in which the subject moved. */
  readonly moved: readonly (TransientState & { readonly index: number })[];
}

/** Draws the states of a series of transients; drift is centred, so that its mean is 0. */
export function transientStates(options: DriftOptions, random: SeededRandom): TransientState[] {
  const { count, driftHz, shiftJitterHz, phaseDriftRad, phaseJitterRad, moved } = options;
  return Array.from({ length: count }, (_, k) => {
    const along = count > 1 ? k / (count - 1) - 0.5 : 0;
    const shiftHz = driftHz * along + shiftJitterHz * random.normal();
    const phaseRad = phaseDriftRad * along + phaseJitterRad * random.normal();
    const motion = moved.find((m) => m.index === k);
    return {
      shiftHz: shiftHz + (motion?.shiftHz ?? 0),
      phaseRad: phaseRad + (motion?.phaseRad ?? 0),
      scale: motion?.scale ?? 1,
      broadeningHz: motion?.broadeningHz ?? 0,
    };
  });
}

export interface Coil {
  /** Complex sensitivity. */
  readonly gainRe: number;
  readonly gainIm: number;
  /** Noise SD of the real and of the imaginary part, each. */
  readonly noiseSd: number;
}

/**
 * Draws a coil array whose sensitivities have Σ|g|² = 1, so that the combined signal has the FID's own amplitude.
 * @param noiseSd mean noise SD; single coils vary by ±15 %
 */
export function randomCoils(count: number, noiseSd: number, random: SeededRandom): Coil[] {
  const raw = Array.from({ length: count }, () => {
    const size = 0.35 + random.uniform();
    const phase = 2 * Math.PI * random.uniform();
    return { re: size * Math.cos(phase), im: size * Math.sin(phase), noise: 0.85 + 0.3 * random.uniform() };
  });
  const norm = Math.sqrt(raw.reduce((sum, c) => sum + c.re ** 2 + c.im ** 2, 0));
  return raw.map((c) => ({ gainRe: c.re / norm, gainIm: c.im / norm, noiseSd: noiseSd * c.noise }));
}

/**
 * Phase that eddy currents add: φ(t) = Σ aₖ (1 − e^{−t/τₖ}), 0 at the start of acquisition.
 * @param terms amplitudes [rad] and time constants [s]
 */
export function eddyCurrentPhase(
  points: number,
  dwellTimeS: number,
  terms: readonly { readonly amplitudeRad: number; readonly timeConstantS: number }[],
): Float64Array {
  return Float64Array.from({ length: points }, (_, n) =>
    terms.reduce((sum, k) => sum + k.amplitudeRad * (1 - Math.exp((-n * dwellTimeS) / k.timeConstantS)), 0),
  );
}

export interface TransientScan {
  /** Noiseless FID of the object. */
  readonly fid: ComplexSignal;
  readonly dwellTimeS: number;
  readonly states: readonly TransientState[];
  readonly coils: readonly Coil[];
  /** One phase a point; common to metabolites and water. [rad] */
  readonly eddyPhaseRad: Float64Array;
}

function transientSignal(scan: TransientScan, state: TransientState): ComplexSignal {
  const fid = { re: scan.fid.re.slice(), im: scan.fid.im.slice() };
  const broadening = { lorentzianHz: state.broadeningHz, gaussianHz: 0 };
  applyLineshape(fid, scan.dwellTimeS, broadening, state.shiftHz, state.phaseRad);
  for (let n = 0; n < fid.re.length; n++) {
    const phase = scan.eddyPhaseRad[n] as number;
    const c = state.scale * Math.cos(phase);
    const s = state.scale * Math.sin(phase);
    const re = fid.re[n] as number;
    const im = fid.im[n] as number;
    fid.re[n] = re * c - im * s;
    fid.im[n] = re * s + im * c;
  }
  return fid;
}

/**
 * The raw data of a scan, coil by coil and transient by transient, with noise.
 * @param random source of the noise
 * @returns shape [coils, transients, points]
 */
export function syntheticTransients(scan: TransientScan, random: SeededRandom): DoubleArray {
  const { coils, states, fid } = scan;
  const points = fid.re.length;
  const out = zeros([coils.length, states.length, points]);
  const signals = states.map((state) => transientSignal(scan, state));
  coils.forEach((coil, c) => {
    signals.forEach((signal, k) => {
      const offset = (c * states.length + k) * points;
      for (let n = 0; n < points; n++) {
        const re = signal.re[n] as number;
        const im = signal.im[n] as number;
        out.re[offset + n] = coil.gainRe * re - coil.gainIm * im + coil.noiseSd * random.normal();
        out.im[offset + n] = coil.gainRe * im + coil.gainIm * re + coil.noiseSd * random.normal();
      }
    });
  });
  return out;
}

/** Adds white noise, SD per real channel, to one FID. @returns a new signal */
export function withNoise(fid: ComplexSignal, noiseSd: number, random: SeededRandom): ComplexSignal {
  const noisy = (x: Float64Array): Float64Array => x.map((v) => v + noiseSd * random.normal());
  return { re: noisy(fid.re), im: noisy(fid.im) };
}

/**
 * Unsuppressed water of a voxel.
 * @param amplitude FID at t = 0: 2 protons × concentration
 */
export function waterFid(basis: BasisSet, amplitude: number, broadening: Broadening): ComplexSignal {
  const fid = gaussianFid(WATER_PPM, amplitude, broadening.gaussianHz, basis);
  applyLineshape(fid, basis.dwellTimeS, { lorentzianHz: broadening.lorentzianHz, gaussianHz: 0 }, 0, 0);
  return fid;
}

/**
 * Rounds to multiples of a power of two, as an ADC does, so that files of noise compress.
 * @param resolution largest step allowed: well below the noise SD
 * @returns new data and the step used
 */
export function digitise(data: DoubleArray, resolution: number): { readonly data: DoubleArray; readonly step: number } {
  const step = 2 ** Math.floor(Math.log2(resolution));
  const round = (x: Float64Array): Float64Array => x.map((v) => step * Math.round(v / step) + 0);
  return { data: { re: round(data.re), im: round(data.im), shape: data.shape }, step };
}
