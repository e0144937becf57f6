// bench mrsi: the fit of simulated grids on worker threads as the program runs it: time of a 32 × 32 grid and its
// accuracy against the truth, growth of time and peak memory up to 10 000 spectra, and how soon a cancel is answered.
// Nothing is read but a shipped basis set. Prints one JSON document.
import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { datasetToBasisSet } from '../src/core/basis/basisDataset.ts';
import { syntheticFid } from '../src/core/basis/syntheticScan.ts';
import type { BasisSet } from '../src/core/domain/basisSet.ts';
import type { SingleArray } from '../src/core/domain/complexArray.ts';
import { singleZeros } from '../src/core/domain/complexArray.ts';
import type { JsonObject } from '../src/core/domain/json.ts';
import type { MrsDataset } from '../src/core/domain/mrsDataset.ts';
import { UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../src/core/domain/mrsDataset.ts';
import type { VoxelQuantification } from '../src/core/domain/quantification.ts';
import { readNiftiMrs } from '../src/core/formats/niftiMrs.ts';
import { median } from '../src/core/math/robustStatistics.ts';
import type { SeededRandom } from '../src/core/math/seededRandom.ts';
import { seededRandom } from '../src/core/math/seededRandom.ts';
import { fitVoxels } from '../src/core/pipeline/fitVoxels.ts';
import { voxelInputs } from '../src/core/pipeline/voxelInputs.ts';
import type { FitRunner } from '../src/core/ports/fitRunner.ts';
import { cancellationSource, NEVER_CANCELLED } from '../src/node/workers/cancellation.ts';
import { createFitRunner } from '../src/node/workers/fitRunner.ts';

const BASIS_FILE = 'lineshape-3t-press-te30-123mhz.nii.gz';
const THREADS = 2;
/** A usual MRSI readout: half a second at 2 kHz. */
const POINTS = 1024;
/** The shipped basis has 4 kHz, and no line beyond ±1 kHz: every second sample holds all of it. */
const EVERY = 2;
/** Tallest metabolite lines about 60 noise SDs in the middle, 15 at the edge. */
const NOISE_SD = 4;
/** Sides of grids with about 2 500, 5 000 and 10 000 voxels in the head. */
const GROWTH = [54, 77, 109] as const;
const CANCELS = 10;
/** Mid-range concentrations in mM of Chen 2023 (QNet), 17 metabolites and three more, as bench nlls. */
const CONCENTRATIONS: Readonly<Record<string, number>> = {
  NAA: 12, NAAG: 1.3, Cr: 6, PCr: 4, GPC: 1.2, PCho: 0.6, Ins: 7, Glu: 9.5, Gln: 4, GSH: 2, Tau: 2, Asp: 1.5, GABA: 1.5,
  Glc: 1.5, Ala: 0.6, Lac: 0.6, Scyllo: 0.4, Asc: 1, PE: 1.2, Mac: 4,
}; // prettier-ignore
/** A superellipse of this power fills 85 % of the square about it; the rest is air. */
const HEAD_POWER = 2.5;

interface VoxelTruth {
  readonly concentrations: Readonly<Record<string, number>>;
  readonly shiftHz: number;
}

interface Phantom {
  readonly dataset: MrsDataset;
  /** By voxel; air is not in it. */
  readonly truths: ReadonlyMap<number, VoxelTruth>;
}

function mrsiBasis(): BasisSet {
  const bytes = new Uint8Array(readFileSync(new URL(`../../resources/basis/${BASIS_FILE}`, import.meta.url)));
  const whole = datasetToBasisSet(readNiftiMrs(bytes, BASIS_FILE), 'bench', '');
  const thinned = (samples: Float64Array): Float64Array => Float64Array.from({ length: POINTS }, (_, i) => samples[EVERY * i] ?? 0); // prettier-ignore
  const signals = whole.signals
    .filter((s) => s.name in CONCENTRATIONS)
    .map((s) => ({ ...s, fid: { re: thinned(s.fid.re), im: thinned(s.fid.im) } }));
  return { ...whole, dwellTimeS: EVERY * whole.dwellTimeS, points: POINTS, signals };
}

/** One voxel at u, v ∈ (−1, 1): fields of a shim, a coil's phase and sensitivity, two kinds of tissue. */
function voxelFid(
  basis: BasisSet,
  u: number,
  v: number,
  radius: number,
): { truth: VoxelTruth; fid: ReturnType<typeof syntheticFid> } {
  // prettier-ignore
  const sensitivity = 1 - 0.75 * radius ** 2;
  const tissue = Math.sin(5 * u + 2 * v);
  const concentrations = Object.fromEntries(
    Object.entries(CONCENTRATIONS).map(([name, c], i) => [name, c * sensitivity * (1 + 0.2 * tissue * (-1) ** i)]),
  );
  const shiftHz = 8 * u * v + 10 * (v * v - 0.3) + 4 * u;
  const fid = syntheticFid(basis, {
    concentrations,
    broadening: { lorentzianHz: 2.5, gaussianHz: 3 + 5 * radius ** 2 },
    shiftHz,
    phaseRad: ((140 * u + 60 * v * v) * Math.PI) / 180,
    extraLines: [],
  });
  return { truth: { concentrations, shiftHz }, fid };
}

/** A grid as it comes out of a reconstruction: one slice, single precision, noise of one level everywhere. */
function phantom(basis: BasisSet, side: number, random: SeededRandom): Phantom {
  const data: SingleArray = singleZeros([side, side, 1, basis.points]);
  const truths = new Map<number, VoxelTruth>();
  for (let voxel = 0; voxel < side * side; voxel++) {
    const u = (2 * (Math.floor(voxel / side) + 0.5)) / side - 1;
    const v = (2 * ((voxel % side) + 0.5)) / side - 1;
    const radius = (Math.abs(u) ** HEAD_POWER + Math.abs(v) ** HEAD_POWER) ** (1 / HEAD_POWER);
    const made = radius < 1 ? voxelFid(basis, u, v, radius) : null;
    if (made !== null) truths.set(voxel, made.truth);
    for (let i = 0; i < basis.points; i++) {
      const at = voxel * basis.points + i;
      data.re[at] = (made?.fid.re[i] ?? 0) + NOISE_SD * random.normal();
      data.im[at] = (made?.fid.im[i] ?? 0) + NOISE_SD * random.normal();
    }
  }
  return { dataset: datasetOf(basis, data), truths };
}

function datasetOf(basis: BasisSet, data: SingleArray): MrsDataset {
  return {
    data,
    dimensions: [],
    dwellTimeS: basis.dwellTimeS,
    spectrometerFrequencyMHz: basis.spectrometerFrequencyMHz,
    nucleus: '1H',
    acquisition: { ...UNKNOWN_ACQUISITION, echoTimeS: basis.echoTimeS, sequence: 'PRESS' },
    patient: UNKNOWN_PATIENT,
    affine: null,
    format: 'nifti-mrs',
    header: {},
    provenance: [],
    warnings: [],
  };
}

interface Run {
  readonly voxels: readonly VoxelQuantification[];
  readonly wallS: number;
  /** Of all threads of the process. */
  readonly cpuS: number;
}

async function fitted(dataset: MrsDataset, basis: BasisSet, runner: FitRunner): Promise<Run> {
  const start = performance.now();
  const cpuStart = process.cpuUsage();
  const chosen = await voxelInputs(dataset, null, NEVER_CANCELLED);
  const batch = { method: 'nlls', options: {}, basis };
  const voxels = await fitVoxels(chosen, batch, runner, NEVER_CANCELLED, () => undefined);
  const { user, system } = process.cpuUsage(cpuStart);
  return { voxels, wallS: (performance.now() - start) / 1000, cpuS: (user + system) / 1e6 };
}

const round = (value: number, digits = 2): number => Number(value.toFixed(digits));
const quantile = (sorted: readonly number[], q: number): number => sorted[Math.floor(q * (sorted.length - 1))] ?? NaN;

/** Relative errors in % of a sum over the voxels, and what the fits did. */
function accuracy({ voxels }: Run, truths: Phantom['truths']): JsonObject {
  const fits = voxels.filter(({ voxel, result }) => result.status !== 'refused' && truths.has(voxel));
  const errors = (name: string, parts: readonly string[]): number[] =>
    fits
      .map(({ voxel, result }) => {
        const truth = parts.reduce((sum, part) => sum + (truths.get(voxel)?.concentrations[part] ?? 0), 0);
        const estimate = result.combined.find((e) => e.name === name)?.amplitude ?? 0;
        return 100 * Math.abs(estimate / truth - 1);
      })
      .sort((a, b) => a - b);
  const table = (sorted: readonly number[]): JsonObject => ({
    median: round(quantile(sorted, 0.5)),
    p95: round(quantile(sorted, 0.95)),
    worst: round(quantile(sorted, 1)),
  });
  const shifts = fits.map(({ voxel, result }) => Math.abs(result.shiftHz - (truths.get(voxel)?.shiftHz ?? 0)));
  const noted = (key: string, value: string | boolean): number =>
    fits.filter(({ result }) => result.diagnostics[key] === value).length;
  return {
    fitted: fits.length,
    withSignal: truths.size,
    airFitted: voxels.filter(({ voxel, result }) => result.status !== 'refused' && !truths.has(voxel)).length,
    converged: fits.filter(({ result }) => result.status === 'converged').length,
    startedFromNeighbours: noted('startedFrom', 'neighbours'),
    fittedAgain: noted('fittedAgain', true),
    medianSnr: round(median(fits.map(({ result }) => result.snr.value)), 1),
    absoluteErrorPercent: {
      tNAA: table(errors('tNAA', ['NAA', 'NAAG'])),
      tCr: table(errors('tCr', ['Cr', 'PCr'])),
      tCho: table(errors('tCho', ['GPC', 'PCho'])),
      Glx: table(errors('Glx', ['Glu', 'Gln'])),
    },
    shiftErrorHz: { median: round(median(shifts)), worst: round(Math.max(...shifts)) },
  };
}

/** Time from a cancel at a random moment of a running grid to its answer. */
async function cancelTimes(dataset: MrsDataset, basis: BasisSet, runner: FitRunner): Promise<JsonObject> {
  const chosen = await voxelInputs(dataset, null, NEVER_CANCELLED);
  const times: number[] = [];
  for (let i = 0; i < CANCELS; i++) {
    const { cancellation, cancel } = cancellationSource();
    const batch = { method: 'nlls', options: {}, basis };
    const running = fitVoxels(chosen, batch, runner, cancellation, () => undefined).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 150 + 37 * i));
    const start = performance.now();
    cancel();
    await running;
    times.push(performance.now() - start);
  }
  return { median: round(median(times), 0), worst: round(Math.max(...times), 0) };
}

