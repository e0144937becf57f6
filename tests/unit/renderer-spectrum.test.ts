// The spectrum viewer's model against analytic lines: where they stand, how wide and how phased they are.
import { describe, expect, it } from 'vitest';
import type { SignalView } from '../../src/ipc/contract.ts';
import {
  axisLimits,
  DEFAULT_VIEW,
  draggedPhase,
  matchingScale,
  parseView,
  prepareFid,
  shownWindow,
  spectrumCurve,
  wrapDegrees,
} from '../../src/renderer/features/spectrum/model.ts';
import { peaksOf, peaksOfFit, pivotPpm, usualWindow } from '../../src/renderer/features/spectrum/nucleusView.ts';

const F0 = 123.25;
const DWELL = 1 / 2000;
const POINTS = 2048;
const PIVOT_PPM = pivotPpm('1H', 4.65);

/** exp(2πi f t) with Lorentzian FWHM `widthHz`, at a chemical shift. */
function line(ppm: number, widthHz: number, phaseDeg = 0): SignalView {
  const hz = (4.65 - ppm) * F0;
  const re = new Float64Array(POINTS);
  const im = new Float64Array(POINTS);
  for (let i = 0; i < POINTS; i++) {
    const t = i * DWELL;
    const a = Math.exp(-Math.PI * widthHz * t);
    const angle = 2 * Math.PI * hz * t + (phaseDeg * Math.PI) / 180;
    re[i] = a * Math.cos(angle);
    im[i] = a * Math.sin(angle);
  }
  return { re, im, dwellTimeS: DWELL, spectrometerFrequencyMHz: F0, nucleus: '1H', referencePpm: 4.65, warnings: [] };
}

function peak(curve: { ppm: Float64Array; y: Float64Array }): { ppm: number; height: number } {
  let at = 0;
  curve.y.forEach((v, i) => {
    if (v > (curve.y[at] as number)) at = i;
  });
  return { ppm: curve.ppm[at] as number, height: curve.y[at] as number };
}

/** Full width at half maximum over the baseline, in Hz, by linear interpolation. */
function widthHz(curve: { ppm: Float64Array; y: Float64Array }): number {
  const { height } = peak(curve);
  const above = [...curve.y].map((v, i) => [v, curve.ppm[i] as number] as const).filter(([v]) => v >= height / 2);
  const ppms = above.map(([, p]) => p);
  return (Math.max(...ppms) - Math.min(...ppms)) * F0;
}

describe('spectrumCurve', () => {
  it('draws NAA at 2.01 ppm, on a falling axis', () => {
    const curve = spectrumCurve(line(2.01, 4), { ...DEFAULT_VIEW, zeroFill: 4 });
    expect(curve.ppm[0] as number).toBeGreaterThan(curve.ppm[1] as number);
    // Half a sample of the zero-filled axis.
    const step = 1 / (4 * POINTS * DWELL) / F0;
    expect(Math.abs(peak(curve).ppm - 2.01)).toBeLessThanOrEqual(step / 2 + 1e-9);
  });

  it('fills with zeros to the power of two that holds the factor, and leaves the FID alone without', () => {
    const fid = line(2.01, 4);
    expect(prepareFid(fid, 0, 1).re).toEqual(fid.re);
    expect(prepareFid(fid, 0, 2).re.length).toBe(2 * POINTS);
    expect(prepareFid({ ...fid, re: fid.re.slice(0, 1500), im: fid.im.slice(0, 1500) }, 0, 2).re.length).toBe(4096);
  });

  it('adds the broadening to the width of a Lorentzian line', () => {
    const narrow = widthHz(spectrumCurve(line(3.03, 5), { ...DEFAULT_VIEW, zeroFill: 4 }));
    const broad = widthHz(spectrumCurve(line(3.03, 5), { ...DEFAULT_VIEW, zeroFill: 4, broadeningHz: 6 }));
    // Read off samples 0.24 Hz apart, at both sides.
    expect(Math.abs(broad - narrow - 6)).toBeLessThan(0.5);
  });

  it('takes away a phase of the data with its opposite', () => {
    const straight = peak(spectrumCurve(line(3.03, 5), DEFAULT_VIEW)).height;
    const turned = spectrumCurve(line(3.03, 5, 70), { ...DEFAULT_VIEW, phase0Deg: -70 });
    expect(peak(turned).height / straight).toBeCloseTo(1, 9);
    const wrong = spectrumCurve(line(3.03, 5, 70), { ...DEFAULT_VIEW, phase0Deg: 70 });
    expect(peak(wrong).height / straight).toBeLessThan(0.6);
  });

  it('turns by φ1 in proportion to the distance from the pivot, and not at it', () => {
    const atPivot = { ...DEFAULT_VIEW, phase1DegPerPpm: 40 };
    const fid = line(PIVOT_PPM, 0.5);
    expect(peak(spectrumCurve(fid, atPivot)).height / peak(spectrumCurve(fid, DEFAULT_VIEW)).height).toBeCloseTo(1, 2);
    // 1 ppm away the data turn by 40°: a line that lags by 40° there is upright.
    const away = line(PIVOT_PPM + 1, 0.5, -40);
    const upright = peak(spectrumCurve(line(PIVOT_PPM + 1, 0.5), DEFAULT_VIEW)).height;
    expect(peak(spectrumCurve(away, atPivot)).height / upright).toBeCloseTo(1, 2);
  });

  it('has a magnitude that no phase changes, and an imaginary part that is the real one a quarter turn later', () => {
    const fid = line(2.3, 5, 25);
    const a = spectrumCurve(fid, { ...DEFAULT_VIEW, part: 'magnitude' });
    const b = spectrumCurve(fid, { ...DEFAULT_VIEW, part: 'magnitude', phase0Deg: 123 });
    expect(b.y).toEqual(a.y);
    const imaginary = spectrumCurve(fid, { ...DEFAULT_VIEW, part: 'imaginary', phase0Deg: 90 });
    const real = spectrumCurve(fid, DEFAULT_VIEW);
    const largest = peak(real).height;
    imaginary.y.forEach((v, i) => expect(Math.abs(v - (real.y[i] as number))).toBeLessThan(1e-9 * largest));
  });
});

