// Minimisation of a function of few variables without derivatives (Nelder & Mead 1965, doi:10.1093/comjnl/7.4.308).

export interface SimplexResult {
  readonly x: readonly number[];
  readonly value: number;
  readonly iterations: number;
}

/**
 * Local minimum by the downhill simplex.
 * @param objective function of the variables
 * @param start first vertex
 * @param steps edge length along each variable
 * @param tolerance stops where the simplex is smaller than `tolerance` × steps along every variable
 */
export function minimiseSimplex(
  objective: (x: readonly number[]) => number,
  start: readonly number[],
  steps: readonly number[],
  tolerance = 1e-4,
  maximumIterations = 400,
): SimplexResult {
  const n = start.length;
  const vertex = (x: readonly number[]) => ({ x, value: objective(x) });
  let simplex = [vertex(start), ...steps.map((s, i) => vertex(start.map((v, j) => (i === j ? v + s : v))))];
  let iterations = 0;
  for (; iterations < maximumIterations; iterations++) {
    simplex.sort((a, b) => a.value - b.value);
    const best = simplex[0]!;
    const worst = simplex[n]!;
    const small = best.x.every((v, i) =>
      simplex.every((p) => Math.abs(p.x[i]! - v) <= tolerance * Math.abs(steps[i]!)),
    );
    if (small) break;
    const centre = start.map((_, i) => simplex.slice(0, n).reduce((sum, p) => sum + p.x[i]! / n, 0));
    const along = (t: number) => vertex(centre.map((c, i) => c + t * (worst.x[i]! - c)));
    const reflected = along(-1);
    if (reflected.value < best.value) {
      const expanded = along(-2);
      simplex[n] = expanded.value < reflected.value ? expanded : reflected;
    } else if (reflected.value < simplex[n - 1]!.value) {
      simplex[n] = reflected;
    } else {
      const contracted = along(reflected.value < worst.value ? -0.5 : 0.5);
      if (contracted.value < Math.min(worst.value, reflected.value)) simplex[n] = contracted;
      else simplex = simplex.map((p, k) => (k === 0 ? p : vertex(p.x.map((v, i) => (v + best.x[i]!) / 2))));
    }
  }
  simplex.sort((a, b) => a.value - b.value);
  return { x: simplex[0]!.x, value: simplex[0]!.value, iterations };
}