const peakMemoryMB = (): number => Math.round(process.resourceUsage().maxRSS / 1024);

/** The benchmark; `lineshape bench mrsi` calls it from dist/bench. */
export async function run(): Promise<JsonObject> {
  const basis = mrsiBasis();
  const random = seededRandom(1811);
  const workerUrl = new URL('../workers/task.worker.js', import.meta.url);
  const runner = createFitRunner({ threads: THREADS, workerUrl });
  try {
    const grid = phantom(basis, 32, random);
    const cold = await fitted(grid.dataset, basis, runner);
    const warm = await fitted(grid.dataset, basis, runner);
    const cancelMs = await cancelTimes(grid.dataset, basis, runner);
    const growth: JsonObject[] = [];
    for (const side of GROWTH) {
      const { dataset, truths } = phantom(basis, side, random);
      const { voxels, wallS, cpuS } = await fitted(dataset, basis, runner);
      const fits = voxels.filter(({ result }) => result.status !== 'refused').length;
      growth.push({ grid: `${side} × ${side}`, withSignal: truths.size, fits, wallS: round(wallS), cpuS: round(cpuS), cpuMsPerFit: round((1000 * cpuS) / fits), peakMemoryMB: peakMemoryMB() }); // prettier-ignore
    }
    return {
      bench: 'mrsi',
      grid32: {
        coldWallS: round(cold.wallS),
        wallS: round(warm.wallS),
        cpuS: round(warm.cpuS),
        ...accuracy(warm, grid.truths),
      },
      cancelMs,
      growth,
      conditions: { threads: THREADS, points: POINTS, dwellTimeS: basis.dwellTimeS, basisSignals: basis.signals.length, baseline: 'auto', loadAverage: round(loadavg()[0] ?? 0), cpu: cpus()[0]?.model ?? 'unknown', node: process.version }, // prettier-ignore
    };
  } finally {
    await runner.close();
  }
}
