// Arithmetic of real vectors, by loops: a function that is called for each element, as `map` and `reduce` do, takes ten times as
// long, which counts where a spectrum's fit takes milliseconds.

/** factor · v */
export function times(v: Float64Array, factor: number): Float64Array {
  const out = new Float64Array(v.length);
  for (let i = 0; i < v.length; i++) out[i] = factor * (v[i] as number);
  return out;
}

/** a − b, of one length. */
export function minus(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) out[i] = (a[i] as number) - (b[i] as number);
  return out;
}

/** Σ vᵢ² */
export function sumOfSquares(v: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < v.length; i++) sum += (v[i] as number) ** 2;
  return sum;
}
