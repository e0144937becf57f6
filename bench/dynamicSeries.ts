// bench dynamicSeries: series of simulated brain spectra with known amplitudes (shipped 3 T PRESS basis), fitted together and
// one by one. Bias, error over Cramér–Rao bound, spread of the shared fit over that of single fits. Prints one JSON document.
import { readFileSync } from 'node:fs';
import { datasetToBasisSet } from '../src/core/basis/basisDataset.ts';
import { resampleBasis } from '../src/core/basis/resampleBasis.ts';
import { syntheticFid, withNoise } from '../src/core/basis/syntheticScan.ts';
import type { BasisSet } from '../src/core/domain/basisSet.ts';
import type { JsonObject } from '../src/core/domain/json.ts';
import type { QuantificationResult } from '../src/core/domain/quantification.ts';
import { readNiftiMrs } from '../src/core/formats/niftiMrs.ts';
import { seededRandom } from '../src/core/math/seededRandom.ts';
import { fitSeries } from '../src/core/quantification/dynamicSeries/index.ts';
import type { SeriesFit, SeriesInput } from '../src/core/quantification/dynamicSeries/index.ts';
import { fitVoxel } from '../src/core/quantification/index.ts';

const BASIS_FILE = 'lineshape-3t-press-te30-123mhz.nii.gz';
const SAMPLES = 1024;
const FIRST_SEED = 41_000;
/** mM; macromolecules and what a 3 T spectrum shows best. */
const CONCENTRATIONS: Readonly<Record<string, number>> = {
  Asp: 1.6, Cr: 5, GABA: 1.4, Gln: 2.9, Glu: 9, GPC: 1.2, GSH: 1.8, Ins: 7, Lac: 0.8, NAA: 11.4, NAAG: 1.4, PCho: 0.6,
  PCr: 3.5, Tau: 1.6, Mac: 4,
}; // prettier-ignore
const REPORTED = ['NAA', 'Glu', 'Ins', 'Lac', 'tCr', 'tCho'] as const;
const never = { isCancelled: () => false, throwIfCancelled: () => undefined };
const OPTIONS: JsonObject = { baseline: 'fixed', baselineEdPerPpm: 2 };

interface Scenario {
  readonly name: string;
  readonly x: readonly number[];
  readonly xUnit: string;
  readonly amplitude: (name: string, x: number) => number;
  readonly models: readonly { readonly metabolite: string; readonly model: string }[];
  readonly noiseSd: number;
  readonly draws: number;
}

/** Activation raises lactate by a fifth and glutamate by 3 %, as in the visual cortex (Bednařík 2015, doi:10.1038/jcbfm.2014.233). */
const activated = (name: string, on: number): number =>
  (CONCENTRATIONS[name] ?? 0) * (1 + on * (({ Lac: 0.2, Glu: 0.03 } as Record<string, number>)[name] ?? 0));
const relaxing = (name: string, te: number): number =>
  (CONCENTRATIONS[name] ?? 0) * Math.exp(-te / (({ NAA: 0.28, Cr: 0.15, PCr: 0.15, Mac: 0.04 } as Record<string, number>)[name] ?? 0.2)); // prettier-ignore

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'functional: 12 blocks, rest and task in turn, amplitudes free',
    x: Array.from({ length: 12 }, (_, k) => k % 2),
    xUnit: '',
    amplitude: activated,
    models: [],
    noiseSd: 6,
    draws: 40,
  },
  {
    name: 'functional: the same, each metabolite rest + change × task',
    x: Array.from({ length: 12 }, (_, k) => k % 2),
    xUnit: '',
    amplitude: activated,
    models: [{ metabolite: 'all', model: 'linear' }],
    noiseSd: 6,
    draws: 40,
  },
  {
    name: 'relaxation: 8 echo times, each metabolite exponential',
    x: [0, 0.03, 0.07, 0.12, 0.18, 0.25, 0.33, 0.42],
    xUnit: 's',
    amplitude: relaxing,
    models: [{ metabolite: 'all', model: 'exponential' }],
    noiseSd: 2,
    draws: 40,
  },
];

function basisOf(): BasisSet {
  const bytes = new Uint8Array(readFileSync(new URL(`../../resources/basis/${BASIS_FILE}`, import.meta.url)));
  const whole = datasetToBasisSet(readNiftiMrs(bytes, BASIS_FILE), 'bench', '');
  const signals = whole.signals.filter(({ name }) => CONCENTRATIONS[name] !== undefined);
  const { spectrometerFrequencyMHz } = whole;
  return resampleBasis({ ...whole, signals }, { dwellTimeS: 5e-4, points: SAMPLES, spectrometerFrequencyMHz });
}

/** Frequency and phase wander from point to point. */
function seriesOf(basis: BasisSet, { x, xUnit, amplitude, noiseSd }: Scenario, seed: number): SeriesInput {
  const random = seededRandom(seed);
  const fids = x.map((value, k) => {
    const concentrations = Object.fromEntries(basis.signals.map(({ name }) => [name, amplitude(name, value)]));
    const shiftHz = 1.5 * Math.sin(k);
    const phaseRad = 0.3 * Math.cos(2 * k);
    const broadening = { lorentzianHz: 2, gaussianHz: 3.6 };
    return withNoise(
      syntheticFid(basis, { concentrations, broadening, shiftHz, phaseRad, extraLines: [] }),
      noiseSd,
      random,
    );
  });
  const { dwellTimeS, spectrometerFrequencyMHz } = basis;
  return { voxel: 0, fids, x, xName: 'x', xUnit, dwellTimeS, spectrometerFrequencyMHz, nucleus: '1H' };
}

