// Where the broadening of assembly/signals.ts begins: e^{ak + bk²} by recurrence.

/** Change of a signal in time: e^{2πi·shift·t} · e^{−π·lorentzian·t} · e^{−gamma·t²}. */
export interface Broadening {
  readonly shiftHz: number;
  /** Full width at half maximum. */
  readonly lorentzianHz: number;
  /** [1/s²] */
  readonly gamma: number;
}

/** Samples that one step of the broadening takes. */
export const SAMPLES_PER_STEP = 4;
/** Numbers of the block that a broadening starts from. */
export const START_NUMBERS = 16;

/**
 * h(k) = e^{ak + bk²} for the first four samples, r(k) = h(k + 4)/h(k), and the growth of r from four samples to the next.
 * @param out where they go, from index `to`, as `broaden` of the kernels wants them
 * @returns the growth
 */
export function writeStart(
  { shiftHz, lorentzianHz, gamma }: Broadening,
  dwellTimeS: number,
  out: Float64Array,
  to: number,
): number {
  const size = Math.exp(-Math.PI * lorentzianHz * dwellTimeS);
  const re = size * Math.cos(2 * Math.PI * shiftHz * dwellTimeS);
  const im = size * Math.sin(2 * Math.PI * shiftHz * dwellTimeS);
  const bend = Math.exp(-gamma * dwellTimeS ** 2);
  const bend8 = bend ** 8;
  const re2 = re * re - im * im;
  const im2 = 2 * re * im;
  const stepRe = (re2 * re2 - im2 * im2) * bend ** 16;
  const stepIm = 2 * re2 * im2 * bend ** 16;
  // [h0 h1]re [h0 h1]im [h2 h3]re [h2 h3]im
  out[to] = 1;
  out[to + 1] = re * bend;
  out[to + 2] = 0;
  out[to + 3] = im * bend;
  out[to + 4] = re2 * bend ** 4;
  out[to + 5] = (re2 * re - im2 * im) * bend ** 9;
  out[to + 6] = im2 * bend ** 4;
  out[to + 7] = (re2 * im + im2 * re) * bend ** 9;
  for (let k = 0; k < SAMPLES_PER_STEP; k++) {
    const at = to + 8 + 4 * (k >> 1) + (k & 1);
    out[at] = stepRe * bend8 ** k;
    out[at + 2] = stepIm * bend8 ** k;
  }
  return bend ** 32;
}
