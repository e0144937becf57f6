// The NLLS fit and QUEST on the ISMRM 2016 fitting challenge, beside LCModel 6.3 and FSL-MRS on the same spectra.
// Run: node bin/lineshape.mjs bench ismrmChallenge (needs the reference data, see LINESHAPE_DATA; prints one JSON document).
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readBasisFiles } from '../src/core/basis/files/index.ts';
import { WATER_PPM } from '../src/core/domain/axes.ts';
import type { BasisSet } from '../src/core/domain/basisSet.ts';
import { canonicalMetaboliteName } from '../src/core/domain/metaboliteNames.ts';
import { fitVoxel } from '../src/core/quantification/index.ts';
import { measureWaterAmplitude } from '../src/core/quantification/waterScaling/index.ts';
import type { JsonObject } from '../src/core/domain/json.ts';

const DWELL_S = 1 / 4000;
const FREQUENCY_MHZ = 123.2;
const SUMS: Readonly<Record<string, readonly string[]>> = {
  tNAA: ['NAA', 'NAAG'],
  tCr: ['Cr', 'PCr'],
  tCho: ['GPC', 'PCho'],
  Glx: ['Glu', 'Gln'],
};
const SINGLES = ['NAA', 'Glu', 'Gln', 'Ins', 'GSH', 'GABA', 'Lac', 'NAAG', 'Cr', 'PCr', 'GPC', 'PCho', 'Tau', 'Asp'];

type Estimates = Map<string, number>;

/** @param macromolecules whether the set's measured macromolecule signal, Mac, is taken along */
export function challengeBasis(dataDir: string, macromolecules = true): BasisSet {
  const dir = join(dataDir, 'ismrm_fitting_challenge', 'basisset_text');
  const files = readdirSync(dir)
    .filter((n) => n !== 'PressMac_30ms.txt' && n !== 'Ace.txt' && (macromolecules || n !== 'Mac.txt'))
    .map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(dir, name))) }));
  return readBasisFiles(files, {
    spectrometerFrequencyMHz: FREQUENCY_MHZ,
    dwellTimeS: DWELL_S,
    echoTimeS: 0.03,
    removeReferenceMarker: true,
  });
}

/** @param firstColumn 0: metabolites; 2: water */
export function challengeFid(
  dataDir: string,
  dataset: number,
  firstColumn: 0 | 2 = 0,
): { re: Float64Array; im: Float64Array } {
  const path = join(dataDir, 'ismrm_fitting_challenge', 'datasets_text', `dataset${dataset}.txt`);
  const rows = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((l) => l.trim().split(/\s+/).map(Number));
  return {
    re: Float64Array.from(rows, (r) => r[firstColumn]!),
    im: Float64Array.from(rows, (r) => r[firstColumn + 1]!),
  };
}

/** Table of a CSV: dataset → canonical name → value. */
function readTable(path: string): Map<number, Estimates> {
  const [head, ...lines] = readFileSync(path, 'utf8').trim().split('\n');
  const names = head!.split(',').map((n) => n.trim());
  return new Map(
    lines.map((line) => {
      const cells = line.split(',');
      const entries = names
        .slice(1)
        .map((n, i) => [n.includes('+') ? n : canonicalMetaboliteName(n), Number(cells[i + 1])] as const);
      return [Number(cells[0]), new Map(entries)];
    }),
  );
}

function readLcmodel(dataDir: string, dataset: number): Estimates {
  const path = join(dataDir, 'lcmodel_runs', 'ismrm_challenge', `d${dataset}.csv`);
  const [head, row] = readFileSync(path, 'utf8').trim().split('\n');
  const cells = row!.split(',');
  const out: Estimates = new Map();
  head!.split(',').forEach((n, i) => {
    const name = n.trim();
    if (name !== '' && !name.includes('%') && !name.includes('/'))
      out.set(canonicalMetaboliteName(name), Number(cells[i]));
  });
  return out;
}

function withSums(e: Estimates): Estimates {
  const out = new Map(e);
  for (const [name, members] of Object.entries(SUMS))
    out.set(
      name,
      members.reduce((s, m) => s + (e.get(m) ?? 0), 0),
    );
  return out;
}

const median = (v: number[]): number => {
  const s = [...v].sort((a, b) => a - b);
  return s.length === 0 ? NaN : (s[Math.floor((s.length - 1) / 2)]! + s[Math.floor(s.length / 2)]!) / 2;
};

/** Median absolute error in %, each estimate scaled to the true tCr. */
function medianErrors(estimates: Map<number, Estimates>, truth: Map<number, Estimates>): Record<string, number> {
  const errors: Record<string, number[]> = { pooledSingles: [] };
  for (const [dataset, raw] of estimates) {
    const e = withSums(raw);
    const t = withSums(truth.get(dataset)!);
    const scale = t.get('tCr')! / e.get('tCr')!;
    for (const name of [...Object.keys(SUMS), ...SINGLES]) {
      const wanted = t.get(name) ?? 0;
      if (name === 'tCr' || !(wanted > 0)) continue;
      const error = 100 * Math.abs(((e.get(name) ?? 0) * scale) / wanted - 1);
      (errors[name] ??= []).push(error);
      if (SINGLES.includes(name)) errors['pooledSingles']!.push(error);
    }
  }
  return Object.fromEntries(Object.entries(errors).map(([k, v]) => [k, Math.round(10 * median(v)) / 10]));
}

