// The scan simulator and the committed demo study: what is put in must come out.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SHIPPED_BASES, simulateShipped } from '../../src/core/basis/shippedBases.ts';
import {
  digitise,
  eddyCurrentPhase,
  randomCoils,
  syntheticFid,
  syntheticTransients,
  transientStates,
  waterFid,
} from '../../src/core/basis/syntheticScan.ts';
import { ppmAxis } from '../../src/core/domain/axes.ts';
import { zeros } from '../../src/core/domain/complexArray.ts';
import { fidToSpectrum } from '../../src/core/math/fft.ts';
import { seededRandom } from '../../src/core/math/seededRandom.ts';
import { readNiftiMrs } from '../../src/core/formats/niftiMrs.ts';
import { buildOne } from '../fixtures/basisRequests.ts';

const basis = buildOne({ title: 't' });
const plain = { broadening: { lorentzianHz: 0, gaussianHz: 0 }, shiftHz: 0, phaseRad: 0, extraLines: [] };

describe('syntheticFid', () => {
  it('is the weighted sum of the basis', () => {
    const fid = syntheticFid(basis, { ...plain, concentrations: { Ace: 2, Cr: 0.5 } });
    for (const n of [0, 10, 500]) {
      const expected = 2 * basis.signals[0]!.fid.re[n]! + 0.5 * basis.signals[1]!.fid.re[n]!;
      expect(fid.re[n]).toBeCloseTo(expected, 12);
    }
  });

  it('broadens, shifts and phases by its closed form', () => {
    const broadening = { lorentzianHz: 3, gaussianHz: 4 };
    const fid = syntheticFid(basis, { ...plain, concentrations: { Ace: 1 }, broadening, shiftHz: 5, phaseRad: 0.7 });
    const f = (4.65 - 1.904) * 123.25 + 5;
    for (const n of [0, 3, 200]) {
      const t = n * 0.0005;
      const size = 3 * Math.exp(-Math.PI * 4 * t - (Math.PI * 4 * t) ** 2 / (4 * Math.LN2));
      expect(fid.re[n]).toBeCloseTo(size * Math.cos(0.7 + 2 * Math.PI * f * t), 9);
      expect(fid.im[n]).toBeCloseTo(size * Math.sin(0.7 + 2 * Math.PI * f * t), 9);
    }
  });

  it('puts an extra line at its ppm and width', () => {
    const line = { ppm: 3, amplitude: 5, widthHz: 20, shape: 'gaussian', phaseRad: 0 } as const;
    const spectrum = fidToSpectrum(syntheticFid(basis, { ...plain, concentrations: {}, extraLines: [line] })).re;
    const top = spectrum.indexOf(Math.max(...spectrum));
    expect(ppmAxis(1024, 0.0005, 123.25)[top]).toBeCloseTo(3, 1);
    const wide = spectrum.filter((v) => v > spectrum[top]! / 2).length / (1024 * 0.0005);
    // spectral points are 2 Hz apart
    expect(Math.abs(wide - 20)).toBeLessThan(3);
  });

  it('refuses a concentration of what the basis lacks', () => {
    expect(() => syntheticFid(basis, { ...plain, concentrations: { NAA: 1 } })).toThrow(/no signal "NAA"/);
  });
});

