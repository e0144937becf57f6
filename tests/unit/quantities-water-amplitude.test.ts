// Truth: water lines of known amplitude, distorted as scanners distort them.
import { describe, expect, it } from 'vitest';
import type { BasisSet } from '../../src/core/domain/basisSet.ts';
import { protonAmplitude } from '../../src/core/quantification/waterScaling/protonAmplitude.ts';
import { robustPolynomial } from '../../src/core/quantification/waterScaling/robustPolynomial.ts';
import { measureWaterAmplitude } from '../../src/core/quantification/waterScaling/waterAmplitude.ts';
import { seededRandom } from '../../src/core/math/seededRandom.ts';
import { analyticSignals, DWELL_S, F0_MHZ, POINTS } from '../fixtures/analyticBasis.ts';

interface Part {
  readonly amplitude: number;
  readonly ppm: number;
  readonly lorentzHz: number;
  readonly gaussHz: number;
}
interface Distortion {
  readonly noiseSd?: number;
  readonly seed?: number;
  readonly phaseRad?: number;
  /** Phase that eddy currents build up with 30 ms. */
  readonly eddyRad?: number;
  /** Factors on the first samples. */
  readonly start?: readonly number[];
}

function waterFid(parts: readonly Part[], d: Distortion = {}) {
  const random = seededRandom(d.seed ?? 1);
  const re = new Float64Array(POINTS);
  const im = new Float64Array(POINTS);
  for (let n = 0; n < POINTS; n++) {
    const t = n * DWELL_S;
    let [x, y] = [0, 0];
    for (const p of parts) {
      const size = p.amplitude * Math.exp(-Math.PI * p.lorentzHz * t - (Math.PI * p.gaussHz * t) ** 2 / (4 * Math.LN2));
      const angle = 2 * Math.PI * (4.65 - p.ppm) * F0_MHZ * t;
      [x, y] = [x + size * Math.cos(angle), y + size * Math.sin(angle)];
    }
    const turn = (d.phaseRad ?? 0) + (d.eddyRad ?? 0) * (1 - Math.exp(-t / 0.03));
    const start = d.start?.[n] ?? 1;
    re[n] = start * (x * Math.cos(turn) - y * Math.sin(turn)) + (d.noiseSd ?? 0) * random.normal();
    im[n] = start * (x * Math.sin(turn) + y * Math.cos(turn)) + (d.noiseSd ?? 0) * random.normal();
  }
  return { re, im };
}

const measure = (parts: readonly Part[], d: Distortion = {}) =>
  measureWaterAmplitude({
    fid: waterFid(parts, d),
    dwellTimeS: DWELL_S,
    spectrometerFrequencyMHz: F0_MHZ,
    referencePpm: 4.65,
  });
const WATER: Part = { amplitude: 1000, ppm: 4.65, lorentzHz: 5, gaussHz: 5 };

describe('water amplitude', () => {
  it.each([
    [7, 0, 7],
    [5, 6, 9.11],
    [0, 20, 20],
  ])('is exact for a Voigt line, %f Hz Lorentz and %f Hz Gauss, at any place and phase', (lorentzHz, gaussHz, fwhm) => {
    const { water, warnings } = measure([{ ...WATER, ppm: 4.68, lorentzHz, gaussHz }], { phaseRad: 2 });
    expect(water.amplitude).toBeCloseTo(1000, 3);
    // Olivero's approximation of the Voigt width: 0.02 %
    expect(water.fwhmHz).toBeCloseTo(fwhm, 1);
    expect(warnings).toEqual([]);
  });

  it.each([
    ['a halved first sample, where |s(0)| is 50 % off', { start: [0.5] }],
    ['a filter that builds up over three samples, where |s(0)| is 70 % off', { start: [0.3, 0.6, 0.9] }],
    ['eddy currents of 2 rad', { eddyRad: 2 }],
  ] as const)('is right to 0.1 %% under: %s', (_, distortion) => {
    const { water } = measure([WATER], { noiseSd: 1, ...distortion });
    // Noise of 0.1 % a sample leaves 0.03 % (1 SD) over the 80 or so samples of the fit.
    expect(Math.abs(water.amplitude / 1000 - 1)).toBeLessThan(0.001);
  });

  it('does not count lipids, however strong', () => {
    const lipids: Part[] = [
      { amplitude: 800, ppm: 1.3, lorentzHz: 25, gaussHz: 0 },
      { amplitude: 200, ppm: 0.9, lorentzHz: 25, gaussHz: 0 },
    ];
    // |s(0)| is 100 % off here; what is left of the subtracted lines is 0.1 %.
    expect(Math.abs(measure([WATER, ...lipids], { noiseSd: 1 }).water.amplitude / 1000 - 1)).toBeLessThan(0.003);
  });

  it('is right to 0.4 % for tissue and CSF of different widths and places', () => {
    const parts: Part[] = [
      { amplitude: 700, ppm: 4.65, lorentzHz: 9, gaussHz: 2 },
      { amplitude: 300, ppm: 4.57, lorentzHz: 6, gaussHz: 2 },
    ];
    // A sum of two lines is no Voigt line: 0.26 %, measured.
    expect(Math.abs(measure(parts).water.amplitude / 1000 - 1)).toBeLessThan(0.004);
  });

  it('knows its own uncertainty', () => {
    const scores = Array.from({ length: 60 }, (_, seed) => {
      const { water } = measure([WATER], { noiseSd: 10, seed: seed + 1 });
      return (water.amplitude - 1000) / water.sd;
    });
    const rms = Math.sqrt(scores.reduce((sum, z) => sum + z * z, 0) / scores.length);
    // 1 ± 9 % (60 values); 1.14 over 100, the subtraction of stray lines adding a little.
    expect(rms).toBeGreaterThan(0.7);
    expect(rms).toBeLessThan(1.4);
  });

  it('warns where two ways to measure it disagree', () => {
    // A broad line of opposite phase under the narrow one: the modulus rises before it decays, and is far from Voigt's.
    const { water, warnings } = measure([WATER, { ...WATER, amplitude: -600, lorentzHz: 60 }]);
    expect(warnings.map((w) => w.code)).toEqual(['water-amplitude-doubtful']);
    expect(water.sd / water.amplitude).toBeGreaterThan(0.015);
  });

  it('refuses silence and short signals', () => {
    expect(() => measure([])).toThrow(/no line within 1 ppm/);
    const short = { re: new Float64Array(20).fill(1), im: new Float64Array(20) };
    expect(() => measureWaterAmplitude({ fid: short, dwellTimeS: DWELL_S, spectrometerFrequencyMHz: F0_MHZ, referencePpm: 4.65 })).toThrow(/only 20 points/); // prettier-ignore
  });
});

