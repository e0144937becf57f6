// exp(−2πi J Iᵢ·Iⱼ t) of every coupled pair, as operations on the rows of a propagator: Iᵢ·Iⱼ conserves mᵢ + mⱼ, so each
// pair mixes few rows at a time, and its largest eigenvalue is taken out as a global phase (which no ρ can see), so that
// for spins ½ only the αβ and βα rows change.
import { symmetricEigen } from '../../math/symmetricEigen.ts';
import type { ComplexMatrix } from './rotation.ts';
import { raisingElement } from './spinSpace.ts';
import type { SpinSpace } from './spinSpace.ts';

/** Rows that a pair mixes, and how. */
interface PairBlock {
  /** rows of every group one after another: `size` rows a group. */
  readonly rows: Int32Array;
  readonly size: number;
  /** Eigenvalues of J·Iᵢ·Iⱼ less the largest one of the pair. [Hz] */
  readonly energiesHz: Float64Array;
  /** size × size, row-major; column = eigenvector. */
  readonly vectors: Float64Array;
}

export type CouplingSteps = readonly PairBlock[];

/** Iᵢ·Iⱼ among the states of one total m, and their levels. */
function pairBlock(twiceI: number, twiceJ: number, levels: readonly (readonly [number, number])[]): Float64Array {
  const size = levels.length;
  const h = new Float64Array(size * size);
  levels.forEach(([a, b], column) => {
    const mi = twiceI - 2 * a;
    const mj = twiceJ - 2 * b;
    h[column * size + column] = (mi * mj) / 4;
    const raised = levels.findIndex(([x, y]) => x === a - 1 && y === b + 1);
    if (raised < 0) return;
    const element = 0.5 * raisingElement(twiceI, mi) * raisingElement(twiceJ, mj - 2);
    h[raised * size + column] = element;
    h[column * size + raised] = element;
  });
  return h;
}

function blocksOfPair(space: SpinSpace, i: number, j: number, jHz: number): PairBlock[] {
  const twiceI = (space.particles[i] as { twiceSpin: number }).twiceSpin;
  const twiceJ = (space.particles[j] as { twiceSpin: number }).twiceSpin;
  const strideI = space.strides[i] as number;
  const strideJ = space.strides[j] as number;
  const bases = Array.from({ length: space.dimension }, (_, state) => state).filter(
    (state) => Math.floor(state / strideI) % (twiceI + 1) === 0 && Math.floor(state / strideJ) % (twiceJ + 1) === 0,
  );
  const highest = (jHz * twiceI * twiceJ) / 4;
  const blocks: PairBlock[] = [];
  for (let sum = 0; sum <= twiceI + twiceJ; sum++) {
    const levels: [number, number][] = [];
    for (let a = Math.max(0, sum - twiceJ); a <= Math.min(twiceI, sum); a++) levels.push([a, sum - a]);
    if (levels.length === 1) continue; // the global phase
    const { values, vectors } = symmetricEigen(pairBlock(twiceI, twiceJ, levels), levels.length);
    const rows = bases.flatMap((base) => levels.map(([a, b]) => base + a * strideI + b * strideJ));
    blocks.push({
      rows: Int32Array.from(rows),
      size: levels.length,
      energiesHz: values.map((v) => jHz * v - highest),
      vectors,
    });
  }
  return blocks;
}

/** The row operations of all couplings of a spin space. */
export function couplingSteps(space: SpinSpace): CouplingSteps {
  const n = space.particles.length;
  const blocks: PairBlock[] = [];
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const jHz = space.couplingsHz[i * n + j] as number;
      if (jHz !== 0) blocks.push(...blocksOfPair(space, i, j, jHz));
    }
  }
  return blocks;
}

/** exp(−2πi E t) of a block. @returns symmetric, size × size */
function blockPropagator({ energiesHz, vectors, size }: PairBlock, durationS: number): ComplexMatrix {
  const re = new Float64Array(size * size);
  const im = new Float64Array(size * size);
  for (let e = 0; e < size; e++) {
    const angle = -2 * Math.PI * (energiesHz[e] as number) * durationS;
    const c = Math.cos(angle);
    const s = Math.sin(angle);
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        const weight = (vectors[row * size + e] as number) * (vectors[column * size + e] as number);
        re[row * size + column] = (re[row * size + column] as number) + weight * c;
        im[row * size + column] = (im[row * size + column] as number) + weight * s;
      }
    }
  }
  return { re, im };
}

