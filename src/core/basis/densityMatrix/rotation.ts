// Rotations of single particles, and instantaneous hard pulses R = ⊗ᵢ exp(−iθ Iᵢ·n), n in the xy plane, applied as RρR†,
// one particle at a time.
import type { SpinSpace } from './spinSpace.ts';
import type { Particle } from './subsystems.ts';

/** A density operator in the product basis, row-major, dimension × dimension. */
export interface DensityOperator {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

function factorial(n: number): number {
  let product = 1;
  for (let i = 2; i <= n; i++) product *= i;
  return product;
}

/** A rotation of spin ½: [[a, b], [−b*, a*]], levels from m = +½ down. */
export interface Su2 {
  readonly aRe: number;
  readonly aIm: number;
  readonly bRe: number;
  readonly bIm: number;
}

export const IDENTITY_ROTATION: Su2 = { aRe: 1, aIm: 0, bRe: 0, bIm: 0 };

/** exp(−iφ n·I), the rotation vector φn in radians. */
export function su2(xRad: number, yRad: number, zRad: number): Su2 {
  const angle = Math.hypot(xRad, yRad, zRad);
  const c = Math.cos(angle / 2);
  const s = angle < 1e-12 ? 0.5 : Math.sin(angle / 2) / angle;
  return { aRe: c, aIm: -s * zRad, bRe: -s * yRad, bIm: -s * xRad };
}

/** `later` after `earlier`. */
export function composeSu2(later: Su2, earlier: Su2): Su2 {
  const { aRe, aIm, bRe, bIm } = later;
  const { aRe: cRe, aIm: cIm, bRe: dRe, bIm: dIm } = earlier;
  // [[a, b], [−b*, a*]]·[[c, d], [−d*, c*]] has first row (ac − bd*, ad + bc*)
  return {
    aRe: aRe * cRe - aIm * cIm - (bRe * dRe + bIm * dIm),
    aIm: aRe * cIm + aIm * cRe - (bIm * dRe - bRe * dIm),
    bRe: aRe * dRe - aIm * dIm + (bRe * cRe + bIm * cIm),
    bIm: aRe * dIm + aIm * dRe + (bIm * cRe - bRe * cIm),
  };
}

interface Complex {
  readonly re: number;
  readonly im: number;
}

const times = (x: Complex, y: Complex): Complex => ({ re: x.re * y.re - x.im * y.im, im: x.re * y.im + x.im * y.re });

function powers(x: Complex, highest: number): Complex[] {
  const list: Complex[] = [{ re: 1, im: 0 }];
  for (let n = 1; n <= highest; n++) list.push(times(list[n - 1] as Complex, x));
  return list;
}

/**
 * A rotation in the representation of spin I (Wigner's D matrix written in a and b; Edmonds 1957, eq. 4.1.10).
 * @param twiceSpin 2I
 * @returns row-major, (2I+1)², levels from m = +I down
 */
export function spinRepresentation(twiceSpin: number, rotation: Su2): ComplexMatrix {
  const size = twiceSpin + 1;
  const { aRe, aIm, bRe, bIm } = rotation;
  const a = powers({ re: aRe, im: aIm }, twiceSpin);
  const aConjugate = powers({ re: aRe, im: -aIm }, twiceSpin);
  const b = powers({ re: bRe, im: bIm }, twiceSpin);
  const bNegated = powers({ re: -bRe, im: bIm }, twiceSpin);
  const re = new Float64Array(size * size);
  const im = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      // I+m' = twiceSpin − row, I−m' = row, I+m = twiceSpin − column, I−m = column
      const root = Math.sqrt(
        factorial(twiceSpin - row) * factorial(row) * factorial(twiceSpin - column) * factorial(column),
      );
      let sum: Complex = { re: 0, im: 0 };
      for (let k = Math.max(0, row - column); k <= Math.min(twiceSpin - column, row); k++) {
        const kept = [twiceSpin - column - k, row - k] as const;
        const flipped = [column - row + k, k] as const;
        const weight = root / (factorial(kept[0]) * factorial(k) * factorial(flipped[0]) * factorial(kept[1]));
        const diagonal = times(a[kept[0]] as Complex, aConjugate[kept[1]] as Complex);
        const other = times(b[flipped[0]] as Complex, bNegated[flipped[1]] as Complex);
        const term = times(diagonal, other);
        sum = { re: sum.re + weight * term.re, im: sum.im + weight * term.im };
      }
      re[row * size + column] = sum.re;
      im[row * size + column] = sum.im;
    }
  }
  return { re, im };
}

/** Row-major. */
export interface ComplexMatrix {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** exp(−iθ(Ix cos φ + Iy sin φ)) of one particle. */
function singleRotation(particle: Particle, flipRad: number, phaseRad: number): ComplexMatrix {
  const rotation = su2(flipRad * Math.cos(phaseRad), flipRad * Math.sin(phaseRad), 0);
  return spinRepresentation(particle.twiceSpin, rotation);
}

/**
 * Multiplies one particle's matrix onto one index of ρ: `outer` runs over the other index, `step` is the distance of
 * neighbouring elements of the index acted on, `conjugate` acts with R* (the ρR† side).
 */
function applyToIndex(
  rho: DensityOperator,
  dimension: number,
  stride: number,
  matrix: ComplexMatrix,
  side: 'row' | 'column',
): void {
  const size = Math.round(Math.sqrt(matrix.re.length));
  const step = side === 'row' ? dimension : 1;
  const outerStep = side === 'row' ? 1 : dimension;
  const sign = side === 'row' ? 1 : -1;
  const xr = new Float64Array(size);
  const xi = new Float64Array(size);
  for (let base = 0; base < dimension; base++) {
    if (Math.floor(base / stride) % size !== 0) continue;
    for (let outer = 0; outer < dimension; outer++) {
      const start = base * step + outer * outerStep;
      for (let k = 0; k < size; k++) {
        xr[k] = rho.re[start + k * stride * step] as number;
        xi[k] = rho.im[start + k * stride * step] as number;
      }
      for (let row = 0; row < size; row++) {
        let sumRe = 0;
        let sumIm = 0;
        for (let k = 0; k < size; k++) {
          const mr = matrix.re[row * size + k] as number;
          const mi = sign * (matrix.im[row * size + k] as number);
          sumRe += mr * (xr[k] as number) - mi * (xi[k] as number);
          sumIm += mr * (xi[k] as number) + mi * (xr[k] as number);
        }
        rho.re[start + row * stride * step] = sumRe;
        rho.im[start + row * stride * step] = sumIm;
      }
    }
  }
}

/**
 * Rotates spins by a hard pulse, in place.
 * @param rho density operator of `space`
 * @param flipRad flip angle
 * @param phaseRad pulse phase: 0 turns about x, π/2 about y
 * @param isTurned which particles the pulse reaches; all unless given
 */
export function applyHardPulse(
  space: SpinSpace,
  rho: DensityOperator,
  flipRad: number,
  phaseRad: number,
  isTurned: (particle: Particle) => boolean = () => true,
): void {
  space.particles.forEach((particle, i) => {
    if (!isTurned(particle)) return;
    const matrix = singleRotation(particle, flipRad, phaseRad);
    const stride = space.strides[i] as number;
    applyToIndex(rho, space.dimension, stride, matrix, 'row');
    applyToIndex(rho, space.dimension, stride, matrix, 'column');
  });
}
