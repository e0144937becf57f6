// bench denoising: does denoising the mean of 24 transients help the fit? For each method the SNR, and the error of the fit
// against the fit of the mean of 124 (as Chen 2023 has it, arXiv:2101.11442) and against the truth, on healthy spectra and on
// tumour-like ones that the networks never saw. LINESHAPE_CASES (100 of each kind), LINESHAPE_BASIS, LINESHAPE_MODELS.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { datasetToBasisSet } from '../src/core/basis/basisDataset.ts';
import { SIMULATION_PRESETS } from '../src/core/basis/simulatedSets/index.ts';
import { syntheticFid } from '../src/core/basis/syntheticScan.ts';
import type { BasisSet } from '../src/core/domain/basisSet.ts';
import type { ComplexSignal } from '../src/core/domain/complexArray.ts';
import type { JsonObject } from '../src/core/domain/json.ts';
import { COMBINED_METABOLITES } from '../src/core/domain/metaboliteNames.ts';
import { UNKNOWN_ACQUISITION } from '../src/core/domain/mrsDataset.ts';
import { readNiftiMrs } from '../src/core/formats/niftiMrs.ts';
import { fidToSpectrum } from '../src/core/math/fft.ts';
import { meanSignal } from '../src/core/math/meanSignal.ts';
import { seededRandom } from '../src/core/math/seededRandom.ts';
import type { SeededRandom } from '../src/core/math/seededRandom.ts';
import type { ModelLibrary } from '../src/core/ports/modelLibrary.ts';
import { DENOISING_METHODS, DENOISING_METHOD_IDS } from '../src/core/preprocessing/denoising/index.ts';
import type { DenoisingContext, DenoisingMethodId } from '../src/core/preprocessing/denoising/index.ts';
import { estimateNoiseSd, fitVoxel } from '../src/core/quantification/index.ts';
import { readModelCard, readModelFile } from '../src/node/files/modelCards.ts';
import { openSession } from '../src/node/inference/runtime.ts';
import { forbidTelemetry } from '../src/node/inference/telemetry.ts';

const REPORTED = ['tNAA', 'tCr', 'tCho', 'Glx', 'Ins'] as const;
const AVERAGES = { few: 24, shared: 23, many: 124 } as const;
/** NAA's height over the SD of the spectrum of 24 averages; in LCModel's definition, half of it, Chen's 7.8 to 26. */
const NAA_HEIGHT_OVER_SD = [16, 52] as const;
/** A seed of its own: no training and no other set has it. */
const SEED = 9104;
type Kind = 'healthy' | 'tumourLike';
type Range = readonly [number, number];
/** mM; as `heldOut` of training/denoising/simulation.json: outside everything that the networks have seen. */
const TUMOUR_LIKE: Readonly<Record<string, Range>> = {
  NAA: [0.3, 3], GPC: [2.5, 5], PCho: [1.5, 3], Cr: [1, 2.2], PCr: [0.5, 1.3], Lac: [5, 15], Gly: [2.5, 6],
}; // prettier-ignore
/** Chen 2023, section IV C, Table II: ten measured regions, LCModel. */
const PUBLISHED = {
  source: 'Chen 2023 (arXiv:2101.11442): ReLSTM of 24 averages against 128, LCModel',
  snr: { relstm: 36.3, of128: 30.0, lowRank: 37.8 },
  relativeErrorPercent: { tNAA: 3.2, tCr: 3.5, tCho: 3.4, Glx: 9.5, Ins: 8.7 },
} as const;

const never = { isCancelled: () => false, throwIfCancelled: () => undefined };
const within = (random: SeededRandom, [low, high]: Range): number => low + (high - low) * random.uniform();

interface Case {
  readonly truth: Readonly<Record<string, number>>;
  readonly transients: readonly ComplexSignal[];
  /** Mean of 124, most of the 24 among them. */
  readonly many: ComplexSignal;
}

/** Tallest point of the magnitude spectrum of NAA alone. */
function naaHeight(basis: BasisSet, parameters: Parameters<typeof syntheticFid>[1]): number {
  const concentrations = { NAA: 11.4 };
  const { re, im } = fidToSpectrum(syntheticFid(basis, { ...parameters, concentrations, extraLines: [] }));
  return re.reduce((most, v, i) => Math.max(most, Math.hypot(v, im[i] as number)), 0);
}

const noisy = ({ re, im }: ComplexSignal, sd: number, random: SeededRandom): ComplexSignal => ({
  re: re.map((v) => v + sd * random.normal()),
  im: im.map((v) => v + sd * random.normal()),
});