/** Coupling evolution over one time step, ready to be applied. */
export interface CouplingPropagator {
  readonly blocks: readonly { readonly rows: Int32Array; readonly size: number; readonly matrix: ComplexMatrix }[];
}

/** @returns the propagators of all pairs for one duration */
export function couplingPropagator(steps: CouplingSteps, durationS: number): CouplingPropagator {
  return { blocks: steps.map((b) => ({ rows: b.rows, size: b.size, matrix: blockPropagator(b, durationS) })) };
}

/**
 * Multiplies rows of a matrix by a small matrix from the left, in place.
 * @param u dimension × dimension
 * @param rows groups of `size` rows
 * @param scratch 2 × size × dimension numbers
 */
export function mixRows(
  u: ComplexMatrix,
  dimension: number,
  rows: Int32Array,
  size: number,
  matrix: ComplexMatrix,
  scratch: Float64Array,
): void {
  if (size === 2) return mixRowPairs(u, dimension, rows, matrix);
  const imaginary = size * dimension;
  for (let g = 0; g < rows.length; g += size) {
    for (let k = 0; k < size; k++) {
      const from = (rows[g + k] as number) * dimension;
      scratch.set(u.re.subarray(from, from + dimension), k * dimension);
      scratch.set(u.im.subarray(from, from + dimension), imaginary + k * dimension);
    }
    for (let row = 0; row < size; row++) {
      const to = (rows[g + row] as number) * dimension;
      u.re.fill(0, to, to + dimension);
      u.im.fill(0, to, to + dimension);
      for (let k = 0; k < size; k++) {
        const mr = matrix.re[row * size + k] as number;
        const mi = matrix.im[row * size + k] as number;
        for (let c = 0; c < dimension; c++) {
          const xr = scratch[k * dimension + c] as number;
          const xi = scratch[imaginary + k * dimension + c] as number;
          u.re[to + c] = (u.re[to + c] as number) + mr * xr - mi * xi;
          u.im[to + c] = (u.im[to + c] as number) + mr * xi + mi * xr;
        }
      }
    }
  }
}

/** mixRows for pairs of rows, which is where the time goes. */
function mixRowPairs(u: ComplexMatrix, dimension: number, rows: Int32Array, matrix: ComplexMatrix): void {
  const { re, im } = u;
  const [ar, br, cr, dr] = matrix.re as unknown as readonly [number, number, number, number];
  const [ai, bi, ci, di] = matrix.im as unknown as readonly [number, number, number, number];
  for (let g = 0; g < rows.length; g += 2) {
    let p = (rows[g] as number) * dimension;
    let q = (rows[g + 1] as number) * dimension;
    for (let c = 0; c < dimension; c++, p++, q++) {
      const pr = re[p] as number;
      const pi = im[p] as number;
      const qr = re[q] as number;
      const qi = im[q] as number;
      re[p] = ar * pr - ai * pi + br * qr - bi * qi;
      im[p] = ar * pi + ai * pr + br * qi + bi * qr;
      re[q] = cr * pr - ci * pi + dr * qr - di * qi;
      im[q] = cr * pi + ci * pr + dr * qi + di * qr;
    }
  }
}

/** Applies the coupling evolution to the rows of u, pairs in order or in reverse (alternating cancels their order's error). */
export function applyCouplings(
  u: ComplexMatrix,
  dimension: number,
  { blocks }: CouplingPropagator,
  reversed: boolean,
  scratch: Float64Array,
): void {
  for (let k = 0; k < blocks.length; k++) {
    const block = blocks[reversed ? blocks.length - 1 - k : k] as CouplingPropagator['blocks'][number];
    mixRows(u, dimension, block.rows, block.size, block.matrix, scratch);
  }
}
