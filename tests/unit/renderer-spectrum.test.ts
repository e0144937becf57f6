// The spectrum viewer's model against analytic lines: where they stand, how wide and how phased they are.
import { describe, expect, it } from 'vitest';
import type { SignalView } from '../../src/ipc/contract.ts';
import {
  adjustedPhase,
  adjustedShift,
  axisLimits,
  matchingScale,
  prepareFid,
  shownWindow,
  spectrumCurve,
  wrapDegrees,
} from '../../src/renderer/features/spectrum/model.ts';
import {
  creatineArea,
  overlayScale,
  overlaySeries,
  type OverlaidCurve,
} from '../../src/renderer/features/spectrum/overlay.ts';
import { overlayNotes } from '../../src/renderer/features/spectrum/overlayNotes.ts';
import { overlayNames } from '../../src/renderer/features/spectrum/overlayNames.ts';
import {
  lineHeight,
  madeWindow,
  transientLines,
  transientSpectrum,
} from '../../src/renderer/features/spectrum/transientLines.ts';
import { DEFAULT_VIEW, parseView } from '../../src/renderer/features/spectrum/view.ts';
import { figureRows } from '../../src/renderer/features/spectrum/figureRows.ts';
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

  it('turns the phase by dragging and by keys, and keeps it in one turn', () => {
    const at = (phase0Deg: number, phase1DegPerPpm = 0) => ({ phase0Deg, phase1DegPerPpm });
    expect(adjustedPhase(at(10), { unit: 'pixels', x: 20, y: 0 })).toEqual(at(20));
    expect(adjustedPhase(at(170), { unit: 'pixels', x: 40, y: 0 })).toEqual(at(-170));
    expect(adjustedPhase(at(0, 1), { unit: 'steps', x: -1, y: 3 })).toEqual(at(-1, 2.5));
    expect(adjustedPhase(at(0, 359), { unit: 'steps', x: 0, y: 10 })).toEqual(at(0, 360));
    expect(wrapDegrees(180)).toBe(180);
    expect(wrapDegrees(-180)).toBe(180);
    expect(wrapDegrees(-190)).toBe(170);
  });

  it('shifts as far as the hand moves, and draws the line there', () => {
    // 100 of 500 pixels of a 4 ppm window to the right: 0.8 ppm lower.
    const shiftPpm = adjustedShift({ shiftPpm: 0 }, { unit: 'pixels', x: 100, y: 9, span: 4, width: 500 });
    expect(shiftPpm).toBeCloseTo(-0.8, 9);
    const [still, moved] = [DEFAULT_VIEW, { ...DEFAULT_VIEW, shiftPpm }].map((v) =>
      peak(spectrumCurve(line(3.03, 5), v)),
    );
    expect(moved!.ppm - still!.ppm).toBeCloseTo(-0.8, 9);
    expect(moved!.height).toBeCloseTo(still!.height, 9);
    expect(adjustedShift({ shiftPpm: 4.9 }, { unit: 'pixels', x: -500, y: 0, span: 4, width: 500 })).toBe(5);
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

  it.each([
    [null],
    [{ phase0Deg: 'x', zeroFill: 3, range: [1, 2], part: 'all', transient: -1, gain: 0, cursors: [1], pivotPpm: 'x' }],
    [{ overlay: { places: [{ studyId: 1 }, null], offset: -1, scaling: 'x' }, dragMode: 'spin', shiftPpm: NaN }],
    [[1, 2]],
    ['text'],
  ])('falls back to defaults for %j', (stored) => {
    expect(parseView(stored)).toEqual(DEFAULT_VIEW);
  });
});

