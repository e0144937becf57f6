// The observed signal as a list of lines: s(t) = Tr(F⁺ρ(t)) = Σₖ Aₖ e^{2πi fₖ t}, so that one simulation serves every
// dwell time and length.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { toEigenbasis } from './evolution.ts';
import type { DensityOperator } from './rotation.ts';
import { raisingElement } from './spinSpace.ts';
import type { MzBlock, SpinSpace } from './spinSpace.ts';

/** Lines of a spectrum; arrays of equal length, rising frequency once merged. */
export interface Transitions {
  /** Offset from the carrier, NIfTI-MRS sign. [Hz] */
  readonly frequencyHz: Float64Array;
  /** Complex amplitudes; protons of unit concentration. */
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** Lines nearer than this are one: their phase differs by < 0.004 rad after 1 s. [Hz] */
export const MERGE_TOLERANCE_HZ = 5e-4;
/** Lines weaker than this part of a proton are dropped; thousands of them stay far below any noise. */
const NEGLIGIBLE_AMPLITUDE = 1e-9;

interface Line {
  readonly frequencyHz: number;
  readonly re: number;
  readonly im: number;
}

/** F⁺ in the eigenbasis, from block a (Mz) to block b (Mz + 1): b × a, row-major. */
function raisingInEigenbasis(space: SpinSpace, a: MzBlock, b: MzBlock): Float64Array {
  const rows = b.states.length;
  const columns = a.states.length;
  const position = new Map(Array.from(b.states, (s, k) => [s, k] as const));
  const half = new Float64Array(rows * columns); // product states of b × eigenstates of a
  a.states.forEach((state, k) => {
    space.particles.forEach((particle, i) => {
      const stride = space.strides[i] as number;
      const level = Math.floor(state / stride) % (particle.twiceSpin + 1);
      if (level === 0) return;
      const element = raisingElement(particle.twiceSpin, particle.twiceSpin - 2 * level);
      const row = position.get(state - stride) as number;
      for (let j = 0; j < columns; j++) {
        half[row * columns + j] =
          (half[row * columns + j] as number) + element * (a.vectors[k * columns + j] as number);
      }
    });
  });
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < rows; k++) {
      const v = b.vectors[k * rows + i] as number;
      for (let j = 0; j < columns; j++) {
        out[i * columns + j] = (out[i * columns + j] as number) + v * (half[k * columns + j] as number);
      }
    }
  }
  return out;
}

/**
 * Reads the lines that a receiver sees from ρ at the start of acquisition.
 * @param weight factor on every amplitude
 */
function linesOf(space: SpinSpace, rho: DensityOperator, weight: number): Line[] {
  const lines: Line[] = [];
  space.blocks.forEach((b, index) => {
    const a = space.blocks[index + 1];
    if (a === undefined || b.twiceM - a.twiceM !== 2) return;
    const block = toEigenbasis(space, rho, a, b);
    if (block === null) return;
    const raising = raisingInEigenbasis(space, a, b);
    const rows = a.states.length;
    const columns = b.states.length;
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const f = weight * (raising[j * rows + i] as number);
        const re = f * (block.re[i * columns + j] as number);
        const im = f * (block.im[i * columns + j] as number);
        if (Math.hypot(re, im) < NEGLIGIBLE_AMPLITUDE) continue;
        lines.push({ frequencyHz: (b.energiesHz[j] as number) - (a.energiesHz[i] as number), re, im });
      }
    }
  });
  return lines;
}

/** Adds up lines that lie within the tolerance of the first of their cluster; frequencies are amplitude-weighted. */
function merge(lines: readonly Line[], toleranceHz: number): Transitions {
  const sorted = [...lines].sort((a, b) => a.frequencyHz - b.frequencyHz);
  const merged: Line[] = [];
  for (let start = 0; start < sorted.length;) {
    const first = sorted[start] as Line;
    let weighted = 0;
    let total = 0;
    let re = 0;
    let im = 0;
    let end = start;
    for (; end < sorted.length; end++) {
      const line = sorted[end] as Line;
      if (line.frequencyHz - first.frequencyHz > toleranceHz) break;
      const size = Math.hypot(line.re, line.im);
      weighted += size * line.frequencyHz;
      total += size;
      re += line.re;
      im += line.im;
    }
    if (Math.hypot(re, im) >= NEGLIGIBLE_AMPLITUDE) merged.push({ frequencyHz: weighted / total, re, im });
    start = end;
  }
  return {
    frequencyHz: Float64Array.from(merged, (l) => l.frequencyHz),
    re: Float64Array.from(merged, (l) => l.re),
    im: Float64Array.from(merged, (l) => l.im),
  };
}

/**
 * Collects the lines of all subsystems of a molecule.
 * @param parts spin spaces with their density operators at the start of acquisition and weights
 * @param receiverPhaseRad added to every amplitude
 */
export function collectTransitions(
  parts: readonly { readonly space: SpinSpace; readonly rho: DensityOperator; readonly weight: number }[],
  receiverPhaseRad: number,
): Transitions {
  const c = Math.cos(receiverPhaseRad);
  const s = Math.sin(receiverPhaseRad);
  const lines = parts
    .flatMap(({ space, rho, weight }) => linesOf(space, rho, weight))
    .map(({ frequencyHz, re, im }) => ({ frequencyHz, re: re * c - im * s, im: re * s + im * c }));
  return merge(lines, MERGE_TOLERANCE_HZ);
}

/** Samples between exact evaluations of a phasor; bounds the rounding of the recurrence at about 1e-13. */
const RESYNC = 256;

/** Adds amplitude · e^{(2πi f − d) t} to a FID. */
function addLine(fid: ComplexSignal, line: Line, decayPerS: number, dwellTimeS: number): void {
  const stepDecay = Math.exp(-decayPerS * dwellTimeS);
  const angle = 2 * Math.PI * line.frequencyHz * dwellTimeS;
  const stepRe = stepDecay * Math.cos(angle);
  const stepIm = stepDecay * Math.sin(angle);
  let re = 0;
  let im = 0;
  for (let n = 0; n < fid.re.length; n++) {
    if (n % RESYNC === 0) {
      const decay = Math.exp(-decayPerS * dwellTimeS * n);
      const c = decay * Math.cos(angle * n);
      const s = decay * Math.sin(angle * n);
      re = line.re * c - line.im * s;
      im = line.re * s + line.im * c;
    }
    fid.re[n] = (fid.re[n] as number) + re;
    fid.im[n] = (fid.im[n] as number) + im;
    const next = re * stepRe - im * stepIm;
    im = re * stepIm + im * stepRe;
    re = next;
  }
}

/**
 * Samples lines as a FID, s(n·dwell) = Σ A e^{2πi f t} e^{−π·linewidth·t}.
 * @param linewidthHz Lorentzian FWHM given to every line; 0 for none
 * @returns `points` samples
 */
export function transitionsToFid(
  transitions: Transitions,
  options: { readonly points: number; readonly dwellTimeS: number; readonly linewidthHz: number },
): ComplexSignal {
  const { points, dwellTimeS, linewidthHz } = options;
  const fid = { re: new Float64Array(points), im: new Float64Array(points) };
  transitions.frequencyHz.forEach((frequencyHz, k) => {
    const line = { frequencyHz, re: transitions.re[k] as number, im: transitions.im[k] as number };
    addLine(fid, line, Math.PI * linewidthHz, dwellTimeS);
  });
  return fid;
}
