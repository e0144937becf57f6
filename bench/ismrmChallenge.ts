// The NLLS fit on the spectra of the ISMRM 2016 fitting challenge, beside LCModel 6.3 and FSL-MRS on the same ones.
// Run: node bin/lineshape.mjs bench ismrmChallenge (needs the reference data, see LINESHAPE_DATA; prints one JSON document).
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readBasisFiles } from '../src/core/basis/files/index.ts';
import type { BasisSet } from '../src/core/domain/basisSet.ts';
import { canonicalMetaboliteName } from '../src/core/domain/metaboliteNames.ts';
import { fitVoxel } from '../src/core/quantification/index.ts';
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

export function challengeBasis(dataDir: string): BasisSet {
  const dir = join(dataDir, 'ismrm_fitting_challenge', 'basisset_text');
  const files = readdirSync(dir)
    .filter((n) => n !== 'PressMac_30ms.txt' && n !== 'Ace.txt')
    .map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(dir, name))) }));
  return readBasisFiles(files, {
    spectrometerFrequencyMHz: FREQUENCY_MHZ,
    dwellTimeS: DWELL_S,
    echoTimeS: 0.03,
    removeReferenceMarker: true,
  });
}

export function challengeFid(dataDir: string, dataset: number): { re: Float64Array; im: Float64Array } {
  const path = join(dataDir, 'ismrm_fitting_challenge', 'datasets_text', `dataset${dataset}.txt`);
  const rows = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((l) => l.trim().split(/\s+/).map(Number));
  return { re: Float64Array.from(rows, (r) => r[0]!), im: Float64Array.from(rows, (r) => r[1]!) };
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

export function ismrmChallenge(dataDir: string, options: JsonObject): JsonObject {
  const basis = challengeBasis(dataDir);
  const truth = readTable(join(dataDir, 'ismrm_fitting_challenge', 'truth.csv'));
  const fsl = readTable(join(dataDir, 'ismrm_fitting_challenge', 'fsl_mrs_newton_2_4_8.csv'));
  const never = { isCancelled: () => false, throwIfCancelled: () => undefined };
  const datasets = [...truth.keys()].filter((d) => {
    try {
      challengeFid(dataDir, d);
      return true;
    } catch {
      return false;
    }
  });
  const ours = new Map<number, Estimates>();
  const times: number[] = [];
  const notes: JsonObject[] = [];
  for (const dataset of datasets) {
    const start = performance.now();
    const { result } = fitVoxel(
      {
        voxel: 0,
        fid: challengeFid(dataDir, dataset),
        dwellTimeS: DWELL_S,
        spectrometerFrequencyMHz: FREQUENCY_MHZ,
        nucleus: '1H',
        noiseSd: null,
      },
      basis,
      'nlls',
      options,
      never,
    );
    times.push(performance.now() - start);
    ours.set(dataset, new Map(result.metabolites.map((m) => [m.name, m.amplitude])));
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
  const pick = (all: Map<number, Estimates>) =>
    new Map(datasets.filter((d) => all.has(d)).map((d) => [d, all.get(d)!]));
  return {
    bench: 'ismrmChallenge',
    datasets,
    medianAbsoluteErrorPercent: {
      lineshape: medianErrors(ours, truth),
      lcmodel: medianErrors(new Map(datasets.map((d) => [d, readLcmodel(dataDir, d)])), truth),
      fslMrs: medianErrors(pick(fsl), truth),
    },
    medianMsPerSpectrum: Math.round(median(times)),
    fits: notes,
  };
}

/** The benchmark; `lineshape bench ismrmChallenge` calls it. */
export function run(): JsonObject {
  return ismrmChallenge(process.env['LINESHAPE_DATA'] ?? join('..', 'shared', 'data'), {});
}