describe('transients', () => {
  const states = transientStates(
    {
      count: 40,
      driftHz: -4,
      shiftJitterHz: 0,
      phaseDriftRad: 0,
      phaseJitterRad: 0,
      moved: [{ index: 7, shiftHz: 10, phaseRad: 1, scale: 0.5, broadeningHz: 8 }],
    },
    seededRandom(1),
  );

  it('drift from half the drift to minus half, with the moved one apart', () => {
    expect(states[0]!.shiftHz).toBeCloseTo(2, 12);
    expect(states[39]!.shiftHz).toBeCloseTo(-2, 12);
    expect(states[7]).toMatchObject({ scale: 0.5, broadeningHz: 8 });
    expect(states[7]!.shiftHz).toBeCloseTo(2 - (4 * 7) / 39 + 10, 12);
  });

  it('carry coil sensitivities, eddy-current phase and noise of the stated size', () => {
    const fid = syntheticFid(basis, { ...plain, concentrations: { Cr: 1 } });
    const still = [{ shiftHz: 0, phaseRad: 0.3, scale: 1, broadeningHz: 0 }];
    const eddyPhaseRad = eddyCurrentPhase(1024, 0.0005, [{ amplitudeRad: 0.5, timeConstantS: 0.02 }]);
    const quiet = randomCoils(4, 0, seededRandom(3));
    expect(quiet.reduce((sum, c) => sum + c.gainRe ** 2 + c.gainIm ** 2, 0)).toBeCloseTo(1, 12);
    const scan = { fid, dwellTimeS: 0.0005, states: still, coils: quiet, eddyPhaseRad };
    const clean = syntheticTransients(scan, seededRandom(4));
    expect(clean.shape).toEqual([4, 1, 1024]);
    const { gainRe, gainIm } = quiet[2]!;
    const n = 60;
    const phase = 0.3 + 0.5 * (1 - Math.exp((-n * 0.0005) / 0.02));
    const re = fid.re[n]! * Math.cos(phase) - fid.im[n]! * Math.sin(phase);
    const im = fid.re[n]! * Math.sin(phase) + fid.im[n]! * Math.cos(phase);
    expect(clean.re[2 * 1024 + n]).toBeCloseTo(gainRe * re - gainIm * im, 12);
    expect(clean.im[2 * 1024 + n]).toBeCloseTo(gainRe * im + gainIm * re, 12);
    const noisy = syntheticTransients({ ...scan, coils: quiet.map((c) => ({ ...c, noiseSd: 2 })) }, seededRandom(4));
    const power = noisy.re.reduce((sum, v, i) => sum + (v - clean.re[i]!) ** 2, 0) / noisy.re.length;
    // 4 standard errors of a variance from 4096 samples: 4·√(2/4096) = 9 %
    expect(Math.abs(power / 4 - 1)).toBeLessThan(0.09);
  });
});

describe('waterFid and digitise', () => {
  it('water stands at 0 Hz with its amplitude', () => {
    const water = waterFid(basis, 100, { lorentzianHz: 2, gaussianHz: 3 });
    expect(water.re[0]).toBeCloseTo(100, 12);
    expect(Math.max(...water.im.map(Math.abs))).toBe(0);
  });

  it('digitise rounds to a power of two not above the resolution', () => {
    const data = { ...zeros([3]), re: Float64Array.of(0.1, -0.74, 5.3) };
    const { data: rounded, step } = digitise(data, 0.3);
    expect(step).toBe(0.25);
    expect(Array.from(rounded.re)).toEqual([0, -0.75, 5.25]);
  });
});

interface DemoTruth {
  readonly singleVoxel: {
    readonly concentrationsMM: Record<string, number>;
    readonly broadeningBeyondBasis: { readonly lorentzianHz: number; readonly gaussianHz: number };
    readonly shiftHz: number;
    readonly phaseRad: number;
    readonly baseline: readonly ExtraLineTruth[];
    readonly residualWater: readonly ExtraLineTruth[];
    readonly eddyCurrents: readonly { readonly amplitudeRad: number; readonly timeConstantS: number }[];
    readonly transientStates: readonly { shiftHz: number; phaseRad: number; scale: number; broadeningHz: number }[];
    readonly coilSensitivities: readonly { gainRe: number; gainIm: number; noiseSd: number }[];
    readonly noiseSdPerCoilMean: number;
  };
  readonly mrsi: {
    readonly noiseSd: number;
    readonly lesionVoxels: readonly number[];
    readonly voxels: readonly ({ readonly concentrationsMM: Record<string, number> } | null)[];
    readonly maps: Record<string, readonly (number | null)[]>;
  };
}
type ExtraLineTruth = { ppm: number; amplitude: number; widthHz: number; shape: 'gaussian'; phaseRad: number };

