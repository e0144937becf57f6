// The unknowns of a series fit. At each point the model has local coordinates – the parameters θ of the spectrum, the
// amplitudes that a model gives, the coefficients of a shared baseline – and each either belongs to the point or is made
// of unknowns that all points share. `chain` is the derivative of the latter by the former.
import { BugError } from '../../domain/errors.ts';
import type { Problem, ParameterRule } from '../nlls/problem.ts';
import { FIRST_DEVIATION, GAUSSIAN, LORENTZIAN, PHASE0, PHASE1, SHIFT } from '../nlls/model.ts';
import type { SpectralModel } from '../nlls/model.ts';
import { rateBounds } from './amplitudeModels.ts';
import type { AmplitudeModel, SeriesAxis } from './amplitudeModels.ts';
import type { SeriesSharing, Sharing } from './options.ts';

/** Signals that follow one model: each has its own factors, all have one rate. */
export interface ModelUnit {
  /** As the user named it. */
  readonly name: string;
  readonly model: AmplitudeModel;
  /** Indices of signals. */
  readonly signals: readonly number[];
}

/** What a shared unknown is. */
export type SharedRole =
  | { readonly kind: 'parameter'; readonly parameter: number; readonly of: 'value' | 'slope' }
  | { readonly kind: 'factor'; readonly unit: number; readonly signal: number; readonly factor: number }
  | { readonly kind: 'rate'; readonly unit: number }
  | { readonly kind: 'baseline'; readonly coefficient: number };

export interface SharedUnknown {
  readonly role: SharedRole;
  readonly rule: ParameterRule;
}

/** ∂(local coordinate)/∂(shared unknown). */
export interface ChainEntry {
  readonly local: number;
  readonly factor: number;
}

const free = (lower = -Infinity, upper = Infinity): ParameterRule => ({
  lower,
  upper,
  priorMean: 0,
  priorSd: Infinity,
});

/** How a parameter of the spectrum is shared. */
function sharingOf(parameter: number, model: SpectralModel, share: SeriesSharing): Sharing {
  if (parameter === PHASE0) return share.phase0;
  if (parameter === PHASE1) return share.phase1;
  if (parameter === SHIFT) return share.shift;
  if (parameter === LORENTZIAN || parameter === GAUSSIAN || parameter >= model.firstLineshape) return share.lineshape;
  return parameter - FIRST_DEVIATION < model.groupCount ? share.groupShifts : share.groupWidths;
}

export class SeriesUnknowns {
  /** θ indices of the local coordinates 0 … parameters.length − 1. */
  readonly parameters: readonly number[];
  /** Signals whose amplitudes are the next local coordinates. */
  readonly modelled: readonly number[];
  /** Signals whose amplitudes are free at each point. */
  readonly freeSignals: readonly number[];
  /** Local coordinates that belong to each point. */
  readonly own: readonly number[];
  readonly shared: readonly SharedUnknown[];
  readonly localCount: number;
  readonly #rateOf: readonly number[];

  /**
   * @param problem of the mean spectrum: which parameters move, with which priors
   * @param baselineColumns coefficients of the shared baseline; 0 where each point has its own
   */
  constructor(
    readonly problem: Problem,
    readonly units: readonly ModelUnit[],
    readonly axis: SeriesAxis,
    readonly sharing: SeriesSharing,
    readonly baselineColumns: number,
  ) {
    const { model, rules } = problem;
    this.parameters = problem.free;
    this.modelled = units.flatMap((u) => u.signals);
    this.freeSignals = model.signals.map((_, m) => m).filter((m) => !this.modelled.includes(m));
    const of = (j: number): Sharing => sharingOf(j, model, sharing);
    this.own = this.parameters.flatMap((j, local) => (of(j) === 'free' ? [local] : []));
    const shared: SharedUnknown[] = this.parameters.flatMap((j): SharedUnknown[] => {
      if (of(j) === 'free') return [];
      const value: SharedUnknown = {
        role: { kind: 'parameter', parameter: j, of: 'value' },
        rule: rules[j] as ParameterRule,
      };
      return of(j) === 'linear'
        ? [value, { role: { kind: 'parameter', parameter: j, of: 'slope' }, rule: free() }]
        : [value];
    });
    units.forEach(({ model: shape, signals }, unit) => {
      for (const signal of signals) {
        shape.factors.forEach((_, factor) =>
          shared.push({ role: { kind: 'factor', unit, signal, factor }, rule: factor === 0 ? free(0) : free() }),
        );
      }
      if (shape.hasRate) shared.push({ role: { kind: 'rate', unit }, rule: free(...rateBounds(axis)) });
    });
    for (let coefficient = 0; coefficient < baselineColumns; coefficient++) {
      shared.push({ role: { kind: 'baseline', coefficient }, rule: free() });
    }
    this.shared = shared;
    this.localCount = this.parameters.length + this.modelled.length + baselineColumns;
    this.#rateOf = units.map((_, unit) => shared.findIndex(({ role }) => role.kind === 'rate' && role.unit === unit));
  }

