// bench nlls: time of one NLLS fit on one thread (2048 points, 20 basis signals, automatic baseline) after warm-up.
// Basis and spectra are simulated here; nothing is read but the shipped basis set. Prints one JSON document.
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { datasetToBasisSet } from '../src/core/basis/basisDataset.ts';
import { syntheticFid, withNoise } from '../src/core/basis/syntheticScan.ts';
import type { BasisSet } from '../src/core/domain/basisSet.ts';
import type { ComplexSignal } from '../src/core/domain/complexArray.ts';
import type { JsonObject } from '../src/core/domain/json.ts';
import { readNiftiMrs } from '../src/core/formats/niftiMrs.ts';
import { seededRandom } from '../src/core/math/seededRandom.ts';
import { fitVoxel } from '../src/core/quantification/index.ts';

const BASIS_FILE = 'lineshape-3t-press-te30-123mhz.nii.gz';
const SIGNALS = 20;
const SPECTRA = 30;
const WARM_UP = 5;
const NOISE_SD = 1.5;
/** Mid-range concentrations in mM of Chen 2023 (QNet), 17 metabolites and three more. */
const CONCENTRATIONS: Readonly<Record<string, number>> = {
  NAA: 12, NAAG: 1.3, Cr: 6, PCr: 4, GPC: 1.2, PCho: 0.6, Ins: 7, Glu: 9.5, Gln: 4, GSH: 2, Tau: 2, Asp: 1.5, GABA: 1.5,
  Glc: 1.5, Ala: 0.6, Lac: 0.6, Scyllo: 0.4, Asc: 1, PE: 1.2, Mac: 4,
}; // prettier-ignore

function spectrum(basis: BasisSet, seed: number): ComplexSignal {
  const random = seededRandom(seed);
  const fid = syntheticFid(basis, {
    concentrations: CONCENTRATIONS,
    broadening: { lorentzianHz: 2.5, gaussianHz: 3.5 },
    shiftHz: 4 * (2 * random.uniform() - 1),
    phaseRad: 2 * random.uniform() - 1,
    extraLines: [],
  });
  return withNoise(fid, NOISE_SD, random);
}

/** The benchmark; `lineshape bench nlls` calls it from dist/bench. */
export function run(): JsonObject {
  const bytes = new Uint8Array(readFileSync(new URL(`../../resources/basis/${BASIS_FILE}`, import.meta.url)));
  const whole = datasetToBasisSet(readNiftiMrs(bytes, BASIS_FILE), 'bench', '');
  const basis: BasisSet = {
    ...whole,
    signals: whole.signals.filter((s) => s.name in CONCENTRATIONS).slice(0, SIGNALS),
  };
  const never = { isCancelled: () => false, throwIfCancelled: () => undefined };
  const times: number[] = [];
  let cpuMicroseconds = 0;
  let iterations = 0;
  let converged = 0;
  for (let i = -WARM_UP; i < SPECTRA; i++) {
    const fid = spectrum(basis, 5000 + i);
    const start = performance.now();
    const cpuStart = process.cpuUsage();
    const { result } = fitVoxel(
      {
        voxel: 0,
        fid,
        dwellTimeS: basis.dwellTimeS,
        spectrometerFrequencyMHz: basis.spectrometerFrequencyMHz,
        nucleus: '1H',
        noiseSd: null,
      },
      basis,
      'nlls',
      {},
      never,
    );
    if (i < 0) continue;
    times.push(performance.now() - start);
    const { user, system } = process.cpuUsage(cpuStart);
    cpuMicroseconds += user + system;
    iterations += Number(result.diagnostics['iterations']);
    converged += result.status === 'converged' ? 1 : 0;
  }
  times.sort((a, b) => a - b);
  const quantile = (q: number): number => Math.round(10 * times[Math.floor(q * (times.length - 1))]!) / 10;
  return {
    bench: 'nlls',
    msPerSpectrum: { fastest: quantile(0), median: quantile(0.5), p90: quantile(0.9) },
    // Of all threads of the process, the collector's and compiler's too: what a busy machine does not inflate.
    meanCpuMsPerSpectrum: Math.round(cpuMicroseconds / SPECTRA / 100) / 10,
    meanIterations: Math.round((10 * iterations) / SPECTRA) / 10,
    converged,
    conditions: {
      spectra: SPECTRA,
      points: basis.points,
      basisSignals: basis.signals.length,
      baseline: 'auto',
      threads: 1,
      cpu: cpus()[0]?.model ?? 'unknown',
      node: process.version,
    },
  };
}
