// What the points of a fitted series share, in the units that are reported, and the parameters of the models over them.
import { degrees } from '../shared/estimates.ts';
import { FIRST_DEVIATION, GAUSSIAN, LORENTZIAN, PHASE0, PHASE1, SHIFT, gammaToGaussianHz } from '../nlls/model.ts';
import type { SpectralModel } from '../nlls/model.ts';
import type { AmplitudeModelName } from './amplitudeModels.ts';
import type { SeriesCovariance } from './covariance.ts';
import type { SeriesSolution } from './minimise.ts';
import type { SeriesInput } from './seriesInput.ts';
import type { SeriesStart } from './start.ts';
import type { ModelUnit, SharedRole } from './unknowns.ts';

export interface SharedEstimate {
  /** "lorentzianHz", "groupShiftHz" … */
  readonly name: string;
  /** Metabolites of the group; null where it is of all. */
  readonly group: string | null;
  readonly value: number;
  /** From the joint Fisher matrix; null where it is at a bound, or the matrix is singular. */
  readonly sd: number | null;
}

export interface ModelParameter {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** From the joint Fisher matrix, nuisances included; null where it can't be told. */
  readonly sd: number | null;
}

export interface ModelEstimate {
  /** A metabolite, or a sum whose members have one rate. */
  readonly metabolite: string;
  readonly members: readonly string[];
  readonly model: AmplitudeModelName;
  readonly parameters: readonly ModelParameter[];
}

/** Value and derivative by the unknown itself. */
interface Reported {
  readonly name: string;
  readonly group: string | null;
  readonly value: number;
  readonly slope: number;
}

function groupName(model: SpectralModel, group: number): string {
  return model.signals.filter((_, m) => model.groupOf[m] === group).map(({ name }) => name).join('+'); // prettier-ignore
}

/** How a parameter of the spectrum is reported; null for the terms of a free lineshape, which mean nothing one by one. */
function reported(start: SeriesStart, parameter: number, value: number): Reported | null {
  const { model } = start.problem.unknowns.problem;
  const of = (name: string, shown = value, slope = 1, group: string | null = null): Reported => ({
    name,
    group,
    value: shown,
    slope,
  });
  switch (parameter) {
    case PHASE0:
      // About the middle of the fit window.
      return of('phase0Deg', degrees(value + (start.phase0[0] as number)), degrees(1));
    case PHASE1:
      return of('phase1DegPerPpm', degrees(value + start.phase1), degrees(1));
    case SHIFT:
      return of('shiftHz');
    case LORENTZIAN:
      return of('lorentzianHz');
    case GAUSSIAN: {
      const hz = gammaToGaussianHz(value);
      return of('gaussianHz', hz, value > 0 ? hz / (2 * value) : 0);
    }
  }
  if (parameter >= model.firstLineshape) return null;
  const group = groupName(model, (parameter - FIRST_DEVIATION) % model.groupCount);
  if (parameter < model.lorentzianDeviation(0)) return of('groupShiftHz', value, 1, group);
  // A change of γ has no width of its own in Hz.
  return parameter < model.gaussianDeviation(0) ? of('groupLorentzianHz', value, 1, group) : null;
}

const sdOf = (variance: number | undefined): number | null =>
  variance === undefined || !(variance > 0) ? null : Math.sqrt(variance);

/** The shared parameters of the spectra. */
export function sharedEstimates(
  start: SeriesStart,
  { state }: SeriesSolution,
  covariance: SeriesCovariance | null,
): SharedEstimate[] {
  const { shared } = start.problem.unknowns;
  const s = shared.length;
  return shared.flatMap(({ role }, i): SharedEstimate[] => {
    if (role.kind !== 'parameter') return [];
    const value = state.shared[i] as number;
    const sd = sdOf(covariance?.shared[i * s + i]);
    const shown = reported(start, role.parameter, value);
    if (shown === null) return [];
    const scaled = sd === null ? null : sd * Math.abs(shown.slope);
    if (role.of === 'value') return [{ name: shown.name, group: shown.group, value: shown.value, sd: scaled }];
    // From the first point to the last.
    const change = scaled === null ? null : 2 * scaled;
    return [{ name: `${shown.name}Change`, group: shown.group, value: 2 * value * shown.slope, sd: change }];
  });
}

/** Sum of shared unknowns and its SD. */
function summed(
  indices: readonly number[],
  state: Float64Array,
  covariance: Float64Array | null,
): { readonly value: number; readonly sd: number | null } {
  const s = state.length;
  const value = indices.reduce((sum, i) => sum + (state[i] as number), 0);
  if (covariance === null) return { value, sd: null };
  const variance = indices.reduce(
    (sum, i) => sum + indices.reduce((v, j) => v + (covariance[i * s + j] as number), 0),
    0,
  );
  return { value, sd: sdOf(variance) };
}

/** Models whose factor names carry a unit per x. */
const unitOf = (factor: string, xUnit: string): string => (factor === 'slope' ? perX(xUnit) : '');
const perX = (xUnit: string): string => (xUnit === '' ? '' : `1/${xUnit}`);

function rateParameters(value: number, sd: number | null, xUnit: string): ModelParameter[] {
  const rate: ModelParameter = { name: 'rate', unit: perX(xUnit), value, sd };
  if (!(value > 0)) return [rate];
  return [rate, { name: 'timeConstant', unit: xUnit, value: 1 / value, sd: sd === null ? null : sd / value ** 2 }];
}

/** Parameters of the models over the points; of a sum, its members' factors added, then each member's own. */
export function modelEstimates(
  start: SeriesStart,
  { state }: SeriesSolution,
  covariance: SeriesCovariance | null,
  { xUnit }: Pick<SeriesInput, 'xUnit'>,
): ModelEstimate[] {
  const { unknowns } = start.problem;
  const { signals } = unknowns.problem.model;
  const scale = start.mean.amplitudeScale;
  const nameOf = (m: number): string => signals[m]?.name ?? '';
  const indexOf = (wanted: (role: SharedRole) => boolean): number => unknowns.shared.findIndex((u) => wanted(u.role));
  const estimate = (unit: ModelUnit, at: number, name: string, of: readonly number[]): ModelEstimate => {
    const { factors, hasRate } = unit.model;
    const parameters = factors.map((factor, f): ModelParameter => {
      const indices = of.map((signal) => unknowns.factorIndex(signal, f));
      const { value, sd } = summed(indices, state.shared, covariance?.shared ?? null);
      return { name: factor, unit: unitOf(factor, xUnit), value: value * scale, sd: sd === null ? null : sd * scale };
    });
    const rateAt = indexOf((role) => role.kind === 'rate' && role.unit === at);
    const rate = hasRate ? summed([rateAt], state.shared, covariance?.shared ?? null) : null;
    return {
      metabolite: name,
      members: of.map(nameOf),
      model: unit.model.name,
      parameters: rate === null ? parameters : [...parameters, ...rateParameters(rate.value, rate.sd, xUnit)],
    };
  };
  return unknowns.units.flatMap((unit, at) => {
    const whole = estimate(unit, at, unit.name, unit.signals);
    return unit.signals.length === 1
      ? [whole]
      : [whole, ...unit.signals.map((m) => estimate(unit, at, nameOf(m), [m]))];
  });
}
