// The start of a series fit: the mean spectrum is fitted by itself; its lines, its phase and its smoothness are what the
// series begins with, each point turned to where it was found, and the models begin with the amplitudes found there.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { ProcessingError, UsageError } from '../../domain/errors.ts';
import { COMBINED_METABOLITES, canonicalMetaboliteName } from '../../domain/metaboliteNames.ts';
import { cubicSplineDesign, splineTimes } from '../../math/bspline.ts';
import type { Cancellation } from '../../ports/cancellation.ts';
import type { ModelSignal } from '../shared/modelSignal.ts';
import { solveAmplitudes } from '../nlls/amplitudes.ts';
import type { ParameterRule, Problem } from '../nlls/problem.ts';
import { fitSpectrum } from '../nlls/fit.ts';
import type { FitState } from '../nlls/fit.ts';
import { PHASE0, PHASE1, SHIFT } from '../nlls/model.ts';
import type { NllsOptions } from '../nlls/options.ts';
import type { SpectralModel } from '../nlls/model.ts';
import { meanOfPoints, pointOffsets, WIDEST_OFFSET_PPM } from './alignPoints.ts';
import type { PointOffset } from './alignPoints.ts';
import { amplitudeModel, seriesAxis, startOf } from './amplitudeModels.ts';
import type { SeriesAxis } from './amplitudeModels.ts';
import type { SeriesState } from './assemble.ts';
import { chooseSmoothness } from './smoothness.ts';
import type { ModelRequest, SeriesOptions } from './options.ts';
import { fitPoint } from './points.ts';
import type { SeriesProblem } from './points.ts';
import { hasLines, seriesNoiseSd, variesInX } from './seriesInput.ts';
import type { SeriesInput } from './seriesInput.ts';
import { SeriesUnknowns } from './unknowns.ts';
import type { ModelUnit } from './unknowns.ts';

/** Keeps the noise of a noiseless signal above the rounding of its peaks. */
const NOISE_FLOOR = 1e-7;
/** A baseline that all points share is an unpenalised spline; fewer columns than this are no spline. */
const LEAST_BASELINE_COLUMNS = 4;

export interface SeriesStart {
  readonly problem: SeriesProblem;
  readonly state: SeriesState;
  /** The mean spectrum's fit: scales, whole model. */
  readonly mean: FitState;
  /** FIDs in the units of the fit. */
  readonly fids: readonly ComplexSignal[];
  /** Phase taken out of each point's data, about the model's pivot. */
  readonly phase0: readonly number[];
  readonly phase1: number;
  /** Noise SD per channel and sample, in the units of the fit. */
  readonly noiseSd: number;
  /** Of the spectra. */
  readonly options: NllsOptions;
}

/** The signals of each request; later requests win over earlier ones, so that "all" can come first. */
export function modelUnits(requests: readonly ModelRequest[], signals: readonly ModelSignal[]): ModelUnit[] {
  const units: ModelUnit[] = [];
  for (const { metabolite, model } of requests) {
    const canonical = canonicalMetaboliteName(metabolite);
    const sum = COMBINED_METABOLITES.find((c) => c.name.toLowerCase() === metabolite.toLowerCase());
    const members = sum?.members ?? [canonical];
    const isAll = metabolite.toLowerCase() === 'all';
    const found = signals.flatMap(({ name, kind }, m) =>
      (isAll ? kind === 'metabolite' : members.includes(name)) ? [m] : [],
    );
    if (found.length === 0) {
      throw new UsageError(`The model of "${metabolite}" can't be fitted: the basis set has no such metabolite.`);
    }
    const shape = amplitudeModel(model);
    const groups = isAll ? found.map((m) => ({ name: signals[m]?.name ?? '', signals: [m] })) : [{ name: sum?.name ?? canonical, signals: found }]; // prettier-ignore
    for (const { name, signals: own } of groups) {
      for (const [at, unit] of units.entries()) {
        units[at] = { ...unit, signals: unit.signals.filter((m) => !own.includes(m)) };
      }
      units.push({ name, model: shape, signals: own });
    }
  }
  return units.filter((unit) => unit.signals.length > 0);
}

/** The FID that the start is made from: the mean, or where amplitudes change sign the strongest. */
function startingFid(
  fids: readonly ComplexSignal[],
  offsets: readonly PointOffset[],
  isSigned: boolean,
  dwellTimeS: number,
): ComplexSignal {
  if (!isSigned) return meanOfPoints(fids, offsets, dwellTimeS);
  const strength = (fid: ComplexSignal): number => Math.hypot(fid.re[0] as number, fid.im[0] as number);
  return fids.reduce((a, b) => (strength(b) > strength(a) ? b : a));
}