/** Transients differ in their noise alone: frequency, phase and amplitude are those of one spectrum. */
function drawCase(basis: BasisSet, kind: Kind, random: SeededRandom): Case {
  const ranges = { ...SIMULATION_PRESETS.brain.concentrations, ...(kind === 'tumourLike' ? TUMOUR_LIKE : {}) };
  const truth: Record<string, number> = {};
  for (const [name, range] of Object.entries(ranges)) truth[name] = within(random, range);
  const mac = within(random, SIMULATION_PRESETS.brain.macromolecules.range);
  const lipid = { ppm: 1.3, amplitude: within(random, [20, 60]), widthHz: 30, shape: 'gaussian', phaseRad: 0 } as const;
  const parameters = {
    concentrations: { ...truth, Mac: mac },
    broadening: { lorentzianHz: within(random, [0.5, 4]), gaussianHz: within(random, [1, 6]) },
    shiftHz: within(random, [-5, 5]),
    phaseRad: within(random, [-0.17, 0.17]),
    extraLines: kind === 'tumourLike' ? [lipid] : [],
  };
  const clean = syntheticFid(basis, parameters);
  // The noise is that of a healthy scan, whatever a tumour leaves of NAA.
  const sdOfFew = naaHeight(basis, parameters) / (within(random, NAA_HEIGHT_OVER_SD) * Math.sqrt(basis.points));
  const single = sdOfFew * Math.sqrt(AVERAGES.few);
  const transients = Array.from({ length: AVERAGES.few }, () => noisy(clean, single, random));
  const others = AVERAGES.many - AVERAGES.shared;
  const otherMean = noisy(clean, single / Math.sqrt(others), random);
  const shared = meanSignal(transients.slice(0, AVERAGES.shared));
  const mixed = (a: Float64Array, b: Float64Array): Float64Array =>
    a.map((v, n) => (AVERAGES.shared * v + others * (b[n] as number)) / AVERAGES.many);
  return { truth, transients, many: { re: mixed(shared.re, otherMean.re), im: mixed(shared.im, otherMean.im) } };
}

interface Fitted {
  readonly amounts: Readonly<Record<string, number>>;
  /** (max − baseline)/(2·rms residual) of the fitted range, as LCModel's. */
  readonly snr: number;
}

function fitOf(fid: ComplexSignal, noiseSd: number, basis: BasisSet): Fitted {
  const { dwellTimeS, spectrometerFrequencyMHz } = basis;
  const input = { voxel: 0, fid, dwellTimeS, spectrometerFrequencyMHz, nucleus: '1H', noiseSd };
  const { result, curves } = fitVoxel(input, basis, 'nlls', {}, never);
  const all = [...result.combined, ...result.metabolites];
  const amounts = Object.fromEntries(REPORTED.map((name) => [name, all.find((m) => m.name === name)?.amplitude ?? 0]));
  const { data, baseline, residual } = curves;
  const tallest = data.reduce((most, v, i) => Math.max(most, v - (baseline[i] as number)), 0);
  const rms = Math.sqrt(residual.reduce((sum, v) => sum + v * v, 0) / residual.length);
  return { amounts, snr: tallest / (2 * rms) };
}

const truthOf = (name: string, truth: Case['truth']): number =>
  (COMBINED_METABOLITES.find((c) => c.name === name)?.members ?? [name]).reduce((sum, m) => sum + (truth[m] ?? 0), 0);

/** The networks on this thread, without the worker of the program. */
function library(folder: string): ModelLibrary {
  forbidTelemetry();
  return {
    open: async (id) => {
      const card = await readModelCard(folder, id);
      const session = await openSession(await readModelFile(folder, card), card.file, ['cpu'], 1);
      return { card, executionProvider: 'cpu', run: (inputs) => session.run(inputs) };
    },
  };
}

type Row = 'none' | DenoisingMethodId | 'of124';

async function denoised(
  method: DenoisingMethodId,
  { transients }: Case,
  mean: ComplexSignal,
  context: DenoisingContext,
): Promise<ComplexSignal> {
  const signals = method === 'mp-pca' ? transients : [mean];
  const noiseSd = signals.map(() => (context.noiseSd[0] as number) * Math.sqrt(signals.length));
  const options = { method, matrix: 'auto', windowVoxels: 5 } as const;
  const out = await DENOISING_METHODS[method].denoise(signals, options, { ...context, noiseSd });
  return meanSignal(out.signals);
}

interface Measured {
  readonly row: Row;
  readonly fitted: Fitted;
  readonly ms: number;
}