describe('several spectra', () => {
  const PROTOCOL = { fieldT: 2.89, echoTimeS: 0.03, repetitionTimeS: 2, sequence: 'PRESS' };
  const named = (id: string, signal: SignalView, water: number | null = null): OverlaidCurve => {
    const curve = spectrumCurve(signal, DEFAULT_VIEW);
    const sizes = { tCr: creatineArea(curve), water };
    const reference = water === null ? null : { height: water, gain: 'told' as const, doubts: [] };
    return { id, name: id, curve, sizes, water: reference, protocol: PROTOCOL };
  };
  const times = (signal: SignalView, by: number): SignalView => ({
    ...signal,
    re: signal.re.map((v) => v * by),
    im: signal.im.map((v) => v * by),
  });

  it('measures tCr by its area, which a broader line changes less than its height, and a straight ground not at all', () => {
    const narrow = spectrumCurve(line(3.03, 3), DEFAULT_VIEW);
    const area = creatineArea(narrow)!;
    const broad = creatineArea(spectrumCurve(line(3.03, 6), DEFAULT_VIEW))!;
    // Within ±11 Hz lie 2/π·atan(22/FWHM) of a Lorentzian; its feet at about ±10.2 Hz are the ground: 0.814 and 0.642 of it.
    expect(Math.abs(broad / area - 0.788)).toBeLessThan(0.02);
    expect(peak(spectrumCurve(line(3.03, 6), DEFAULT_VIEW)).height / peak(narrow).height).toBeLessThan(0.55);
    const tilted = { ppm: narrow.ppm, y: narrow.y.map((v, i) => v + 50 + 20 * (narrow.ppm[i] as number)) };
    expect(creatineArea(tilted)! / area).toBeCloseTo(1, 6);
    // Upside down, or no such range: nothing to scale by.
    expect(creatineArea({ ppm: narrow.ppm, y: narrow.y.map((v) => -v) })).toBeNull();
    expect(creatineArea({ ppm: Float64Array.of(2, 1), y: Float64Array.of(1, 1) })).toBeNull();
  });

  it('brings them to the first one’s height by tCr, by water or not, and says where it can’t', () => {
    const first = named('a', line(3.03, 4), 10);
    const other = named('b', times(line(3.03, 4), 5), 40);
    expect(overlayScale(first, other, 'tCr')).toBeCloseTo(0.2, 9);
    expect(overlayScale(first, other, 'water')).toBe(0.25);
    expect(overlayScale(first, other, 'none')).toBe(1);
    expect(overlayScale(first, named('c', line(2.01, 4)), 'water')).toBeNull();
  });

  it('stacks them a part of the highest apart, the first on top, and lays them over one another', () => {
    const curves = [named('a', line(3.03, 4)), named('b', times(line(3.03, 4), 5))];
    const how = { places: [], offset: 0.5, scaling: 'tCr' as const };
    const [a, b] = overlaySeries(curves, { ...how, stacked: true }, [4.2, 0.2]);
    const [overA, overB] = overlaySeries(curves, { ...how, stacked: false }, [4.2, 0.2]);
    const height = peak({ ppm: overA!.ppm, y: overA!.y }).height;
    expect(peak({ ppm: overB!.ppm, y: overB!.y }).height).toBeCloseTo(height, 6);
    expect(peak({ ppm: a!.ppm, y: a!.y }).height - peak({ ppm: b!.ppm, y: b!.y }).height).toBeCloseTo(0.5 * height, 6);
    expect(a!.colour).not.toBe(b!.colour);
    expect(overlaySeries([], { ...how, stacked: true }, [4.2, 0.2])).toEqual([]);
  });

  it('say what was measured otherwise, as far as it is known', () => {
    const [a, b] = [named('a', line(3.03, 4), 10), named('b', line(3.03, 4), 10)];
    const said = (protocol: Partial<typeof PROTOCOL | Record<keyof typeof PROTOCOL, null>>): string[] =>
      overlayNotes([a, { ...b, protocol: { ...PROTOCOL, ...protocol } }], 'none');
    expect(said({})).toEqual([]);
    expect(said({ fieldT: 2.9, echoTimeS: 0.0301 })).toEqual([]);
    expect(said({ fieldT: null, echoTimeS: null, repetitionTimeS: null, sequence: null })).toEqual([]);
    expect(said({ echoTimeS: 0.144 })).toEqual(['Not measured as a: b (TE 144 ms).']);
    expect(said({ fieldT: 1.5, sequence: 'STEAM', repetitionTimeS: 1.5 })).toEqual([
      'Not measured as a: b (1.5 T, STEAM, TR 1500 ms).',
    ]);
    expect(overlayNotes([], 'tCr')).toEqual([]);
  });

  it('say what scaling by water takes for granted, of those alone that are scaled by it', () => {
    const [a, b, none] = [named('a', line(3.03, 4), 10), named('b', line(3.03, 4), 10), named('c', line(2.01, 4))];
    const unknown = (one: OverlaidCurve): OverlaidCurve => ({
      ...one,
      water: { height: 10, gain: 'unknown', doubts: [] },
    });
    expect(overlayNotes([a, b], 'water')).toEqual([]);
    expect(overlayNotes([unknown(a), unknown(b)], 'tCr')).toEqual([]);
    const taken = overlayNotes([unknown(a), b, none], 'water');
    expect(taken).toHaveLength(2);
    expect(taken[0]).toMatch(/^Not brought to one height, as water could not be measured: c\.$/);
    expect(taken[1]).toMatch(/receiver gains .* taken as equal.*: a\.$/);
    // Nothing is scaled: nothing is taken for granted.
    expect(overlayNotes([unknown(a), none], 'water')).toHaveLength(1);
    const different: OverlaidCurve = { ...b, water: { height: 10, gain: 'different', doubts: ['The gains differ.'] } };
    expect(overlayNotes([a, different], 'water')).toEqual(['b: The gains differ.']);
  });

  it('are named by their day, and by as much more as tells them apart', () => {
    const study = (patientId: string, studyDate: string | null, name: string) =>
      ({ patientId, studyDate, createdAt: '2026-05-01T10:00:00Z', patient: { name, id: null } }) as never;
    const at = (patient: never, fileName = 'a.nii', voxel = 0) => ({
      study: patient,
      dataset: { id: fileName, fileName },
      voxel,
    });
    const [first, later] = [study('1', '2026-01-02', 'Sim A'), study('1', null, 'Sim A')];
    expect(overlayNames([at(first), at(later)])).toEqual(['2026-01-02', '2026-05-01']);
    expect(overlayNames([at(first), at(study('2', '2026-01-02', 'Sim B'))])).toEqual([
      'Sim A 2026-01-02',
      'Sim B 2026-01-02',
    ]);
    expect(overlayNames([at(first), at(first, 'b.nii')])).toEqual(['2026-01-02 a.nii', '2026-01-02 b.nii']);
    expect(overlayNames([at(first), at(first, 'a.nii', 4)])).toEqual(['2026-01-02 voxel 1', '2026-01-02 voxel 5']);
  });
});

