// The filters of the scattering transform and its paths, in kymatio's order: order 0, order 1, then order 2 by first
// filter.
import { averagingFilter, morletFilter, thinnedFilter, waveletFamily } from './morletFilters.ts';

export const SCATTERING_POINTS = 1024;
export const PADDED_POINTS = 2 * SCATTERING_POINTS;
/** Paths are averaged over 128 points. */
export const AVERAGING_LOG2 = 7;
const FIRST_PER_OCTAVE = 8;
const SECOND_PER_OCTAVE = 1;
/** Filter values so much smaller than the largest are left out. */
const NEGLIGIBLE = 1e-8;

/** A real filter's values from bin `first` (below zero: from the end) on. */
export interface Filter {
  readonly first: number;
  readonly values: Float64Array;
}

export interface PathFilter {
  /** What it filters is thinned to every 2^log2-th sample of the whole signal. */
  readonly log2: number;
  readonly filter: Filter;
  readonly path: number;
}

export interface ScatteringBank {
  readonly paths: number;
  readonly firsts: readonly (PathFilter & { readonly seconds: readonly PathFilter[] })[];
  /** Averaging filter at each thinning. */
  readonly windows: readonly Filter[];
  /** First and last bin of the envelopes' spectra that any later filter looks at, at each thinning. */
  readonly spans: readonly (readonly [number, number])[];
}

function compact(values: Float64Array): Filter {
  const points = values.length;
  const least = NEGLIGIBLE * values.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
  const at = (k: number): number => values[(k + points) % points] as number;
  let first = -points / 2;
  let last = points / 2 - 1;
  while (Math.abs(at(first)) < least) first++;
  while (Math.abs(at(last)) < least) last--;
  return { first, values: Float64Array.from({ length: last - first + 1 }, (_, i) => at(first + i)) };
}

export function scatteringBank(): ScatteringBank {
  const averaging = averagingFilter(PADDED_POINTS, AVERAGING_LOG2);
  const windows = Array.from({ length: AVERAGING_LOG2 }, (_, log2) => compact(thinnedFilter(averaging, log2)));
  const first = waveletFamily(FIRST_PER_OCTAVE, AVERAGING_LOG2);
  const second = waveletFamily(SECOND_PER_OCTAVE, AVERAGING_LOG2).map((wavelet) => ({
    log2: wavelet.log2Thinning,
    values: morletFilter(PADDED_POINTS, wavelet),
  }));
  let paths = 1 + first.length;
  const firsts = first.map((wavelet, i) => {
    const log2 = wavelet.log2Thinning;
    const seconds = second
      .filter((s) => s.log2 > log2)
      .map((s) => ({ log2: s.log2, filter: compact(thinnedFilter(s.values, log2)), path: paths++ }));
    return { log2, filter: compact(morletFilter(PADDED_POINTS, wavelet)), path: 1 + i, seconds };
  });
  const spans = windows.map((window, log2) => {
    const seen = [window, ...firsts.filter((f) => f.log2 === log2).flatMap((f) => f.seconds.map((s) => s.filter))];
    const lasts = seen.map((filter) => filter.first + filter.values.length - 1);
    return [Math.min(...seen.map((filter) => filter.first)), Math.max(...lasts)] as const;
  });
  return { paths, firsts, windows, spans };
}
