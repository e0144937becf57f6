// Whether a fit's residual is noise. The residual's rows (real spectrum, twice zero-filled) transform to the acquisition
// time: lines that the model lacks stand out at early times, noise is alike at all. Each early block of the periodogram
// is tested against the late half by an F test, upwards only: what the fit itself absorbs (baseline, metabolites) lowers
// early blocks, at which a two-sided portmanteau test such as Ljung–Box would raise alarm.
import { fft } from '../math/fft.ts';
import { fUpperTail } from './fDistribution.ts';

export interface ResidualWhiteness {
  /** Probability of a residual at least as structured, were it white: small means structure. */
  readonly pValue: number;
  /** Largest mean power of a block over that of the late half. */
  readonly excess: number;
  /** Where that block lies, as parts of the acquisition time. */
  readonly from: number;
  readonly to: number;
}

/** Fewer rows give no blocks worth testing. */
const FEWEST_ROWS = 64;

/** |DFT|² of bins 1 … ⌈n/2⌉ − 1: the mean is left out. */
function periodogram(rows: Float64Array): Float64Array {
  const { re, im } = fft({ re: rows, im: new Float64Array(rows.length) });
  return Float64Array.from({ length: Math.ceil(rows.length / 2) - 1 }, (_, k) => {
    return (re[k + 1] as number) ** 2 + (im[k + 1] as number) ** 2;
  });
}

/** Blocks of the early half, doubling in length: 1–2, 3–4, 5–8, 9–16 … (bins counted from 1). */
function earlyBlocks(bins: number): (readonly [number, number])[] {
  const end = Math.floor(bins / 2);
  const blocks: (readonly [number, number])[] = [];
  for (let from = 0, to = 2; from < end; from = to, to *= 2) blocks.push([from, Math.min(to, end)]);
  return blocks;
}

const meanOver = (values: Float64Array, from: number, to: number): number =>
  values.subarray(from, to).reduce((sum, v) => sum + v, 0) / (to - from);

/**
 * Tests a residual.
 * @param residual rows in the fit range, in order of frequency (curves.residual)
 * @returns null for fewer than 64 rows or a residual of zeros; on white Gaussian noise the p-value is at most uniform
 *   (Šidák's rule over blocks that share their denominator is slightly conservative)
 */
export function residualWhiteness(residual: Float64Array): ResidualWhiteness | null {
  if (residual.length < FEWEST_ROWS) return null;
  const power = periodogram(residual);
  const half = Math.floor(power.length / 2);
  const late = meanOver(power, half, power.length);
  if (!(late > 0)) return null;
  const blocks = earlyBlocks(power.length).map(([from, to]) => {
    const ratio = meanOver(power, from, to) / late;
    return { from, to, ratio, p: fUpperTail(ratio, 2 * (to - from), 2 * (power.length - half)) };
  });
  const worst = blocks.reduce((a, b) => (b.p < a.p ? b : a));
  return {
    pValue: -Math.expm1(blocks.length * Math.log1p(-Math.min(worst.p, 1 - 1e-16))),
    excess: worst.ratio,
    from: worst.from / power.length,
    to: worst.to / power.length,
  };
}