class Errors {
  readonly #values: { readonly error: number; readonly bound: number }[] = [];

  add(error: number, bound: number | null | undefined): void {
    this.#values.push({ error, bound: bound ?? NaN });
  }

  #mean(of: (v: { readonly error: number; readonly bound: number }) => number): number {
    return this.#values.reduce((s, v) => s + of(v), 0) / this.#values.length;
  }

  get bias(): number {
    return this.#mean((v) => v.error);
  }

  get rmse(): number {
    return Math.sqrt(this.#mean((v) => v.error ** 2));
  }

  get rmseOverBound(): number {
    return this.rmse / Math.sqrt(this.#mean((v) => v.bound ** 2));
  }

  /** @param draws the points of a series share parameters, so that only whole series count as independent */
  biasOverSe(draws: number): number {
    return (this.bias / this.rmse) * Math.sqrt(draws);
  }
}

const round = (v: number): number => Number(v.toPrecision(3));
const MEMBERS: Readonly<Record<string, readonly string[]>> = { tCr: ['Cr', 'PCr'], tCho: ['GPC', 'PCho'] };

function addErrors(into: Map<string, Errors>, result: QuantificationResult, truth: (name: string) => number): void {
  for (const name of REPORTED) {
    const estimate = [...result.metabolites, ...result.combined].find((e) => e.name === name);
    const expected = (MEMBERS[name] ?? [name]).reduce((s, m) => s + truth(m), 0);
    const errors = into.get(name) ?? new Errors();
    into.set(name, errors);
    if (estimate !== undefined) errors.add(estimate.amplitude - expected, estimate.crlbAbsolute);
  }
}

/** Errors of the models' own parameters whose truth the scenario knows: slope of `linear`, rate of `exponential`. */
function addParameterErrors(into: Map<string, Errors>, fit: SeriesFit, { amplitude }: Scenario): void {
  for (const { metabolite, parameters } of fit.models) {
    if (!(REPORTED as readonly string[]).includes(metabolite)) continue;
    for (const { name, value, sd } of parameters) {
      const at0 = amplitude(metabolite, 0);
      const truth = name === 'slope' ? amplitude(metabolite, 1) - at0 : name === 'rate' ? Math.log(at0 / amplitude(metabolite, 1)) : null; // prettier-ignore
      if (truth === null) continue;
      const key = `${metabolite} ${name}`;
      const errors = into.get(key) ?? new Errors();
      into.set(key, errors);
      errors.add(value - truth, sd);
    }
  }
}

function figures(basis: BasisSet, scenario: Scenario): JsonObject {
  const together = new Map<string, Errors>();
  const single = new Map<string, Errors>();
  const parameters = new Map<string, Errors>();
  let notConverged = 0;
  let togetherMs = 0;
  let singleMs = 0;
  for (let draw = 0; draw < scenario.draws; draw++) {
    const input = seriesOf(basis, scenario, FIRST_SEED + draw);
    const start = performance.now();
    const fit = fitSeries(input, basis, { ...OPTIONS, models: [...scenario.models] }, never, () => undefined);
    const middle = performance.now();
    const alone = input.fids.map(
      (fid) => fitVoxel({ ...input, fid, noiseSd: null }, basis, 'nlls', OPTIONS, never).result,
    );
    singleMs += performance.now() - middle;
    togetherMs += middle - start;
    notConverged += fit.converged ? 0 : 1;
    fit.points.forEach(({ x, result }) => addErrors(together, result, (name) => scenario.amplitude(name, x)));
    alone.forEach((result, k) => addErrors(single, result, (name) => scenario.amplitude(name, scenario.x[k] ?? 0)));
    addParameterErrors(parameters, fit, scenario);
  }
  const of = (errors: Errors): JsonObject => ({
    bias: round(errors.bias),
    biasOverSe: round(errors.biasOverSe(scenario.draws)),
    rmse: round(errors.rmse),
    rmseOverCrlb: round(errors.rmseOverBound),
  });
  return {
    scenario: scenario.name,
    draws: scenario.draws,
    notConverged,
    amplitudes: [...together].map(([name, errors]) => ({
      name,
      ...of(errors),
      rmseOverSingleFits: round(errors.rmse / (single.get(name) ?? errors).rmse),
    })),
    parameters: [...parameters].map(([name, errors]) => ({ name, ...of(errors) })),
    timeOverSingleFits: round(togetherMs / singleMs),
  };
}

/** The benchmark; `lineshape bench dynamicSeries` calls it from dist/bench. */
export function run(): JsonObject {
  const basis = basisOf();
  const conditions = { basis: BASIS_FILE, samples: SAMPLES, signals: basis.signals.length, options: OPTIONS };
  return { bench: 'dynamicSeries', rows: SCENARIOS.map((scenario) => figures(basis, scenario)), conditions };
}
