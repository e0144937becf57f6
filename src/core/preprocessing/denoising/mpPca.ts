// MP-PCA: the principal components of a Casorati matrix (signals × points) that white noise alone explains are taken out; how
// many is told by the Marchenko–Pastur law (Veraart J et al., NeuroImage 2016;142:394, doi:10.1016/j.neuroimage.2016.08.016).
// For transients of one voxel and for the voxels of a grid, whole or by neighbourhoods.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { ProcessingError } from '../../domain/errors.ts';
import type { Warning } from '../../domain/provenance.ts';
import { householderEigen } from '../../math/householderEigen.ts';
import { dot } from '../../math/innerProducts.ts';
import type { DenoisingContext, DenoisingMethod, DenoisingOptions } from './method.ts';
import { pause } from './method.ts';

/** The law is one of large matrices: fewer signals tell nothing. */
export const FEWEST_SIGNALS = 8;
/** Larger grids go by neighbourhoods: the eigenvectors of one matrix would take minutes. */
const LARGEST_MATRIX = 400;

/**
 * Number of components that stand above the noise.
 * @param eigenvalues of the matrix times its adjoint, falling: min(signals, points) of them count
 * @returns the number, and the noise variance of a complex sample that the rest agrees on
 */
export function marchenkoPasturRank(
  eigenvalues: Float64Array,
  signals: number,
  points: number,
): { readonly rank: number; readonly noiseVariance: number } {
  const count = Math.min(signals, points);
  const samples = Math.max(signals, points);
  const lowest = (eigenvalues[count - 1] as number) / samples;
  let rest = 0;
  for (let k = 0; k < count; k++) rest += (eigenvalues[k] as number) / samples;
  for (let rank = 0; rank < count; rank++) {
    const mean = rest / (count - rank);
    // The law's width: λ₊ − λ₋ = 4√γ·σ².
    const byWidth = ((eigenvalues[rank] as number) / samples - lowest) / (4 * Math.sqrt((count - rank) / samples));
    if (byWidth < mean) return { rank, noiseVariance: mean };
    rest -= (eigenvalues[rank] as number) / samples;
  }
  return { rank: count, noiseVariance: 0 };
}

/** Real form [[A, −B], [B, A]] of X·Xᴴ = A + iB: every eigenvalue stands in it twice. */
function realGram(signals: readonly ComplexSignal[]): Float64Array {
  const m = signals.length;
  const gram = new Float64Array(4 * m * m);
  for (let i = 0; i < m; i++) {
    const x = signals[i] as ComplexSignal;
    for (let j = 0; j <= i; j++) {
      const y = signals[j] as ComplexSignal;
      const re = dot(x.re, y.re) + dot(x.im, y.im);
      const im = dot(x.im, y.re) - dot(x.re, y.im);
      for (const [row, column, value] of [
        [i, j, re], [j, i, re], [m + i, m + j, re], [m + j, m + i, re],
        [m + i, j, im], [j, m + i, im], [m + j, i, -im], [i, m + j, -im],
      ] as const) gram[row * 2 * m + column] = value; // prettier-ignore
    }
  }
  return gram;
}

interface Projector {
  readonly rank: number;
  readonly noiseSd: number;
  /** Row i: the weights of the signals in denoised signal i. */
  readonly row: (i: number) => { readonly re: Float64Array; readonly im: Float64Array };
}

function projectorOf(signals: readonly ComplexSignal[]): Projector {
  const m = signals.length;
  const { values, vectors } = householderEigen(realGram(signals), 2 * m);
  const single = Float64Array.from({ length: m }, (_, k) => Math.max(0, values[2 * k] as number));
  const points = (signals[0] as ComplexSignal).re.length;
  const { rank, noiseVariance } = marchenkoPasturRank(single, m, points);
  const row = (i: number): { re: Float64Array; im: Float64Array } => {
    const re = new Float64Array(m);
    const im = new Float64Array(m);
    for (let k = 0; k < 2 * rank; k++) {
      const at = k * 2 * m;
      const a = vectors[at + i] as number;
      const b = vectors[at + m + i] as number;
      for (let j = 0; j < m; j++) {
        re[j] = (re[j] as number) + a * (vectors[at + j] as number);
        im[j] = (im[j] as number) + b * (vectors[at + j] as number);
      }
    }
    return { re, im };
  };
  return { rank, noiseSd: Math.sqrt(noiseVariance / 2), row };
}

function combined(signals: readonly ComplexSignal[], { row }: Projector, i: number): ComplexSignal {
  const weights = row(i);
  const points = (signals[0] as ComplexSignal).re.length;
  const out = { re: new Float64Array(points), im: new Float64Array(points) };
  signals.forEach(({ re, im }, j) => {
    const wr = weights.re[j] as number;
    const wi = weights.im[j] as number;
    for (let n = 0; n < points; n++) {
      out.re[n] = (out.re[n] as number) + wr * (re[n] as number) - wi * (im[n] as number);
      out.im[n] = (out.im[n] as number) + wr * (im[n] as number) + wi * (re[n] as number);
    }
  });
  return out;
}