describe('view', () => {
  it('brings a curve a hundred times as high to the other’s height', () => {
    const small = spectrumCurve(line(2.01, 5), DEFAULT_VIEW);
    const large = { ppm: small.ppm, y: small.y.map((v) => 100 * v) };
    expect(matchingScale(large, small, [4.2, 0.2])).toBeCloseTo(0.01, 9);
    expect(matchingScale({ ppm: small.ppm, y: new Float64Array(small.y.length) }, small, [4.2, 0.2])).toBe(1);
  });

  it('drags the phase and keeps it in one turn', () => {
    expect(draggedPhase(10, 20)).toBe(20);
    expect(draggedPhase(170, 40)).toBe(-170);
    expect(wrapDegrees(180)).toBe(180);
    expect(wrapDegrees(-180)).toBe(180);
    expect(wrapDegrees(-190)).toBe(170);
  });

  it('knows the ends of the axis', () => {
    const [left, right] = axisLimits(line(2, 5));
    expect(left).toBeCloseTo(4.65 + 1000 / F0, 9);
    expect(right).toBeCloseTo(4.65 - (1000 - 1 / (POINTS * DWELL)) / F0, 9);
  });

  it('opens each nucleus in its own window, and keeps a zoom for the nucleus it was made in', () => {
    const proton = line(2, 5);
    const phosphorus: SignalView = { ...proton, nucleus: '31P', spectrometerFrequencyMHz: 49.9, referencePpm: 0 };
    expect(shownWindow(DEFAULT_VIEW, proton)).toEqual([4.2, 0.2]);
    // 2000 Hz at 49.9 MHz are 20 ppm to either side: β-ATP is in, the window ends with the axis.
    expect(shownWindow(DEFAULT_VIEW, phosphorus)[0]).toBe(10);
    expect(shownWindow(DEFAULT_VIEW, phosphorus)[1]).toBeCloseTo(-20, 1);
    const zoomed = { ...DEFAULT_VIEW, range: [3.5, 1.5] as const, nucleus: '1H' };
    expect(shownWindow(zoomed, proton)).toEqual([3.5, 1.5]);
    expect(shownWindow(zoomed, phosphorus)).toEqual(shownWindow(DEFAULT_VIEW, phosphorus));
    expect(usualWindow('23Na', [30, -30])).toEqual([30, -30]);
    expect(usualWindow('31P', [-30, -60])).toEqual([-30, -60]);
  });

  it('names the peaks of the nucleus only, PCr at 0 and β-ATP at −16 ppm', () => {
    const at = (nucleus: string, text: string) => peaksOf(nucleus).find((p) => p.text === text)?.ppm;
    expect([at('1H', 'tNAA'), at('31P', 'PCr'), at('31P', 'β-ATP')]).toEqual([2.01, 0, -16.1]);
    expect(peaksOf('23Na')).toEqual([]);
    // Editing subtracts creatine away: at its place stands GABA.
    for (const components of [
      ['GABA', 'Glu', 'MM3co'],
      ['Glx', 'GABA+'],
    ]) {
      expect(peaksOfFit('1H', components).map((p) => p.text)).not.toContain('tCr');
      expect(peaksOfFit('1H', components)[0]).toEqual({ ppm: 3.01, text: 'GABA+' });
    }
    expect(peaksOfFit('1H', ['NAA', 'GABA'])).toEqual(peaksOf('1H'));
    expect(pivotPpm('31P', 4)).toBe(0);
    expect(pivotPpm('23Na', 4)).toBe(4);
  });

  it('is restored as it was stored', () => {
    const view = { ...DEFAULT_VIEW, phase0Deg: 33, zeroFill: 4 as const, transient: 7, range: [3.5, 1.5] as const };
    expect(parseView(JSON.parse(JSON.stringify(view)))).toEqual(view);
  });

  it.each([[null], [{ phase0Deg: 'x', zeroFill: 3, range: [1, 2], part: 'all', transient: -1 }], [[1, 2]], ['text']])(
    'falls back to defaults for %j',
    (stored) => {
      expect(parseView(stored)).toEqual(DEFAULT_VIEW);
    },
  );
});
