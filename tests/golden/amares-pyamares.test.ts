// AMARES against an independent program: pyAMARES 0.3.28 (PyPI; with lmfit 1.3.4, numpy 2.4.6, scipy 1.17.1, pandas 2.3.3,
// Python 3.11.7) on the same FID and the same prior-knowledge table, method least_squares, g_global 0. The FID is
// tests/fixtures/phosphorusScan.ts's, complex-conjugated for pyAMARES, whose frequencies rise with ppm:
//   p = pyAMARES.initialize_FID(fid=conj(fid), priorknowledgefile='table.csv', MHz=120.3, sw=10000, deadtime=<begin time>,
//       g_global=0.0)
//   pyAMARES.fitAMARES(fid_parameters=p, fitting_parameters=p.initialParams, method='least_squares').result_multiplets
import { describe, expect, it } from 'vitest';
import { NO_BASIS, fitVoxel, priorKnowledgeFromCsv } from '../../src/core/quantification/index.ts';
import { P31_DWELL_S, P31_F0_MHZ, P31_TABLE, phosphorusFid } from '../fixtures/phosphorusScan.ts';
import type { PhosphorusDistortion } from '../fixtures/phosphorusScan.ts';

const never = { isCancelled: () => false, throwIfCancelled: () => undefined };

interface Reference {
  /** Amplitude, CRLB in %. */
  readonly peaks: Readonly<Record<string, readonly [number, number]>>;
  readonly widthHz: Readonly<Record<string, number>>;
  readonly shiftPpm: Readonly<Record<string, number>>;
  /** In our sign: pyAMARES's is of the conjugate. */
  readonly phaseDeg: number;
}

const CASES: readonly (readonly [string, PhosphorusDistortion, Reference])[] = [
  [
    'little noise',
    { noiseSd: 0.15, seed: 7, phase0: 0.3 },
    {
      peaks: {
        BATP: [1.45241, 1.33], AATP: [1.53793, 1.176], GATP: [1.47831, 1.096], NAD: [0.64199, 5.805], PCr: [4.40465, 0.432],
        GPC: [1.26842, 1.869], GPE: [0.79145, 3.009], Pi: [0.81373, 2.887], PC: [0.36653, 6.986], PE: [2.27278, 1.13],
      },
      widthHz: { BATP: 50.726591, NAD: 37.300457, PCr: 13.977812, PC: 21.629714 },
      shiftPpm: { BATP: -16.152354, NAD: -8.257535, PCr: 0.000623, PC: 6.248281 },
      phaseDeg: 17.328593,
    },
  ],
  [
    'much noise and a begin time of 0.4 ms',
    { noiseSd: 0.4, seed: 8, phase0: -0.8, beginTimeS: 4e-4 },
    {
      peaks: {
        BATP: [1.35609, 4.49], AATP: [1.55008, 3.427], GATP: [1.44758, 3.467], NAD: [0.57718, 16.7], PCr: [4.37871, 1.279],
        GPC: [1.34523, 5.218], GPE: [0.78866, 7.916], Pi: [0.72722, 9.006], PC: [0.2822, 20.149], PE: [2.28472, 3.163],
      },
      widthHz: { BATP: 46.839184, NAD: 31.204899, PCr: 13.9339, PC: 13.675743 },
      shiftPpm: { BATP: -16.15342, NAD: -8.254073, PCr: 0.000211, PC: 6.236032 },
      phaseDeg: -46.167866,
    },
  ],
]; // prettier-ignore

describe('AMARES beside pyAMARES 0.3.28', () => {
  it.each(CASES)('finds the same minimum: %s', (_, distortion, reference) => {
    const fid = phosphorusFid(distortion);
    const input = { voxel: 0, fid, dwellTimeS: P31_DWELL_S, spectrometerFrequencyMHz: P31_F0_MHZ, nucleus: '31P', noiseSd: null }; // prettier-ignore
    const priorKnowledge = priorKnowledgeFromCsv(P31_TABLE, P31_F0_MHZ);
    const options = { priorKnowledge, shiftSearchPpm: 0, beginTimeS: distortion.beginTimeS ?? 0 };
    const { result } = fitVoxel(input, NO_BASIS, 'amares', options, never);
    expect(result.status).toBe('converged');
    for (const [name, [amplitude, crlbPercent]] of Object.entries(reference.peaks)) {
      const ours = result.metabolites.find((m) => m.name === name)!;
      // Both stop where a step gains next to nothing: 0.3 % for the weakest peak (CRLB 20 %), the others far nearer.
      expect(Math.abs(ours.amplitude / amplitude - 1), name).toBeLessThan(0.003);
      // Theirs takes the noise from the residual, ours the larger of residual and noise estimate: 5 %.
      expect(Math.abs(ours.crlbPercent! / crlbPercent - 1), name).toBeLessThan(0.05);
    }
    for (const [name, widthHz] of Object.entries(reference.widthHz)) {
      expect(Math.abs((result.diagnostics[`${name}.linewidthHz`] as number) / widthHz - 1), name).toBeLessThan(0.005);
    }
    for (const [name, shiftPpm] of Object.entries(reference.shiftPpm)) {
      expect(result.diagnostics[`${name}.shiftPpm`], name).toBeCloseTo(shiftPpm, 4);
    }
    expect(result.phase0Deg).toBeCloseTo(reference.phaseDeg, 2);
  });
});
