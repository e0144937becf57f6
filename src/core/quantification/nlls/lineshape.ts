// The shared lineshape beyond Voigt: eddy currents and imperfect shims give all lines one common shape. LCModel convolves
// with a regularised kernel (Provencher 1993, doi:10.1002/mrm.1910300604); here the same freedom is taken in the time domain,
// where a convolution is a product: K(t) = exp Σ_k (p_k + i q_k) w_k(t), w_k(t) = (1 − cos πk min(t/T, 1)) / 2.
// K(0) = 1 and no slope there, so that it changes no amplitude, phase or shift; p and q have a prior about zero that
// tightens with k, which is the regularisation.

/** Cosines of the log-lineshape. */
export const LINESHAPE_TERMS = 5;
/** Beyond this the shape stays as it is: lines of 5 Hz have a tenth of their signal left. [s] */
const SPAN_S = 0.15;
/** SD of p_1 and q_1: a distortion of about a third of the signal at T. */
const FIRST_SD = 0.7;

/** Prior SD of p_k and q_k. @param k from 1 */
export const lineshapePriorSd = (k: number): number => FIRST_SD / k ** 2;

/** The functions w_1 … w_K. @param times [s] @returns one array of the times' length for each */
export function lineshapeFunctions(times: Float64Array, terms: number): Float64Array[] {
  return Array.from({ length: terms }, (_, i) =>
    times.map((t) => (1 - Math.cos(Math.PI * (i + 1) * Math.min(t / SPAN_S, 1))) / 2),
  );
}
