// Coil weights of one voxel from its signals and the coils' noise.
import type { HeldSignal } from '../../domain/complexArray.ts';
import type { ComplexMatrix } from '../../math/hermitian.ts';
import { dominantEigenvector, solveLower, solveLowerAdjoint, zeroMatrix } from '../../math/hermitian.ts';
import type { CoilNoise } from './noiseCovariance.ts';

/** Combined signal = Σ_c weight_c · coil_c. */
export interface CoilWeights {
  readonly re: Float64Array;
  readonly im: Float64Array;
  /** SNR of the combination over that of the best single coil. */
  readonly snrGain: number;
}

/** Leading part of the FID that enters the signal covariance; later samples are mostly noise. */
const SIGNAL_FRACTION = 0.25;

/** Σ over groups and early samples of y·yᴴ with y = L⁻¹x. */
function whitenedCovariance(groups: readonly (readonly HeldSignal[])[], noise: CoilNoise): ComplexMatrix {
  const n = noise.alive.length;
  const raw = zeroMatrix(n);
  const points = groups[0]?.[0]?.re.length ?? 0;
  const used = Math.max(1, Math.floor(points * SIGNAL_FRACTION));
  for (const group of groups) {
    for (let i = 0; i < n; i++) {
      const a = group[noise.alive[i] as number] as HeldSignal;
      for (let j = 0; j <= i; j++) {
        const b = group[noise.alive[j] as number] as HeldSignal;
        let re = 0;
        let im = 0;
        for (let t = 0; t < used; t++) {
          re += (a.re[t] as number) * (b.re[t] as number) + (a.im[t] as number) * (b.im[t] as number);
          im += (a.im[t] as number) * (b.re[t] as number) - (a.re[t] as number) * (b.im[t] as number);
        }
        raw.re[i * n + j] = (raw.re[i * n + j] as number) + re;
        raw.im[i * n + j] = (raw.im[i * n + j] as number) + im;
      }
    }
  }
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      raw.re[i * n + j] = raw.re[j * n + i] as number;
      raw.im[i * n + j] = -(raw.im[j * n + i] as number);
    }
  }
  return congruence(raw, noise.factor);
}

/** L⁻¹·A·L⁻ᴴ: solve for the columns, take the adjoint, solve again. */
function congruence(a: ComplexMatrix, factor: ComplexMatrix): ComplexMatrix {
  const n = a.size;
  let current = a;
  for (let pass = 0; pass < 2; pass++) {
    const next = zeroMatrix(n);
    for (let j = 0; j < n; j++) {
      const column = {
        re: Float64Array.from({ length: n }, (_, i) => current.re[i * n + j] as number),
        im: Float64Array.from({ length: n }, (_, i) => current.im[i * n + j] as number),
      };
      const solved = solveLower(factor, column);
      for (let i = 0; i < n; i++) {
        next.re[j * n + i] = solved.re[i] as number;
        next.im[j * n + i] = -(solved.im[i] as number);
      }
    }
    current = next;
  }
  return current;
}

/**
 * wSVD weights of one voxel: w = conj(Ψ⁻¹b)/(bᴴΨ⁻¹b) with ‖b‖ = 1, turned so that the first sample of the mean
 * combined signal is real and positive.
 * @param groups FIDs [transient][coil] of the voxel
 */
export function coilWeights(groups: readonly (readonly HeldSignal[])[], noise: CoilNoise): CoilWeights {
  const n = noise.alive.length;
  const re = new Float64Array(noise.coils);
  const im = new Float64Array(noise.coils);
  if (n === 0) return { re, im, snrGain: 0 };
  const { vector: u, value } = dominantEigenvector(whitenedCovariance(groups, noise));
  if (value === 0) return { re, im, snrGain: 0 };
  const { factor } = noise;
  // b = L·u and Ψ⁻¹b = L⁻ᴴ·u, so bᴴΨ⁻¹b = 1 for unit u: rescaling by ‖b‖ makes the weights those of unit b.
  const b = { re: new Float64Array(n), im: new Float64Array(n) };
  for (let i = 0; i < n; i++) {
    for (let k = 0; k <= i; k++) {
      const lr = factor.re[i * n + k] as number;
      const li = factor.im[i * n + k] as number;
      b.re[i] = (b.re[i] as number) + lr * (u.re[k] as number) - li * (u.im[k] as number);
      b.im[i] = (b.im[i] as number) + lr * (u.im[k] as number) + li * (u.re[k] as number);
    }
  }
  const length = Math.hypot(...b.re, ...b.im);
  const dual = solveLowerAdjoint(factor, u);
  let best = 0;
  for (let i = 0; i < n; i++) {
    const coil = noise.alive[i] as number;
    re[coil] = (dual.re[i] as number) * length;
    im[coil] = -(dual.im[i] as number) * length;
    const variance = noise.covariance.re[i * n + i] as number;
    best = Math.max(best, ((b.re[i] as number) ** 2 + (b.im[i] as number) ** 2) / variance);
  }
  turn(re, im, -firstPhase(groups, re, im));
  return { re, im, snrGain: best > 0 ? 1 / Math.sqrt(best) : 0 };
}

/**
 * Phase of the combined first sample, of the mean over the transients; where their phases scatter so much that the mean
 * cancels, of the first transient.
 */
function firstPhase(
  groups: readonly (readonly HeldSignal[])[],
  weightRe: Float64Array,
  weightIm: Float64Array,
): number {
  const firsts = groups.map((group) => {
    let re = 0;
    let im = 0;
    group.forEach((x, c) => {
      re += (weightRe[c] as number) * (x.re[0] as number) - (weightIm[c] as number) * (x.im[0] as number);
      im += (weightRe[c] as number) * (x.im[0] as number) + (weightIm[c] as number) * (x.re[0] as number);
    });
    return { re, im };
  });
  const sum = firsts.reduce((a, b) => ({ re: a.re + b.re, im: a.im + b.im }), { re: 0, im: 0 });
  const sizes = firsts.reduce((a, b) => a + Math.hypot(b.re, b.im), 0);
  const used = Math.hypot(sum.re, sum.im) >= 0.5 * sizes ? sum : (firsts[0] ?? sum);
  return Math.atan2(used.im, used.re);
}

function turn(re: Float64Array, im: Float64Array, angle: number): void {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  for (let i = 0; i < re.length; i++) {
    const x = re[i] as number;
    const y = im[i] as number;
    re[i] = x * c - y * s;
    im[i] = x * s + y * c;
  }
}