describe('robust polynomial', () => {
  it('is the polynomial, whatever a tenth of the points says', () => {
    const x = Float64Array.from({ length: 40 }, (_, i) => i / 1000);
    const y = x.map((t) => 3 - 20 * t + 150 * t * t);
    for (const i of [0, 13, 14, 31]) y[i] = 9;
    const { coefficients } = robustPolynomial(x, y, new Float64Array(40).fill(1), 2);
    [3, -20, 150].forEach((c, p) => expect(coefficients[p]).toBeCloseTo(c, 5));
  });
});

describe('a reference that holds no water', () => {
  const line = (amplitude: number, ppm: number): Part => ({ amplitude, ppm, lorentzHz: 4, gaussHz: 3 });

  it('is refused where its tallest line stands elsewhere', () => {
    expect(() => measure([line(50, 4.65), line(1000, 1.3)])).toThrow(/tallest line .* can't be water/);
  });

  it('is refused where the two ways to measure it disagree widely', () => {
    // A narrow line in antiphase on a broad one: the modulus dips, and no line's decay goes through it.
    const parts = [line(1000, 4.65), { amplitude: -900, ppm: 4.65, lorentzHz: 40, gaussHz: 0 }];
    expect(() => measure(parts)).toThrow(/two ways to do so differ by \d+ %/);
  });
});

describe('one proton of a basis', () => {
  const basis = (scale: number, names: readonly string[], referencePpm = 4.65): BasisSet => ({
    id: 'b',
    title: 'Analytic',
    nucleus: '1H',
    spectrometerFrequencyMHz: F0_MHZ,
    dwellTimeS: DWELL_S,
    points: POINTS,
    echoTimeS: 0.03,
    sequence: 'PRESS',
    editing: null,
    referencePpm,
    linewidthHz: 1,
    format: 'test',
    sha256: '', // prettier-ignore
    signals: analyticSignals()
      .filter((s) => names.includes(s.name))
      .map(({ name, fid }) => ({
        name,
        fileName: name,
        kind: 'metabolite' as const,
        fid: { re: fid.re.map((v) => v * scale), im: fid.im.map((v) => v * scale) },
      })),
  });

  it('is read from creatine, else from NAA, whatever the scale', () => {
    const byCreatine = protonAmplitude(basis(7.5, ['Glu', 'NAA', 'Cr']));
    expect(byCreatine.amplitude).toBeCloseTo(7.5, 6);
    expect(byCreatine.singlet).toBe('Cr at 3.027 ppm, 3 protons');
    const byNaa = protonAmplitude(basis(0.002, ['Glu', 'NAA']));
    expect(byNaa.amplitude).toBeCloseTo(0.002, 8);
    expect(byNaa.singlet).toMatch(/^NAA/);
  });

  it('is refused where there is no singlet', () => {
    expect(() => protonAmplitude(basis(1, ['Glu', 'Gln']))).toThrow(/has no singlet of known protons/);
  });
});
