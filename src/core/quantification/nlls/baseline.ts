// The fit's smooth baseline: a penalised cubic B-spline per part (real, imaginary), eliminated from the least-squares
// problem in closed form. For a given smoothness λ the weight W = I − B(BᵀB + λDᵀD)⁻¹Bᵀ is what is left for the rest of
// the model: min_c ‖r − Bc‖² + λ‖Dc‖² = rᵀWr. Eilers & Marx 1996 (doi:10.1214/ss/1038425655); smoothness by effective
// degrees of freedom as in ABfit (Wilson 2021, doi:10.1002/mrm.28385).
import { bandedForwardSubstitutions, choleskyFactor, choleskySolve, forwardSubstitute } from '../../math/cholesky.ts';
import { symmetricEigen } from '../../math/symmetricEigen.ts';
import {
  cubicSplineDesign,
  secondDifferencePenalty,
  splineGram,
  splineProjections,
  splineTimes,
  splineTransposeTimes,
} from '../../math/bspline.ts';
import type { SplineDesign } from '../../math/bspline.ts';
import { addCrossProducts, addGram, dot } from '../../math/innerProducts.ts';
import { split } from '../../math/simd/products.ts';
import { BugError } from '../../domain/errors.ts';

/** What depends on the window and the knots alone, found once: fits of one protocol follow one another in a thread. */
interface SplineParts {
  readonly design: SplineDesign;
  readonly gram: Float64Array;
  readonly penalty: Float64Array;
  /**
   * Generalised eigenvalues d_i of the penalty against BᵀB: with them the effective degrees of freedom are
   * Σ 1/(1 + λ d_i), so that a λ for wanted degrees costs no factorisation.
   */
  readonly spectrum: Float64Array;
  /** QᵀL⁻¹ by rows, Q the eigenvectors: what it makes of Bᵀv is the part of v in each mode of the baseline. */
  readonly modes: readonly Float64Array[];
  /** Factors of BᵀB + λDᵀD by effective degrees of freedom. */
  readonly factors: Map<number, Float64Array>;
}

const knownParts = new Map<string, SplineParts>();
/** More factors than any choice of smoothness tries; where a user tries more, all are found anew. */
const MOST_FACTORS = 64;

/** Splines reach over four columns, the penalty over three. */
const SPLINE_BAND = 3;

type BareParts = Omit<SplineParts, 'spectrum' | 'modes'>;

function factorFor({ design, gram, penalty }: BareParts, lambda: number): Float64Array {
  const system = gram.map((g, i) => g + lambda * (penalty[i] as number));
  const factor = choleskyFactor(system, design.columns, 1e-12);
  if (factor === null) throw new BugError('The baseline system is not positive definite.');
  return factor;
}

/** d_i and eigenvectors of L⁻¹DᵀDL⁻ᵀ, BᵀB = LLᵀ. */
function penaltyModes(parts: BareParts): Pick<SplineParts, 'spectrum' | 'modes'> {
  const n = parts.design.columns;
  const factor = factorFor(parts, 0);
  const whitened = parts.penalty.slice();
  const column = new Float64Array(n);
  // L⁻¹ from the left, then from the right: the matrix is symmetric, so rows and columns take turns.
  for (let pass = 0; pass < 2; pass++) {
    for (let j = 0; j < n; j++) {
      for (let i = 0; i < n; i++) column[i] = whitened[i * n + j] as number;
      forwardSubstitute(factor, n, column);
      for (let i = 0; i < n; i++) whitened[i * n + j] = column[i] as number;
    }
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++) {
        const upper = whitened[j * n + i] as number;
        whitened[j * n + i] = whitened[i * n + j] as number;
        whitened[i * n + j] = upper;
      }
    }
  }
  const { values, vectors } = symmetricEigen(whitened, n);
  // L⁻¹ column by column, as rows of its transpose, and from there QᵀL⁻¹.
  const inverse = Array.from({ length: n }, (_, j) => {
    const unit = new Float64Array(n);
    unit[j] = 1;
    forwardSubstitute(factor, n, unit);
    return unit;
  });
  const modes = Array.from({ length: n }, (_, i) => {
    const eigenvector = Float64Array.from({ length: n }, (_, k) => vectors[k * n + i] as number);
    return Float64Array.from(inverse, (unit) => dot(eigenvector, unit));
  });
  return { spectrum: values.map((v) => Math.max(0, v)), modes };
}

function splineParts(rows: number, intervals: number): SplineParts {
  const key = `${rows}/${intervals}`;
  const known = knownParts.get(key);
  if (known !== undefined) return known;
  const design = cubicSplineDesign(rows, intervals);
  const gram = splineGram(design);
  const penalty = secondDifferencePenalty(design.columns);
  const parts = { design, gram, penalty, factors: new Map<number, Float64Array>() };
  const made = { ...parts, ...penaltyModes(parts) };
  knownParts.set(key, made);
  return made;
}

/** λ for wanted degrees of freedom, by bisection on its logarithm. */
function lambdaFor(spectrum: Float64Array, degrees: number): number {
  const degreesAt = (lambda: number): number => spectrum.reduce((sum, d) => sum + 1 / (1 + lambda * d), 0);
  let low = Math.log(1e-8);
  let high = Math.log(1e14);
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (degreesAt(Math.exp(middle)) > degrees) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
}

export class Baseline {
  readonly #parts: SplineParts;
  readonly #design: SplineDesign;
  #factor: Float64Array = new Float64Array(0);
  #effectiveDegrees = 0;