interface Outcome {
  readonly matrix: 'whole' | 'local';
  readonly signals: readonly ComplexSignal[];
  /** One for the whole, or one for each voxel that was denoised. */
  readonly ranks: readonly number[];
  /** Per real channel and time point, as the eigenvalues tell it. */
  readonly noiseSd: number;
  /** Voxels left as they were. */
  readonly leftOut: number;
}

function wholeMatrix(signals: readonly ComplexSignal[]): Outcome {
  const projector = projectorOf(signals);
  const { rank, noiseSd } = projector;
  const out = signals.map((_, i) => combined(signals, projector, i));
  return { matrix: 'whole', signals: out, ranks: [rank], noiseSd, leftOut: 0 };
}

/** Voxels of the neighbourhood of one, itself among them; at the edges it is moved inwards, so that none is smaller. */
function neighbourhood(voxel: number, grid: readonly [number, number, number], edge: number): number[] {
  const [, ny, nz] = grid;
  const centre = [Math.floor(voxel / (ny * nz)), Math.floor(voxel / nz) % ny, voxel % nz];
  const [xs, ys, zs] = grid.map((n, axis) => {
    const length = Math.min(edge, n);
    const first = Math.min(Math.max(0, (centre[axis] as number) - (length >> 1)), n - length);
    return Array.from({ length }, (_, k) => first + k);
  }) as [number[], number[], number[]];
  return xs.flatMap((x) => ys.flatMap((y) => zs.map((z) => (x * ny + y) * nz + z)));
}

async function byNeighbourhood(
  signals: readonly ComplexSignal[],
  { size, voxels }: NonNullable<DenoisingContext['grid']>,
  edge: number,
  context: DenoisingContext,
): Promise<Outcome> {
  const at = new Map(voxels.map((voxel, k) => [voxel, k]));
  const out: ComplexSignal[] = [];
  const ranks: number[] = [];
  let variance = 0;
  for (const [k, voxel] of voxels.entries()) {
    if (k % 8 === 0) await pause(context, k, voxels.length);
    const near = neighbourhood(voxel, size, edge).flatMap((v) => at.get(v) ?? []);
    const set = near.map((j) => signals[j] as ComplexSignal);
    if (set.length < FEWEST_SIGNALS) {
      out.push(signals[k] as ComplexSignal);
      continue;
    }
    const projector = projectorOf(set);
    out.push(combined(set, projector, near.indexOf(k)));
    ranks.push(projector.rank);
    variance += projector.noiseSd ** 2;
  }
  const noiseSd = Math.sqrt(variance / Math.max(1, ranks.length));
  return { matrix: 'local', signals: out, ranks, noiseSd, leftOut: voxels.length - ranks.length };
}

function refuseTooFew(count: number): void {
  if (count >= FEWEST_SIGNALS) return;
  const found = count === 1 ? 'one spectrum' : `${count}`;
  throw new ProcessingError(
    'PROCESSING_FAILED',
    `MP-PCA needs at least ${FEWEST_SIGNALS} transients or voxels to tell signal from noise, but found ${found}.`,
  );
}

async function run(
  signals: readonly ComplexSignal[],
  options: DenoisingOptions,
  context: DenoisingContext,
): Promise<Outcome> {
  const { grid } = context;
  const isLarge = signals.length > LARGEST_MATRIX;
  if (grid !== null && (options.matrix === 'local' || (options.matrix === 'auto' && isLarge))) {
    return byNeighbourhood(signals, grid, options.windowVoxels, context);
  }
  if (isLarge) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      `MP-PCA of one matrix takes at most ${LARGEST_MATRIX} signals, but found ${signals.length}.`,
    );
  }
  await pause(context, 0, 1);
  return wholeMatrix(signals);
}

export const mpPca: DenoisingMethod = {
  id: 'mp-pca',
  title: 'MP-PCA over transients or voxels',
  citation: 'Veraart J et al., NeuroImage 2016;142:394, doi:10.1016/j.neuroimage.2016.08.016',
  denoise: async (signals, options, context) => {
    refuseTooFew(signals.length);
    const { matrix, signals: out, ranks, noiseSd, leftOut } = await run(signals, options, context);
    const warnings: Warning[] = [];
    if (leftOut > 0) {
      const message = `${leftOut} voxels were left as they were: fewer than ${FEWEST_SIGNALS} voxels with signal lie about them.`;
      warnings.push({ code: 'denoising-left-out', message });
    }
    const meanRank = ranks.reduce((a, b) => a + b, 0) / Math.max(1, ranks.length);
    return { signals: out, details: { matrix, signals: signals.length, meanRank, noiseSd, leftOut }, warnings };
  },
};