/**
 * Error of tCr itself, on the one scale of all spectra that makes the median error zero.
 * @param over what each spectrum's estimate is divided by: its water signal, whose size is another in some spectra; or 1
 */
function creatineScaleError(
  estimates: Map<number, Estimates>,
  truth: Map<number, Estimates>,
  over: (dataset: number) => number,
): JsonObject {
  const scales = [...estimates].map(
    ([d, e]) => withSums(e).get('tCr')! / over(d) / withSums(truth.get(d)!).get('tCr')!,
  );
  const middle = median(scales);
  const errors = scales.map((s) => 100 * Math.abs(s / middle - 1));
  return { median: round1(median(errors)), largest: round1(Math.max(...errors)) };
}

const round1 = (v: number): number => Math.round(10 * v) / 10;
const NEVER = { isCancelled: () => false, throwIfCancelled: () => undefined };

interface Fitted {
  readonly estimates: Map<number, Estimates>;
  readonly times: number[];
  readonly notes: JsonObject[];
}

function fitAll(
  dataDir: string,
  datasets: readonly number[],
  basis: BasisSet,
  options: JsonObject,
  method = 'nlls',
): Fitted {
  const estimates = new Map<number, Estimates>();
  const times: number[] = [];
  const notes: JsonObject[] = [];
  for (const dataset of datasets) {
    const start = performance.now();
    const input = {
      voxel: 0,
      fid: challengeFid(dataDir, dataset),
      dwellTimeS: DWELL_S,
      spectrometerFrequencyMHz: FREQUENCY_MHZ,
      nucleus: '1H',
      noiseSd: null,
    };
    const { result } = fitVoxel(input, basis, method, options, NEVER);
    times.push(performance.now() - start);
    estimates.set(dataset, new Map(result.metabolites.map((m) => [m.name, m.amplitude])));
    notes.push({
      dataset,
      status: result.status,
      shiftHz: result.shiftHz,
      lorentzianHz: result.lorentzianHz,
      gaussianHz: result.gaussianHz,
      phase0Deg: result.phase0Deg,
      snr: result.snr.value,
      ...result.diagnostics,
    });
  }
  return { estimates, times, notes };
}

function isThere(dataDir: string, dataset: number): boolean {
  return existsSync(join(dataDir, 'ismrm_fitting_challenge', 'datasets_text', `dataset${dataset}.txt`));
}

export function ismrmChallenge(dataDir: string, options: JsonObject): JsonObject {
  const truth = readTable(join(dataDir, 'ismrm_fitting_challenge', 'truth.csv'));
  const datasets = [...truth.keys()].filter((d) => isThere(dataDir, d));
  const basis = challengeBasis(dataDir);
  const ours = fitAll(dataDir, datasets, basis, options);
  const tied = fitAll(dataDir, datasets, basis, { ...options, ratioPriors: 'lcmodel' }).estimates;
  const withoutMac = fitAll(dataDir, datasets, challengeBasis(dataDir, false), options).estimates;
  const quest = fitAll(dataDir, datasets, basis, {}, 'quest');
  const allFsl = readTable(join(dataDir, 'ismrm_fitting_challenge', 'fsl_mrs_newton_2_4_8.csv'));
  const fsl = new Map(datasets.filter((d) => allFsl.has(d)).map((d) => [d, allFsl.get(d)!]));
  const lcmodel = new Map(datasets.map((d) => [d, readLcmodel(dataDir, d)]));
  const waters = new Map(
    datasets.map((d) => {
      const fid = challengeFid(dataDir, d, 2);
      const water = { fid, dwellTimeS: DWELL_S, spectrometerFrequencyMHz: FREQUENCY_MHZ, referencePpm: WATER_PPM };
      return [d, measureWaterAmplitude(water).water.amplitude];
    }),
  );
  const byWater = (d: number): number => waters.get(d)!;
  return {
    bench: 'ismrmChallenge',
    datasets,
    medianAbsoluteErrorPercent: {
      lineshape: medianErrors(ours.estimates, truth),
      lineshapeRatioPriors: medianErrors(tied, truth),
      lineshapeWithoutMac: medianErrors(withoutMac, truth),
      lineshapeQuest: medianErrors(quest.estimates, truth),
      lcmodel: medianErrors(lcmodel, truth),
      fslMrs: medianErrors(fsl, truth),
    },
    tCrOnOneScalePercent: {
      lineshape: creatineScaleError(ours.estimates, truth, () => 1),
      lineshapeOverWater: creatineScaleError(ours.estimates, truth, byWater),
      lineshapeQuest: creatineScaleError(quest.estimates, truth, () => 1),
      lcmodel: creatineScaleError(lcmodel, truth, () => 1),
      lcmodelOverWater: creatineScaleError(lcmodel, truth, byWater),
      fslMrs: creatineScaleError(fsl, truth, () => 1),
    },
    medianMsPerSpectrum: Math.round(median(ours.times)),
    fits: ours.notes,
  };
}

/** The benchmark; `lineshape bench ismrmChallenge` calls it. */
export function run(): JsonObject {
  return ismrmChallenge(process.env['LINESHAPE_DATA'] ?? join('..', 'shared', 'data'), {});
}
