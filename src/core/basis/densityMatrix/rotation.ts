// Instantaneous hard pulses: R = ⊗ᵢ exp(−iθ Iᵢ·n), n in the xy plane, applied as RρR†, one particle at a time. The single
// spin's matrix is Wigner's d(θ) about y, turned to the pulse phase (Wigner 1931; Edmonds 1957, eq. 4.1.15).
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

/**
 * Wigner's small d matrix, exp(−iθ Iy), levels from m = +I down.
 * @param twiceSpin 2I
 * @param angleRad rotation angle
 * @returns real, row-major, (2I+1)²
 */
export function wignerSmallD(twiceSpin: number, angleRad: number): Float64Array {
  const size = twiceSpin + 1;
  const c = Math.cos(angleRad / 2);
  const s = Math.sin(angleRad / 2);
  const d = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      // j+m' = twiceSpin − row, j−m' = row, j+m = twiceSpin − column, j−m = column
      const root = Math.sqrt(
        factorial(twiceSpin - row) * factorial(row) * factorial(twiceSpin - column) * factorial(column),
      );
      let sum = 0;
      for (let k = Math.max(0, row - column); k <= Math.min(twiceSpin - column, row); k++) {
        const sinPower = column - row + 2 * k;
        const denominator =
          factorial(twiceSpin - column - k) * factorial(k) * factorial(column - row + k) * factorial(row - k);
        sum += (((column - row + k) % 2 === 0 ? 1 : -1) * (c ** (twiceSpin - sinPower) * s ** sinPower)) / denominator;
      }
      d[row * size + column] = root * sum;
    }
  }
  return d;
}

interface ComplexMatrix {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** exp(−iθ(Ix cos φ + Iy sin φ)) of one particle. */
function singleRotation(particle: Particle, flipRad: number, phaseRad: number): ComplexMatrix {
  const size = particle.twiceSpin + 1;
  const d = wignerSmallD(particle.twiceSpin, flipRad);
  const re = new Float64Array(size * size);
  const im = new Float64Array(size * size);
  const turn = phaseRad - Math.PI / 2;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      // e^{−iα m'} d e^{+iα m} with m = I − index, so α(m − m') = α(row − column)
      const angle = turn * (row - column);
      re[row * size + column] = (d[row * size + column] as number) * Math.cos(angle);
      im[row * size + column] = (d[row * size + column] as number) * Math.sin(angle);
    }
  }
  return { re, im };
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
 * Rotates every spin by a hard pulse, in place.
 * @param rho density operator of `space`
 * @param flipRad flip angle
 * @param phaseRad pulse phase: 0 turns about x, π/2 about y
 */
export function applyHardPulse(space: SpinSpace, rho: DensityOperator, flipRad: number, phaseRad: number): void {
  space.particles.forEach((particle, i) => {
    const matrix = singleRotation(particle, flipRad, phaseRad);
    const stride = space.strides[i] as number;
    applyToIndex(rho, space.dimension, stride, matrix, 'row');
    applyToIndex(rho, space.dimension, stride, matrix, 'column');
  });
}