describe('all transients', () => {
  it('are each the spectrum that stands alone, turned and shifted alike', () => {
    const fids = [line(2.01, 4), line(3.03, 4, 20)];
    const joined = (part: 're' | 'im') => Float32Array.from(fids.flatMap((f) => [...f[part]]));
    const block = { re: joined('re'), im: joined('im'), count: 2 };
    const view = { ...DEFAULT_VIEW, phase0Deg: 30, phase1DegPerPpm: 4, shiftPpm: 0.02, broadeningHz: 1 };
    const spectra = [0, 1].map((i) => transientSpectrum(block, i, fids[0]!, view));
    const { ppm, lines } = transientLines({ axis: fids[0]!, spectra }, view, [100, -100])!;
    fids.forEach((fid, t) => {
      const alone = spectrumCurve(fid, view);
      expect(ppm).toEqual(alone.ppm);
      const most = Math.max(...alone.y.map(Math.abs));
      // Single precision.
      alone.y.forEach((v, i) => expect(Math.abs(v - (lines[t]![i] as number))).toBeLessThan(1e-5 * most));
    });
    expect(lineHeight({ ppm, lines }, [4.2, 0.2])).toBeGreaterThan(0);
    expect(transientLines({ axis: fids[0]!, spectra: [] }, view, [4.2, 0.2])).toBeNull();

    // Of a window the same samples, with a neighbour at each border.
    const part = transientLines({ axis: fids[0]!, spectra }, view, [4.2, 0.2])!;
    const from = ppm.indexOf(part.ppm[0]!);
    expect(part.ppm).toEqual(ppm.slice(from, from + part.ppm.length));
    part.lines.forEach((y, l) => expect(y).toEqual(lines[l]!.slice(from, from + part.ppm.length)));
    expect(part.ppm[0]).toBeGreaterThan(4.2);
    expect(part.ppm[1]).toBeLessThanOrEqual(4.2);
    expect(part.ppm.at(-1)).toBeLessThan(0.2);
    expect(part.ppm.at(-2)).toBeGreaterThanOrEqual(0.2);
  });

  it('are made in a window that holds what is shown and stays while that is panned a little', () => {
    const usual = [4.2, 0.2] as const;
    for (const shown of [
      [3.9, 0.4],
      [3.5, 0],
      [2.1, 1.9],
      [8.7, 7.9],
      [17, -12],
      [-1, -3],
    ] as const) {
      const [left, right] = madeWindow(shown, usual);
      expect(left).toBeGreaterThanOrEqual(shown[0]);
      expect(right).toBeLessThanOrEqual(shown[1]);
      expect(left).toBeGreaterThanOrEqual(usual[0]);
      expect(right).toBeLessThanOrEqual(usual[1]);
    }
    expect(madeWindow([3.9, 0.4], usual)).toEqual(madeWindow([3.5, 0], usual));
    expect(madeWindow([3, 2], usual)).toEqual([4.2, 0.2]);
  });
});

describe('figures', () => {
  const snr = ['consensus', 'timeDomain', 'naaDownfieldNoise'].map((definition) => ({ definition, label: `of ${definition}`, value: 41.26, reason: null })); // prettier-ignore

  it('tell each with its definition, and leave out lines that are not there', () => {
    const lines = { tNAA: { fwhmHz: 5.23, fwhmPpm: 0.0424 }, tCr: null, water: { fwhmHz: 7, fwhmPpm: 0.057 } };
    const rows = figureRows({ snr, lines, water: null });
    expect(rows.map((r) => r.id)).toEqual(['snr-consensus', 'snr-timeDomain', 'fwhm-tNAA', 'fwhm-water']);
    expect(rows[0]).toMatchObject({ value: '41.3', title: 'of consensus' });
    expect(rows[2]).toMatchObject({ value: '5.2 Hz', under: '0.042 ppm' });
  });

  it('say why there is none', () => {
    const none = [{ definition: 'consensus', label: 'x', value: null, reason: 'There is no line.' }];
    const rows = figureRows({ snr: none, lines: { tNAA: null, tCr: null, water: null }, water: null });
    expect(rows).toEqual([expect.objectContaining({ value: '–', title: 'There is no line.' })]);
  });
});