  /**
   * @param rowsPerPart points of the fit window
   * @param parts 1 (real) or 2 (real, then imaginary)
   * @param intervals knot intervals over the window
   * @param effectiveDegrees wanted degrees of freedom per part
   */
  constructor(
    readonly rowsPerPart: number,
    readonly parts: number,
    intervals: number,
    effectiveDegrees: number,
  ) {
    this.#parts = splineParts(rowsPerPart, Math.max(4, Math.min(intervals, Math.floor(rowsPerPart / 2))));
    this.#design = this.#parts.design;
    this.setEffectiveDegrees(effectiveDegrees);
  }

  /** The same for baselines of one window and one density of knots. */
  get key(): string {
    return `${this.rowsPerPart}/${this.#design.columns}/${this.parts}`;
  }

  get effectiveDegrees(): number {
    return this.#effectiveDegrees;
  }

  /** Sets the smoothness. @param wanted degrees of freedom per part, more than 2 (a straight line) */
  setEffectiveDegrees(wanted: number): void {
    const { spectrum, factors } = this.#parts;
    const degrees = this.#possible(wanted);
    let factor = factors.get(degrees);
    if (factor === undefined) {
      factor = factorFor(this.#parts, lambdaFor(spectrum, degrees));
      if (factors.size >= MOST_FACTORS) factors.clear();
      factors.set(degrees, factor);
    }
    this.#factor = factor;
    this.#effectiveDegrees = degrees;
  }

  /**
   * L⁻¹Bᵀv of each column, L the factor of the penalised system: with it, uᵀWv = uᵀv − (L⁻¹Bᵀu)·(L⁻¹Bᵀv).
   * @param columns rows of all parts
   */
  reduce(columns: readonly Float64Array[]): Float64Array[] {
    return this.whiten(this.project(columns));
  }

  /** Bᵀv of each part of each column, which no smoothness changes. @param columns rows of all parts */
  project(columns: readonly Float64Array[]): Float64Array[] {
    return splineProjections(this.#design, columns, this.parts);
  }

  /**
   * The part of each column in each mode of the baseline, which no smoothness changes: with it, at a given smoothness,
   * uᵀWv = uᵀv − Σ_i s_i u_i v_i, s = `shrinkage`.
   * @param projections of `project`
   */
  inModes(projections: readonly Float64Array[]): Float64Array[] {
    const { modes } = this.#parts;
    const n = modes.length;
    const single = projections.flatMap((v) => split(v, n));
    const products = new Float64Array(single.length * n);
    addCrossProducts(single, modes, products, 1);
    return split(products, n * this.parts);
  }

  /** How much of each mode is the baseline's, all parts. @param wanted degrees of freedom per part */
  shrinkage(wanted: number): Float64Array {
    const { spectrum } = this.#parts;
    const lambda = lambdaFor(spectrum, this.#possible(wanted));
    const ofPart = spectrum.map((d) => 1 / (1 + lambda * d));
    return Float64Array.from({ length: ofPart.length * this.parts }, (_, i) => ofPart[i % ofPart.length] as number);
  }

  #possible(wanted: number): number {
    return Math.min(Math.max(wanted, 2.01), this.#design.columns - 0.01);
  }

  /** L⁻¹ of projections, at the present smoothness. */
  whiten(projections: readonly Float64Array[]): Float64Array[] {
    return bandedForwardSubstitutions(this.#factor, this.#design.columns, SPLINE_BAND, projections, this.parts);
  }

  /** The baseline that fits a residual best. @param residual rows of all parts @returns the same length */
  fitTo(residual: Float64Array): Float64Array {
    const out = new Float64Array(residual.length);
    for (let part = 0; part < this.parts; part++) {
      const rhs = splineTransposeTimes(this.#design, residual, part * this.rowsPerPart);
      const coefficients = choleskySolve(this.#factor, this.#design.columns, rhs);
      out.set(splineTimes(this.#design, coefficients), part * this.rowsPerPart);
    }
    return out;
  }
}

/** Inner products under the baseline's weight; without a baseline, plain ones. */
export interface WeightedColumns {
  readonly columns: readonly Float64Array[];
  readonly reduced: readonly Float64Array[] | null;
}

/** Prepares columns for weighted products. */
export function weightColumns(columns: readonly Float64Array[], baseline: Baseline | null): WeightedColumns {
  return { columns, reduced: baseline?.reduce(columns) ?? null };
}

/** UᵀWV. @returns u × v, row-major */
export function weightedProducts(u: WeightedColumns, v: WeightedColumns): Float64Array {
  const products = new Float64Array(u.columns.length * v.columns.length);
  addCrossProducts(u.columns, v.columns, products, 1);
  if (u.reduced !== null && v.reduced !== null) addCrossProducts(u.reduced, v.reduced, products, -1);
  return products;
}

/** Takes the baseline's part out of plain products: UᵀWU = UᵀU − (L⁻¹BᵀU)ᵀ(L⁻¹BᵀU). @returns n × n, row-major */
export function withoutBaseline(plain: Float64Array, reduced: readonly Float64Array[]): Float64Array {
  const gram = plain.slice();
  addGram(reduced, gram, -1);
  return gram;
}

/** Gram matrix UᵀWU. @returns n × n, row-major */
export function weightedGram(u: WeightedColumns): Float64Array {
  const gram = new Float64Array(u.columns.length ** 2);
  addGram(u.columns, gram, 1);
  if (u.reduced !== null) addGram(u.reduced, gram, -1);
  return gram;
}