/** Straight line through values at positions −1 … 1. @returns value at 0 and slope */
function lineThrough(values: readonly number[], unknowns: SeriesUnknowns): readonly [number, number] {
  const mean = values.reduce((s, v) => s + v, 0) / values.length;
  let along = 0;
  let squares = 0;
  values.forEach((v, k) => {
    along += unknowns.position(k) * (v - mean);
    squares += unknowns.position(k) ** 2;
  });
  return [mean, squares > 0 ? along / squares : 0];
}

/** Problem of the mean spectrum in the frame in which its phase is zero, with room for the points' shifts. */
function turnedProblem({ fitted, solution }: FitState): Problem {
  const theta = solution.theta;
  const f0 = fitted.model.spectrometerFrequencyMHz;
  const rules = fitted.rules.map((rule, j): ParameterRule => {
    if (j === PHASE1) {
      const by = theta[PHASE1] as number;
      return { ...rule, lower: rule.lower - by, upper: rule.upper - by, priorMean: rule.priorMean - by };
    }
    if (j !== SHIFT) return rule;
    const at = theta[SHIFT] as number;
    return { ...rule, lower: at - 2 * WIDEST_OFFSET_PPM * f0, upper: at + 2 * WIDEST_OFFSET_PPM * f0 };
  });
  return { ...fitted, rules };
}

/** Columns of a spline that all points share: as many as the smooth curve under the mean has degrees of freedom. */
export function sharedBaselineColumns(model: SpectralModel, degrees: number): Float64Array[] {
  const columns = Math.max(LEAST_BASELINE_COLUMNS, Math.round(degrees));
  const design = cubicSplineDesign(model.bandLength, columns - 3);
  return Array.from({ length: model.parts * columns }, (_, at) => {
    const coefficients = new Float64Array(columns);
    coefficients[at % columns] = 1;
    const column = new Float64Array(model.rows);
    column.set(splineTimes(design, coefficients), Math.floor(at / columns) * model.bandLength);
    return column;
  });
}

interface Turned {
  readonly rows: readonly Float64Array[];
  readonly offsets: readonly PointOffset[];
}

/**
 * Each point's rows; an offset that doesn't fit the data better than none is dropped.
 * @param takesOut whether a point's own phase is taken out of its data; else the model has it
 */
function turnedRows(
  problem: Problem,
  theta: Float64Array,
  fids: readonly ComplexSignal[],
  offsets: readonly PointOffset[],
  [phase0, phase1]: readonly [number, number],
  takesOut: boolean,
): Turned {
  const { model } = problem;
  const tried = fids.map((fid, k) => {
    const candidates = [offsets[k] as PointOffset, { shiftHz: 0, phaseRad: 0 }].map((offset) => {
      const y = model.dataRows(fid, phase0 + (takesOut ? offset.phaseRad : 0), phase1);
      const at = theta.slice();
      at[PHASE0] = takesOut ? 0 : offset.phaseRad;
      at[SHIFT] = (theta[SHIFT] as number) + offset.shiftHz;
      return { offset, y, cost: solveAmplitudes({ ...problem, y }, at, []).dataCost };
    });
    return candidates.reduce((a, b) => (b.cost < a.cost ? b : a));
  });
  return { rows: tried.map((t) => t.y), offsets: tried.map((t) => t.offset) };
}

/** Unknowns at the start. @param amplitudes of all signals, for each point */
function startState(
  unknowns: SeriesUnknowns,
  theta: Float64Array,
  offsets: readonly PointOffset[],
  amplitudes: readonly Float64Array[],
): SeriesState {
  const { axis, units } = unknowns;
  const starts = units.map(({ model, signals }) =>
    startOf(
      model,
      signals.map((m) => Float64Array.from(amplitudes, (a) => a[m] as number)),
      axis,
    ),
  );
  const lines = new Map([
    [SHIFT, lineThrough(offsets.map((o) => o.shiftHz), unknowns)], // prettier-ignore
    [PHASE0, lineThrough(offsets.map((o) => o.phaseRad), unknowns)], // prettier-ignore
  ]);
  const shared = Float64Array.from(unknowns.shared, ({ role }) => {
    switch (role.kind) {
      case 'parameter': {
        const [mean, slope] = lines.get(role.parameter) ?? [0, 0];
        return role.of === 'slope' ? slope : (theta[role.parameter] as number) + mean;
      }
      case 'factor': {
        const unit = units[role.unit] as ModelUnit;
        return (starts[role.unit]?.factors[unit.signals.indexOf(role.signal)]?.[role.factor] ?? 0) as number;
      }
      case 'rate':
        return starts[role.unit]?.rate ?? 0;
      case 'baseline':
        return 0;
    }
  });
  const own = offsets.map(({ shiftHz }) =>
    Float64Array.from(unknowns.own, (local) => {
      const j = unknowns.parameters[local] as number;
      // A point's own phase was taken out of its data.
      return (theta[j] as number) + (j === SHIFT ? shiftHz : 0);
    }),
  );
  return { shared, own };
}

