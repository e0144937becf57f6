// Macromolecule and lipid sets: number, shift, width and area of their lines, and their scaling with the field.
import { describe, expect, it } from 'vitest';
import { CHEN_LINES } from '../../src/core/basis/macromolecules/chenLines.ts';
import { broadSignals } from '../../src/core/basis/macromolecules/index.ts';
import { LCMODEL_MACROMOLECULES, LIPIDS_3, OSPREY_13 } from '../../src/core/basis/macromolecules/lcmodelLines.ts';
import { ppmAxis } from '../../src/core/domain/axes.ts';
import type { ComplexSignal } from '../../src/core/domain/complexArray.ts';
import { fidToSpectrum } from '../../src/core/math/fft.ts';

const sampling = { spectrometerFrequencyMHz: 127.73, dwellTimeS: 0.00025, points: 4096 };
const signal = (set: Parameters<typeof broadSignals>, name: string): ComplexSignal =>
  broadSignals(...set).find((s) => s.name === name)!.fid;

/** Shift [ppm] and FWHM [Hz] of the highest line, to the point grid of 0.98 Hz. */
function tallest(fid: ComplexSignal, frequencyMHz = sampling.spectrometerFrequencyMHz) {
  const spectrum = fidToSpectrum(fid).re;
  const axis = ppmAxis(spectrum.length, sampling.dwellTimeS, frequencyMHz);
  const top = spectrum.indexOf(Math.max(...spectrum));
  const points = Array.from(spectrum).filter((v) => v > spectrum[top]! / 2).length;
  return { ppm: axis[top]!, widthHz: points / (spectrum.length * sampling.dwellTimeS) };
}

describe("Chen's 17 lines", () => {
  it('has each line at its shift, with its width at half height, and a methyl group of three protons', () => {
    const methyl = signal(['chen-17', 'none', sampling], 'MM0.90');
    expect(tallest(methyl).ppm).toBeCloseTo(0.9, 2);
    // one spectral point is 0.98 Hz
    expect(Math.abs(tallest(methyl).widthHz - 21)).toBeLessThan(1.5);
    expect(methyl.re[0]).toBeCloseTo(3, 12);
  });

  it('widens with the field', () => {
    const at7T = { ...sampling, spectrometerFrequencyMHz: 297.2 };
    const methyl = signal(['chen-17', 'none', at7T], 'MM0.90');
    expect(tallest(methyl, 297.2).ppm).toBeCloseTo(0.9, 2);
    expect(Math.abs(tallest(methyl, 297.2).widthHz - (21 * 297.2) / 127.73)).toBeLessThan(1.5);
  });

  it('adds the 17 lines to Mac with the published relative heights', () => {
    const separate = broadSignals('chen-17', 'none', sampling);
    expect(separate).toHaveLength(17);
    expect(new Set(separate.map((s) => s.name)).size).toBe(17);
    const [mac, ...others] = broadSignals('chen-17-combined', 'none', sampling);
    expect(others).toEqual([]);
    expect([mac!.name, mac!.kind]).toEqual(['Mac', 'macromolecule']);
    const total = separate.reduce((sum, s) => sum + s.fid.re[100]!, 0);
    expect(mac!.fid.re[100]).toBeCloseTo(total, 12);
    const heights = separate.map((s) => Math.max(...fidToSpectrum(s.fid).re));
    CHEN_LINES.forEach((line, i) => {
      // the first half of the Gaussian is sampled from t = 0: heights agree to the point grid, 2 %
      expect(heights[i]! / heights[16]!).toBeCloseTo(line.height, 1);
    });
  });
});

describe('the 13 lines of the FSL-MRS/Osprey line', () => {
  it('has 8 macromolecule lines in 5 signals and 5 lipid lines in 3', () => {
    const lines = (kind: string) => OSPREY_13.filter((g) => g.kind === kind).flatMap((g) => g.lines);
    expect([lines('macromolecule').length, lines('lipid').length]).toEqual([8, 5]);
    const signals = broadSignals('osprey', 'none', sampling);
    expect(signals.map((s) => [s.name, s.kind])).toEqual([
      ...['MM09', 'MM12', 'MM14', 'MM17', 'MM20'].map((name) => [name, 'macromolecule']),
      ...['Lip09', 'Lip13', 'Lip20'].map((name) => [name, 'lipid']),
    ]);
  });

  it.each([
    ['MM09', 0.91, 0.14, 3],
    ['MM14', 1.43, 0.17, 2],
    // sums of the protons of several lines, which overlap, so that the width at half height is no single line's
    ['MM20', 2.08, null, 2.39],
    ['Lip13', 1.28, 0.15, 2],
    ['Lip20', 2.04, null, 2.87],
  ])('has %s at %f ppm', (name, ppm, widthPpm, protons) => {
    const fid = signal(['osprey', 'none', sampling], name);
    const found = tallest(fid);
    expect(Math.abs(found.ppm - ppm)).toBeLessThan(0.03);
    if (widthPpm !== null) expect(Math.abs(found.widthHz / 127.73 - widthPpm)).toBeLessThan(0.012);
    expect(fid.re[0]).toBeCloseTo(protons, 12);
  });

  it('combines the macromolecules alone, in their expected ratios', () => {
    const [mac, ...others] = broadSignals('osprey-combined', 'none', sampling);
    expect(others).toEqual([]);
    // MM09 + 0.3 MM12 + 0.75 MM14 + 0.375 MM17 + 1.5 MM20
    expect(mac!.fid.re[0]).toBeCloseTo(3 + 0.3 * 2 + 0.75 * 2 + 0.375 * 2 + 1.5 * 2.39, 12);
    expect(LCMODEL_MACROMOLECULES.map((g) => g.name)).toEqual(['MM09', 'MM12', 'MM14', 'MM17', 'MM20']);
  });
});

describe('lipids', () => {
  it('adds three lipid signals to any set, but never twice', () => {
    const names = (...set: Parameters<typeof broadSignals>) => broadSignals(...set).map((s) => s.name);
    expect(LIPIDS_3.map((g) => g.name)).toEqual(['Lip09', 'Lip13', 'Lip20']);
    expect(names('none', 'none', sampling)).toEqual([]);
    expect(names('none', 'lipids-3', sampling)).toEqual(['Lip09', 'Lip13', 'Lip20']);
    expect(names('chen-17-combined', 'lipids-3', sampling)).toEqual(['Mac', 'Lip09', 'Lip13', 'Lip20']);
    expect(names('osprey', 'lipids-3', sampling)).toHaveLength(8);
    expect(broadSignals('none', 'lipids-3', sampling).every((s) => s.kind === 'lipid')).toBe(true);
  });

  it('stand at 0.9, 1.3 and 2.0 ppm', () => {
    const shifts = broadSignals('none', 'lipids-3', sampling).map((s) => tallest(s.fid).ppm.toFixed(1));
    expect(shifts).toEqual(['0.9', '1.3', '2.0']);
  });
});