  get pointCount(): number {
    return this.axis.x.length;
  }

  /** Rule of a coordinate that belongs to each point. */
  ownRule(at: number): ParameterRule {
    return this.problem.rules[this.parameters[this.own[at] as number] as number] as ParameterRule;
  }

  /** Number of the point from −1 (first) to 1 (last): what a linear parameter is linear in. */
  position(point: number): number {
    return this.pointCount < 2 ? 0 : (2 * point) / (this.pointCount - 1) - 1;
  }

  rate(unit: number, u: Float64Array): number {
    const at = this.#rateOf[unit] as number;
    return at < 0 ? 0 : (u[at] as number);
  }

  /** Where a unit's rate stands among the shared unknowns; −1 where it has none. */
  rateIndex(unit: number): number {
    return this.#rateOf[unit] as number;
  }

  /** Where a factor stands among the shared unknowns. */
  factorIndex(signal: number, factor: number): number {
    const at = this.shared.findIndex(
      ({ role }) => role.kind === 'factor' && role.signal === signal && role.factor === factor,
    );
    if (at < 0) throw new BugError('A modelled amplitude has no factor.');
    return at;
  }

  /** Local coordinate of a modelled amplitude. */
  amplitudeLocal(signal: number): number {
    return this.parameters.length + this.modelled.indexOf(signal);
  }

  /** Local coordinates at a point. @param u shared unknowns @param own the point's own */
  localsAt(point: number, u: Float64Array, own: Float64Array): Float64Array {
    const locals = new Float64Array(this.localCount);
    this.own.forEach((local, i) => (locals[local] = own[i] as number));
    this.shared.forEach((unknown, i) => {
      // Every local coordinate is linear in parameters, factors and coefficients; rates enter by the shapes.
      if (unknown.role.kind === 'rate') return;
      for (const { local, factor } of this.#entries(unknown, point, u)) {
        locals[local] = (locals[local] as number) + factor * (u[i] as number);
      }
    });
    return locals;
  }

  /** θ of the spectrum, parameters that don't move as they were. */
  thetaOf(locals: Float64Array, base: Float64Array): Float64Array {
    const theta = base.slice();
    this.parameters.forEach((j, local) => (theta[j] = locals[local] as number));
    return theta;
  }

  /** For each shared unknown, what it moves at a point. */
  chain(point: number, u: Float64Array): ChainEntry[][] {
    return this.shared.map((unknown) => this.#entries(unknown, point, u));
  }

  #entries({ role }: SharedUnknown, point: number, u: Float64Array): ChainEntry[] {
    const x = this.axis.x[point] as number;
    switch (role.kind) {
      case 'parameter': {
        const local = this.parameters.indexOf(role.parameter);
        return [{ local, factor: role.of === 'value' ? 1 : this.position(point) }];
      }
      case 'factor': {
        const { model } = this.units[role.unit] as ModelUnit;
        const factor = model.shapes(x, this.rate(role.unit, u), this.axis)[role.factor] as number;
        return [{ local: this.amplitudeLocal(role.signal), factor }];
      }
      case 'rate': {
        const { model, signals } = this.units[role.unit] as ModelUnit;
        const slopes = model.slopes(x, this.rate(role.unit, u));
        return signals.map((signal) => ({
          local: this.amplitudeLocal(signal),
          factor: slopes.reduce((s, slope, f) => s + slope * (u[this.factorIndex(signal, f)] as number), 0),
        }));
      }
      case 'baseline':
        return [{ local: this.parameters.length + this.modelled.length + role.coefficient, factor: 1 }];
    }
  }
}