function refuseWithoutLines(fid: ComplexSignal, noiseSd: number, input: SeriesInput): void {
  if (hasLines(fid, noiseSd, input)) return;
  throw new ProcessingError(
    'PROCESSING_FAILED',
    'Not even the mean of the series shows a line above its noise, so there is nothing to fit.',
  );
}

/**
 * @throws ProcessingError where there is no signal, UsageError where a model names what is not there, CancelledError
 */
export function startSeries(
  input: SeriesInput,
  signals: readonly ModelSignal[],
  options: SeriesOptions,
  cancellation: Cancellation,
): SeriesStart {
  const units = modelUnits(options.models, signals);
  if (units.some((u) => u.model.name !== 'constant') && !variesInX(input)) {
    throw new UsageError('A model over the points needs values that differ from point to point.');
  }
  const isSigned = units.some((u) => u.model.isSigned);
  const noise = seriesNoiseSd(input);
  const found = isSigned
    ? input.fids.map(() => ({ shiftHz: 0, phaseRad: 0 }))
    : pointOffsets(input.fids, input, options.share);
  const fid = startingFid(input.fids, found, isSigned, input.dwellTimeS);
  const noiseSd = isSigned ? noise : noise / Math.sqrt(input.fids.length);
  refuseWithoutLines(fid, noiseSd, input);
  const mean = fitSpectrum({ ...input, fid, noiseSd }, signals, options.spectrum, cancellation);
  const fids = input.fids.map(({ re, im }) => ({
    re: re.map((v) => v / mean.dataScale),
    im: im.map((v) => v / mean.dataScale),
  }));
  return {
    ...buildStart(input, options, units, { mean, fids, found, isSigned, noise }),
    mean,
    fids,
    options: options.spectrum,
  };
}

interface Known {
  readonly mean: FitState;
  readonly fids: readonly ComplexSignal[];
  readonly found: readonly PointOffset[];
  readonly isSigned: boolean;
  /** Data units. */
  readonly noise: number;
}

function buildStart(
  input: SeriesInput,
  { share, spectrum }: SeriesOptions,
  units: readonly ModelUnit[],
  { mean, fids, found, isSigned, noise }: Known,
): Omit<SeriesStart, 'mean' | 'fids' | 'options'> {
  const turned = turnedProblem(mean);
  const { model, baseline } = turned;
  const theta = mean.solution.theta.slice();
  const phase0 = mean.rotatedPhase0 + (theta[PHASE0] as number);
  const phase1 = mean.rotatedPhase1 + (theta[PHASE1] as number);
  theta[PHASE0] = theta[PHASE1] = 0;
  const rowNoise = Math.max(noise / mean.dataScale, NOISE_FLOOR) * Math.sqrt(model.points);
  // Only a phase that each point has for itself is taken out of its data.
  const takesOut = share.phase0 === 'free';
  const noisy = { ...turned, sigma: rowNoise };
  const { rows, offsets } = turnedRows(noisy, theta, fids, found, [phase0, phase1], takesOut);
  const axis: SeriesAxis = seriesAxis(input.x);
  const base = { rows, sigma: rowNoise, theta, amplitudePriors: turned.amplitudePriors, isSigned };
  const plain: SeriesProblem = {
    ...base,
    unknowns: new SeriesUnknowns(turned, [], axis, share, 0),
    baseline,
    sharedBaseline: [],
  };
  const plainState = startState(plain.unknowns, theta, offsets, []);
  const sharesBaseline = share.baseline === 'shared' && baseline !== null;
  if (spectrum.baseline === 'auto' && !sharesBaseline)
    chooseSmoothness(plain, plainState, mean.problem.model, spectrum);
  const first = plainState.own.map((own, k) =>
    fitPoint(plain, k, plain.unknowns.localsAt(k, plainState.shared, own), []),
  );
  // Where the model can't reach the noise, the misfit is the scale against which priors are weighed.
  const misfit = first.reduce((sum, p) => sum + p.cost, 0) / (first.length * model.rows);
  const sharedBaseline = sharesBaseline ? sharedBaselineColumns(model, baseline.effectiveDegrees) : [];
  const unknowns = new SeriesUnknowns(turned, units, axis, share, sharedBaseline.length);
  const problem: SeriesProblem = {
    ...base,
    sigma: rowNoise * Math.sqrt(Math.max(1, misfit)),
    unknowns,
    baseline: sharesBaseline ? null : baseline,
    sharedBaseline,
  };
  const state = startState(unknowns, theta, offsets, first.map((p) => p.amplitudes)); // prettier-ignore
  const phases = offsets.map(({ phaseRad }) => phase0 + (takesOut ? phaseRad : 0));
  return { problem, state, phase0: phases, phase1, noiseSd: noise / mean.dataScale };
}
