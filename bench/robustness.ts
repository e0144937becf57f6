// bench robustness: does any shift, phase or noise level lead the NLLS fit to a wrong answer? Simulated brain spectra (shipped
// basis) over the whole range of starts, estimates with a bound below 10 % against the truth. LINESHAPE_CASES sets how many
// (10 000 where not set). Prints one JSON document.
import { readFileSync } from 'node:fs';
import { datasetToBasisSet } from '../src/core/basis/basisDataset.ts';
import { syntheticFid, withNoise } from '../src/core/basis/syntheticScan.ts';
import type { BasisSet } from '../src/core/domain/basisSet.ts';
import { COMBINED_METABOLITES } from '../src/core/domain/metaboliteNames.ts';
import type { JsonObject } from '../src/core/domain/json.ts';
import { readNiftiMrs } from '../src/core/formats/niftiMrs.ts';
import { seededRandom } from '../src/core/math/seededRandom.ts';
import { fitVoxel } from '../src/core/quantification/index.ts';

const BASIS_FILE = 'lineshape-3t-press-te30-123mhz.nii.gz';
const FIRST_SEED = 300_000;
/** Apart from the cases' own, and the same however many cases there are. */
const FIRST_NOISE_SEED = 310_000;
const MOST_SHIFT_PPM = 0.35;
/** tNAA height over noise SD, log-uniform between these. */
const SNR_RANGE = [5, 100] as const;
const LARGEST_BOUND = 0.1;
/** mM, each varied by ± 30 %. */
const CONCENTRATIONS: Readonly<Record<string, number>> = {
  Ala: 0.4, Asc: 0.9, Asp: 1.6, Cr: 5, GABA: 1.4, Glc: 1.2, Gln: 2.9, Glu: 9, GPC: 1.2, GSH: 1.8, Ins: 7, Lac: 0.6,
  NAA: 11.4, NAAG: 1.4, PCho: 0.6, PCr: 3.5, PE: 1.2, Scyllo: 0.35, Tau: 1.6, Mac: 4,
}; // prettier-ignore

interface Case {
  readonly seed: number;
  readonly shiftPpm: number;
  readonly phaseDeg: number;
  readonly snr: number;
  readonly concentrations: Readonly<Record<string, number>>;
  readonly lorentzianHz: number;
  readonly gaussianHz: number;
}

function drawCase(seed: number): Case {
  const random = seededRandom(seed);
  const between = (low: number, high: number): number => low + (high - low) * random.uniform();
  return {
    seed,
    shiftPpm: between(-MOST_SHIFT_PPM, MOST_SHIFT_PPM),
    phaseDeg: between(-180, 180),
    snr: Math.exp(between(Math.log(SNR_RANGE[0]), Math.log(SNR_RANGE[1]))),
    lorentzianHz: between(0.5, 5),
    gaussianHz: between(1, 8),
    concentrations: Object.fromEntries(
      Object.entries(CONCENTRATIONS).map(([name, mM]) => [name, mM * between(0.7, 1.3)]),
    ),
  };
}

const truthOf = ({ concentrations }: Case, name: string): number =>
  (COMBINED_METABOLITES.find((c) => c.name === name)?.members ?? [name]).reduce(
    (sum, member) => sum + (concentrations[member] ?? 0),
    0,
  );

/** Noise SD per channel and sample for a tNAA singlet of the wanted height over the SD of the spectrum. */
function noiseSdFor(basis: BasisSet, one: Case): number {
  const naa = basis.signals.find((s) => s.name === 'NAA');
  if (naa === undefined) throw new Error('The basis has no NAA.');
  let height = 0;
  for (let i = 0; i < basis.points; i++) {
    const t = i * basis.dwellTimeS;
    const gamma = (Math.PI * one.gaussianHz) ** 2 / (4 * Math.LN2);
    // The singlet of three protons at 2.01 ppm, every sample in phase at its maximum.
    height += 3 * Math.exp(-Math.PI * one.lorentzianHz * t - gamma * t * t);
  }
  const tNaa = truthOf(one, 'tNAA');
  return (tNaa * height) / (one.snr * Math.sqrt(basis.points));
}

/** @returns how often each name occurs */
function countByName(estimates: readonly { readonly name: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { name } of estimates) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** The benchmark; `lineshape bench robustness` calls it from dist/bench. */
export function run(): JsonObject {
  const cases = Number(process.env['LINESHAPE_CASES'] ?? '10000');
  const bytes = new Uint8Array(readFileSync(new URL(`../../resources/basis/${BASIS_FILE}`, import.meta.url)));
  const basis = datasetToBasisSet(readNiftiMrs(bytes, BASIS_FILE), 'bench', '');
  const { dwellTimeS, spectrometerFrequencyMHz } = basis;
  const never = { isCancelled: () => false, throwIfCancelled: () => undefined };
  const started = performance.now();
  let judged = 0;
  let notConverged = 0;
  const beyond: { seed: number; name: string; deviations: number; converged: boolean; snr: number }[] = [];
  for (let k = 0; k < cases; k++) {
    const one = drawCase(FIRST_SEED + k);
    const clean = syntheticFid(basis, {
      concentrations: one.concentrations,
      broadening: { lorentzianHz: one.lorentzianHz, gaussianHz: one.gaussianHz },
      shiftHz: one.shiftPpm * spectrometerFrequencyMHz,
      phaseRad: (one.phaseDeg * Math.PI) / 180,
      extraLines: [],
    });
    const fid = withNoise(clean, noiseSdFor(basis, one), seededRandom(FIRST_NOISE_SEED + k));
    const input = { voxel: 0, fid, dwellTimeS, spectrometerFrequencyMHz, nucleus: '1H', noiseSd: null };
    const { result } = fitVoxel(input, basis, 'nlls', {}, never);
    const converged = result.status === 'converged';
    if (!converged) notConverged++;
    for (const { name, amplitude, crlbAbsolute } of [...result.combined, ...result.metabolites]) {
      const truth = truthOf(one, name);
      if (crlbAbsolute === null || truth === 0 || crlbAbsolute > LARGEST_BOUND * amplitude) continue;
      judged++;
      const deviations = Math.abs(amplitude - truth) / crlbAbsolute;
      if (deviations > 3) beyond.push({ seed: one.seed, name, deviations, converged, snr: one.snr });
    }
  }
  const worst = [...beyond].sort((a, b) => b.deviations - a.deviations).slice(0, 12);
  const share = (n: number): number => Math.round((1e5 * n) / Math.max(1, judged)) / 1e3;
  return {
    bench: 'robustness',
    cases,
    estimatesJudged: judged,
    beyond3CrlbPercent: share(beyond.length),
    beyond3CrlbOf: countByName(beyond),
    beyond8Crlb: beyond.filter((b) => b.deviations > 8).length,
    beyond8CrlbAndConverged: beyond.filter((b) => b.deviations > 8 && b.converged).length,
    notConverged,
    msPerCase: Math.round((10 * (performance.now() - started)) / cases) / 10,
    worst: worst.map((w) => ({ ...w, deviations: Math.round(10 * w.deviations) / 10, snr: Math.round(w.snr) })),
  };
}
