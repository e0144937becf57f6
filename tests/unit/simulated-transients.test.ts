// The simulator of transients: its presets are what their type says, its truth is what it applies, its bounds are known formulas.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  drawTransientSet,
  meanOffsetBound,
  offsetBound,
  simulateTransientSet,
  TRANSIENT_PRESETS,
} from '../../src/core/basis/simulatedTransients/index.ts';
import type { TransientPreset } from '../../src/core/basis/simulatedTransients/index.ts';
import { ppmToHz } from '../../src/core/domain/axes.ts';
import type { BasisSet } from '../../src/core/domain/basisSet.ts';
import { seededRandom } from '../../src/core/math/seededRandom.ts';
import { rotateSignal } from '../../src/core/math/rotation.ts';
import { relativeError, synthesise } from './preprocessingSynthesis.ts';

const F0 = 123.2;
const DWELL_S = 0.00025;
const POINTS = 2048;

/** Creatine alone, one Lorentzian line of 1 Hz. */
const BASIS: BasisSet = {
  id: 'test',
  title: 'Test',
  nucleus: '1H',
  spectrometerFrequencyMHz: F0,
  dwellTimeS: DWELL_S,
  points: POINTS,
  echoTimeS: 0.03,
  sequence: 'PRESS',
  editing: null,
  referencePpm: 4.65,
  linewidthHz: 1,
  signals: [
    {
      name: 'Cr',
      fileName: 'Cr',
      kind: 'metabolite',
      fid: synthesise([{ ppm: 3.027, amplitude: 1, widthHz: 1 }]),
    },
  ],
  format: 'test',
  sha256: '',
};

const PLAIN: TransientPreset = {
  ...TRANSIENT_PRESETS['fpc-published-nuisance'],
  bases: [{ id: 'test', weight: 1, spectrometerFrequencyMHz: [F0, F0] }],
  sampling: { dwellTimeS: [DWELL_S, DWELL_S], points: [POINTS] },
  profiles: [{ name: 'one', weight: 1, concentrations: { Cr: [2, 2], Absent: [1, 1] }, macromolecules: [0, 0] }],
  lorentzianHz: [4, 4],
  gaussianHz: [0, 0],
  dampingHz: { mean: 2, sd: 0 },
  snr: { range: [10, 10], per: 'set' },
  nuisances: [],
};

const simulate = (preset: TransientPreset, seed: number, count: number) => {
  const random = seededRandom(seed);
  return simulateTransientSet(drawTransientSet(preset, random, count), BASIS, random);
};

describe('presets of transients', () => {
  it.each(Object.entries(TRANSIENT_PRESETS))('%s holds what its type says, of bases that are shipped', (id, preset) => {
    expect(preset.id).toBe(id);
    expect(preset.schema).toBe('lineshape.transients-preset/1');
    const ranges = [
      ...preset.bases.map((b) => b.spectrometerFrequencyMHz),
      preset.sampling.dwellTimeS,
      preset.transients,
      ...preset.profiles.flatMap((p) => [p.macromolecules, ...Object.values(p.concentrations)]),
      preset.lorentzianHz,
      preset.gaussianHz,
      preset.shiftHz,
      preset.phaseDeg,
      preset.snr.range,
      ...preset.nuisances.flatMap((n) => n.lines.flatMap((l) => [l.ppm, l.amplitude, l.widthHz, l.phaseDeg])),
      ...(preset.moved === null ? [] : [preset.moved.scale, preset.moved.broadeningHz, preset.moved.shiftHz]),
      ...(preset.eddyCurrents === null ? [] : [preset.eddyCurrents.terms, preset.eddyCurrents.amplitudeDeg]),
    ];
    for (const range of ranges) {
      expect(range).toHaveLength(2);
      expect(range[0]).toBeLessThanOrEqual(range[1]);
    }
    for (const basis of preset.bases) {
      expect(existsSync(resolve(import.meta.dirname, `../../resources/basis/${basis.id}.nii.gz`))).toBe(true);
    }
  });

  it('have seeds of their own', () => {
    const seeds = Object.values(TRANSIENT_PRESETS).flatMap((p) => Object.values(p.seeds));
    expect(new Set(seeds).size).toBe(3 * Object.keys(TRANSIENT_PRESETS).length);
  });

  it('of the published protocol have its ranges', () => {
    const { shiftHz, phaseDeg, snr, amplitude, dampingHz } = TRANSIENT_PRESETS['fpc-published-clean'];
    expect({ shiftHz, phaseDeg, snr: snr.range, amplitude, dampingHz }).toEqual({
      shiftHz: [-20, 20],
      phaseDeg: [-90, 90],
      snr: [9, 27],
      amplitude: { mean: 1, sd: 0.1 },
      dampingHz: { mean: 2, sd: 0.2 },
    });
  });
});