describe('resources/demo', () => {
  const folder = join(import.meta.dirname, '../../resources/demo');
  const truth = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as DemoTruth;
  const read = (name: string) => readNiftiMrs(new Uint8Array(readFileSync(join(folder, name))), name);

  it('the single voxel minus its truth is noise of the stated size, in every coil', () => {
    const scan = read('svs_press_te30.nii.gz');
    const t = truth.singleVoxel;
    expect(scan.data.shape).toEqual([1, 1, 1, 8, 64, 1024]);
    const demoBasis = simulateShipped(SHIPPED_BASES[0]!, { dwellTimeS: scan.dwellTimeS, points: 1024 })[0]!;
    const fid = syntheticFid(demoBasis, {
      concentrations: t.concentrationsMM,
      broadening: t.broadeningBeyondBasis,
      shiftHz: t.shiftHz,
      phaseRad: t.phaseRad,
      extraLines: [...t.baseline, ...t.residualWater],
    });
    const eddyPhaseRad = eddyCurrentPhase(1024, scan.dwellTimeS, t.eddyCurrents);
    const coils = t.coilSensitivities.map((c) => ({ ...c, noiseSd: 0 }));
    const model = syntheticTransients(
      { fid, dwellTimeS: scan.dwellTimeS, states: t.transientStates, coils, eddyPhaseRad },
      seededRandom(0),
    );
    const perCoil = 64 * 1024;
    t.coilSensitivities.forEach(({ noiseSd }, c) => {
      let power = 0;
      for (let i = c * perCoil; i < (c + 1) * perCoil; i++) {
        power += (scan.data.re[i]! - model.re[i]!) ** 2 + (scan.data.im[i]! - model.im[i]!) ** 2;
      }
      // 131 072 samples: 4 standard errors are 1.6 % of the variance; digitising adds 0.01 %
      expect(Math.abs(power / (2 * perCoil) / noiseSd ** 2 - 1)).toBeLessThan(0.016);
    });
  });

  it('the water scan is water with the same sensitivities and eddy currents', () => {
    const water = read('svs_water.nii.gz');
    const t = truth.singleVoxel;
    const phase = (coil: number, n: number) => {
      const i = coil * 4 * 1024 + n;
      return Math.atan2(water.data.im[i]!, water.data.re[i]!);
    };
    const wrap = (x: number) => Math.atan2(Math.sin(x), Math.cos(x));
    const eddy = eddyCurrentPhase(1024, water.dwellTimeS, t.eddyCurrents);
    t.coilSensitivities.forEach(({ gainRe, gainIm }, c) => {
      expect(wrap(phase(c, 0) - Math.atan2(gainIm, gainRe) - t.phaseRad)).toBeCloseTo(0, 2);
      const n = 40;
      const turned = eddy[n]! + 2 * Math.PI * t.shiftHz * n * water.dwellTimeS;
      // water over noise is above 500 in every coil
      expect(wrap(phase(c, n) - phase(c, 0) - turned)).toBeCloseTo(0, 1);
    });
  });

  it('the MRSI slice has a lesion of raised choline and lowered NAA, and noise outside the head', () => {
    const slice = read('mrsi_press_te30.nii.gz');
    expect(slice.data.shape).toEqual([16, 16, 1, 512]);
    expect(truth.mrsi.voxels[0]).toBeNull();
    const corner = slice.data.re.subarray(0, 512);
    const sd = Math.sqrt([...corner].reduce((sum, v) => sum + v * v, 0) / 512);
    // 4 standard errors of an SD from 512 samples: 4/√1024
    expect(Math.abs(sd / truth.mrsi.noiseSd - 1)).toBeLessThan(0.125);
    expect(truth.mrsi.lesionVoxels.length).toBeGreaterThan(2);
    const tCho = truth.mrsi.maps['tCho/tCr']!;
    const tNAA = truth.mrsi.maps['tNAA/tCr']!;
    const mean = (map: readonly (number | null)[], voxels: readonly number[]) =>
      voxels.reduce((sum, v) => sum + map[v]!, 0) / voxels.length;
    const healthy = truth.mrsi.voxels.flatMap((v, i) =>
      v !== null && !truth.mrsi.lesionVoxels.includes(i) ? [i] : [],
    );
    expect(mean(tCho, truth.mrsi.lesionVoxels)).toBeGreaterThan(1.8 * mean(tCho, healthy));
    expect(mean(tNAA, truth.mrsi.lesionVoxels)).toBeLessThan(0.75 * mean(tNAA, healthy));
  });

  it('stays small enough to commit', () => {
    const files = ['t1.nii.gz', 'svs_press_te30.nii.gz', 'svs_water.nii.gz', 'mrsi_press_te30.nii.gz', 'truth.json'];
    const total = files.reduce((sum, f) => sum + readFileSync(join(folder, f)).length, 0);
    expect(total).toBeLessThan(6 * 1024 * 1024);
  });
});
