// Factors of the transforms in assembly/fft.ts.

/** Cosine and sine of −2πj/n, j to 3n/4. */
export function twiddlesOf(n: number): Float64Array {
  const out = new Float64Array(2 * ((3 * n) / 4));
  for (let j = 0; 2 * j < out.length; j++) {
    out[2 * j] = Math.cos((2 * Math.PI * j) / n);
    out[2 * j + 1] = -Math.sin((2 * Math.PI * j) / n);
  }
  return out;
}