describe('simulated transients', () => {
  it('are fixed by their seed', () => {
    expect(simulate(PLAIN, 5, 2).signals).toEqual(simulate(PLAIN, 5, 2).signals);
    expect(simulate(PLAIN, 5, 1).signals[0]!.re[0]).not.toBe(simulate(PLAIN, 6, 1).signals[0]!.re[0]);
  });

  it('are the template with the drawn offsets, amplitude, damping and noise', () => {
    const set = simulate({ ...PLAIN, snr: { range: [1e6, 1e6], per: 'transient' } }, 7, 4);
    set.drawn.transients.forEach((t, k) => {
      // creatine twice, 1 + 4 + 2 Hz wide
      const amplitude = 2 * t.amplitude;
      const expected = synthesise([{ ppm: 3.027, amplitude, widthHz: 7 }], t);
      // noise of a millionth a sample
      expect(relativeError(set.signals[k]!, expected)).toBeLessThan(1e-4);
      expect(Math.abs(t.shiftHz)).toBeLessThanOrEqual(20);
      expect(Math.abs(t.phaseRad)).toBeLessThanOrEqual(Math.PI / 2);
    });
  });

  it('have the noise that was asked for', () => {
    const set = simulate(PLAIN, 8, 8);
    expect(set.noiseSd[0]).toBeCloseTo(2 / 10, 9);
    const tail = set.signals.flatMap((s) => [...s.re.subarray(1500), ...s.im.subarray(1500)]);
    const sd = Math.sqrt(tail.reduce((sum, v) => sum + v * v, 0) / tail.length);
    // 8768 samples: an SD is good to 0.8 %
    expect(Math.abs(sd / 0.2 - 1)).toBeLessThan(0.03);
  });

  it('carry nuisance lines with them and hold moves in their truth', () => {
    const water = { ppm: [4.6, 4.6], amplitude: [1, 1], widthHz: [10, 10], phaseDeg: [0, 0] } as const;
    const preset: TransientPreset = {
      ...PLAIN,
      snr: { range: [1e6, 1e6], per: 'set' },
      nuisances: [{ name: 'water', probability: 1, lines: [water] }],
      moved: { probability: 1, scale: [0.5, 0.5], broadeningHz: [3, 3], shiftHz: [30, 30], phaseDeg: [0, 0] },
    };
    const set = simulate(preset, 9, 1);
    const [t] = set.drawn.transients;
    expect(t!.moved).toBe(true);
    expect(t!.shiftHz).toBeGreaterThanOrEqual(10);
    const amplitude = 2 * t!.amplitude;
    const lines = [
      { ppm: 3.027, amplitude, widthHz: 10 },
      { ppm: 4.6, amplitude, widthHz: 15 },
    ];
    expect(relativeError(set.signals[0]!, synthesise(lines, t))).toBeLessThan(1e-4);
  });

  it('turn with eddy currents', () => {
    const eddyCurrents = { probability: 1, terms: [1, 1], amplitudeDeg: [60, 60], timeConstantMs: [20, 20] } as const;
    const set = simulate({ ...PLAIN, snr: { range: [1e6, 1e6], per: 'set' }, eddyCurrents }, 10, 1);
    const [t] = set.drawn.transients;
    const back = rotateSignal(set.signals[0]!, -t!.shiftHz * DWELL_S, -t!.phaseRad);
    const n = 80;
    const angle =
      2 * Math.PI * ppmToHz(3.027, F0) * n * DWELL_S + (Math.PI / 3) * (1 - Math.exp((-n * DWELL_S) / 0.02));
    expect(Math.cos(Math.atan2(back.im[n]!, back.re[n]!) - angle)).toBeCloseTo(1, 6);
  });
});

describe('Cramér–Rao bounds', () => {
  it('are those of one decaying line', () => {
    const set = simulate(PLAIN, 11, 1);
    const { shiftHz, phaseRad } = offsetBound(set, 0, true);
    // For a line of FWHM w at SNR ρ: σ_f = (w/ρ')·√(2πw·dt), σ_φ = √2·(1/ρ')·√(2πw·dt), with w = 7 Hz and ρ' = 10·amplitude;
    // the sum over samples is the integral's to within w·dt.
    const snr = 10 * set.drawn.transients[0]!.amplitude;
    const root = Math.sqrt(2 * Math.PI * 7 * DWELL_S);
    expect(shiftHz / ((7 / snr) * root)).toBeCloseTo(1, 1);
    expect(phaseRad / ((Math.SQRT2 / snr) * root)).toBeCloseTo(1, 1);
    expect(meanOffsetBound(set, true)).toEqual({ shiftHz, phaseRad });
  });

  it('rise where nuisance lines have to be estimated too', () => {
    const near = { ppm: [3.2, 3.2], amplitude: [1, 1], widthHz: [10, 10], phaseDeg: [0, 0] } as const;
    const set = simulate({ ...PLAIN, nuisances: [{ name: 'near', probability: 1, lines: [near] }] }, 12, 1);
    expect(offsetBound(set, 0, false).shiftHz).toBeGreaterThan(1.02 * offsetBound(set, 0, true).shiftHz);
  });
});