async function measure(one: Case, basis: BasisSet, rows: readonly Row[], models: ModelLibrary): Promise<Measured[]> {
  const { dwellTimeS, spectrometerFrequencyMHz, points } = basis;
  const mean = meanSignal(one.transients);
  const before = estimateNoiseSd(mean, dwellTimeS, spectrometerFrequencyMHz);
  const scan = { data: { re: mean.re, im: mean.im, shape: [1, 1, 1, points] }, dwellTimeS, spectrometerFrequencyMHz, nucleus: '1H', acquisition: UNKNOWN_ACQUISITION }; // prettier-ignore
  const context = { scan, noiseSd: [before], grid: null, cancellation: never, onProgress: () => undefined, models };
  const measured: Measured[] = [];
  for (const row of rows) {
    const start = performance.now();
    const fid = row === 'none' ? mean : row === 'of124' ? one.many : await denoised(row, one, mean, context);
    const ms = performance.now() - start;
    const noise = row === 'of124' ? estimateNoiseSd(fid, dwellTimeS, spectrometerFrequencyMHz) : before;
    measured.push({ row, fitted: fitOf(fid, noise, basis), ms });
  }
  return measured;
}

const rounded = (value: number, digits = 1): number => Number(value.toFixed(digits));
const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Errors in % of one method: relative to the fit of 124, and to the truth, absolute and signed. */
function tableRow(row: Row, cases: readonly Case[], measured: readonly (readonly Measured[])[]): JsonObject {
  const own = measured.map((list) => list.find((m) => m.row === row) as Measured);
  const many = measured.map((list) => list.find((m) => m.row === 'of124') as Measured);
  const metabolites = REPORTED.map((name) => {
    const against124 = own.map(({ fitted }, k) => {
      const reference = (many[k] as Measured).fitted.amounts[name] as number;
      return (100 * ((fitted.amounts[name] as number) - reference)) / Math.max(reference, Number.MIN_VALUE);
    });
    const truths = cases.map(({ truth }) => truthOf(name, truth));
    const errors = own.map(({ fitted }, k) => (fitted.amounts[name] as number) - (truths[k] as number));
    const level = meanOf(truths);
    return {
      name,
      relativeErrorPercent: rounded(meanOf(against124.map(Math.abs))),
      biasAgainst124Percent: rounded(meanOf(against124)),
      biasAgainstTruthPercent: rounded((100 * meanOf(errors)) / level),
      rmseAgainstTruthPercent: rounded((100 * Math.sqrt(meanOf(errors.map((e) => e * e)))) / level),
    };
  });
  const snr = meanOf(own.map(({ fitted }) => fitted.snr));
  return { method: row, snr: rounded(snr), metabolites, msPerSpectrum: rounded(meanOf(own.map((m) => m.ms))) };
}

/** The benchmark; `lineshape bench denoising` calls it from dist/bench. */
export async function run(): Promise<JsonObject> {
  const { env } = process;
  const count = Number(env['LINESHAPE_CASES'] ?? '100');
  const file = `${env['LINESHAPE_BASIS'] ?? 'lineshape-3t-press-te35-127mhz'}.nii.gz`;
  const bytes = new Uint8Array(readFileSync(new URL(`../../resources/basis/${file}`, import.meta.url)));
  const basis = datasetToBasisSet(readNiftiMrs(bytes, file), 'bench', '');
  const folder = env['LINESHAPE_MODELS'] ?? fileURLToPath(new URL('../../resources/models', import.meta.url));
  const isHere = (id: DenoisingMethodId): boolean =>
    (id !== 'relstm' && id !== 'lstm') || existsSync(join(folder, `${id}.json`));
  const rows: Row[] = ['none', ...DENOISING_METHOD_IDS.filter(isHere), 'of124'];
  const models = library(folder);
  const sets: JsonObject = {};
  for (const [offset, kind] of (['healthy', 'tumourLike'] as const).entries()) {
    const random = seededRandom(SEED + 1000 * offset);
    const cases = Array.from({ length: count }, () => drawCase(basis, kind, random));
    const measured: Measured[][] = [];
    for (const one of cases) measured.push(await measure(one, basis, rows, models));
    sets[kind] = rows.map((row) => tableRow(row, cases, measured));
  }
  const conditions = {
    cases: count,
    seed: SEED,
    basis: file,
    naaHeightOverSd: [...NAA_HEIGHT_OVER_SD],
    fit: 'nlls, default',
  };
  return { bench: 'denoising', ...sets, published: PUBLISHED, conditions };
}
