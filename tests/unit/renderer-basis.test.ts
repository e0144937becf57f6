// The basis page's arithmetic and words: search, facts, comparison, spectra, matching, pulse drawing.
import { describe, expect, it } from 'vitest';
import type { BasisSpectraView } from '../../src/ipc/contract.ts';
import { matchedSignals } from '../../src/renderer/features/basis/matchedSignals.ts';
import {
  agreement,
  cardFacts,
  cardStates,
  cardSummary,
  comparisonFigures,
  fieldsOf,
  filterCards,
  groupCards,
  listState,
  parameterFacts,
  sortedComparison,
  type ComparisonRow,
} from '../../src/renderer/features/basis/model.ts';
import { microtesla, profilePath, profileSpanHz } from '../../src/renderer/features/basis/pulseChart.ts';
import {
  comparisonPanels,
  firstShown,
  peakHeight,
  spectraPanels,
  type SpectraLook,
} from '../../src/renderer/features/basis/spectra.ts';
import { card } from '../fixtures/basisCardViews.ts';

const cards = [
  card(),
  card({
    id: 'b',
    title: 'My STEAM',
    source: 'user',
    sequence: 'STEAM',
    echoTimeS: 0.011,
    fieldT: 6.98,
    spectrometerFrequencyMHz: 297.2,
  }),
  card({
    id: 'c',
    title: 'Old',
    fieldT: 1.5,
    spectrometerFrequencyMHz: 63.87,
    echoTimeS: null,
    sequence: null,
    metabolites: [],
    macromolecules: ['Mac'],
  }),
  card({ id: 'd', title: 'Edited', sequence: 'MEGA-PRESS', echoTimeS: 0.068, editing: 'difference' }),
];

describe('the list', () => {
  it('finds sets by every word, in title, summary and signals, and by field', () => {
    const ids = (text: string, field = ''): string[] => filterCards(cards, { text, field }).map((c) => c.id);
    expect(ids('')).toEqual(['a', 'b', 'c', 'd']);
    expect(ids('te 30')).toEqual(['a']);
    expect(ids('gaba steam')).toEqual(['b']);
    expect(ids('PRESS difference')).toEqual(['d']);
    expect(ids('', '3 T')).toEqual(['a', 'd']);
    expect(ids('steam', '3 T')).toEqual([]);
    expect(fieldsOf(cards)).toEqual(['1.5 T', '3 T', '7 T']);
  });

  it('says what a set is in one line, and what is unknown', () => {
    expect(cardSummary(cards[0]!)).toBe('PRESS · TE 30 ms · 3 T · 4 signals');
    expect(cardSummary(cards[2]!)).toBe('sequence unknown · 1.5 T · 1 signal');
    expect(cardSummary(cards[3]!)).toContain('difference');
  });

  it('puts the user’s own sets first and leaves no empty group', () => {
    expect(groupCards(cards).map((g) => [g.title, g.cards.length])).toEqual([
      ['Yours', 1],
      ['With Lineshape', 3],
    ]);
    expect(groupCards([cards[0]!])).toHaveLength(1);
  });

  it('tells by symbol and word how a set suits the open scan', () => {
    const none = { basisId: null, closeEnough: true, message: null };
    expect(cardStates(cards[0]!, none)).toEqual([]);
    expect(cardStates(cards[0]!, { ...none, basisId: 'a' })[0]).toMatchObject({ symbol: '✓', tone: 'ok' });
    expect(cardStates(cards[0]!, { ...none, basisId: 'a', closeEnough: false })).toEqual([]);
    const doubtful = card({ warnings: [{ code: 'x', message: 'TE differs.' }] });
    expect(cardStates(doubtful, none)).toEqual([{ tone: 'caution', symbol: '▲', words: 'TE differs.' }]);
    const worse = card({ warnings: [...doubtful.warnings, { code: 'y', message: 'Field differs.' }] });
    expect(listState(worse, none)).toMatchObject({ words: 'TE differs. (1 more)' });
    expect(listState(cards[0]!, none)).toBeNull();
    expect(cardStates(card({ mismatch: 'Another nucleus.' }), none)[0]).toMatchObject({ symbol: '✕', tone: 'stop' });
  });

  it('gives facts with units', () => {
    const facts = Object.fromEntries(cardFacts(cards[0]!).map((f) => [f.name, f.value]));
    expect(facts).toMatchObject({
      TE: '30 ms',
      TE1: '11 ms',
      TE2: '19 ms',
      'Line width': '1 Hz',
      'SHA-256': 'abababababab',
    });
    expect(facts['Sampling']).toBe('2048 points of 250 µs (4000 Hz)');
    expect(facts['Field']).toBe('2.9 T, 123.25 MHz');
    expect(cardFacts(cards[2]!)[1]!.value).toBe('not said in the file');
    expect(
      parameterFacts({ editingDurationS: 0.02, editingPpm: 1.9, refocusingBandwidthHz: 1200.5, editingPulse: 'slr' }),
    ).toEqual([
      { name: 'Editing duration', value: '20 ms' },
      { name: 'Editing', value: '1.9 ppm' },
      { name: 'Refocusing bandwidth', value: '1200.5 Hz' },
      { name: 'Editing pulse', value: 'slr' },
    ]);
  });
});

describe('comparison', () => {
  const row = (name: string, correlation: number): ComparisonRow => ({
    name,
    correlation,
    shiftHz: -0.25,
    lorentzianHz: 1.5,
    gaussianHz: 0,
    phaseRad: Math.PI / 2,
    amplitudeRatio: 0.5,
  });

  it('puts what differs most on top', () => {
    const rows = [row('NAA', 0.999), row('GABA', 0.9), row('Glu', 0.98), row('Cr', 0.999)];
    expect(sortedComparison(rows).map((r) => r.name)).toEqual(['GABA', 'Glu', 'Cr', 'NAA']);
  });

  it('grades by symbol and word at the golden tests’ limits', () => {
    expect(agreement(0.99).word).toBe('agrees');
    expect(agreement(0.9899).word).toBe('nearly');
    expect(agreement(0.9699).word).toBe('differs');
    expect(new Set([0.99, 0.98, 0.5].map((c) => agreement(c).symbol)).size).toBe(3);
  });

  it('writes signed figures', () => {
    expect(comparisonFigures(row('NAA', 0.98765))).toEqual({
      correlation: '0.9877',
      shift: '−0.25',
      lorentzian: '+1.50',
      gaussian: '0.00',
      phase: '+90.0',
      ratio: '0.500',
    });
  });
});

describe('spectra', () => {
  const ppm = Float64Array.from({ length: 601 }, (_, i) => 6 - i * 0.01);
  const line = (at: number, height: number): Float64Array => ppm.map((p) => height / (1 + ((p - at) / 0.02) ** 2));
  const curves = [
    { name: 'NAA', ppm, y: line(2.01, 3) },
    { name: 'Lac', ppm, y: line(1.31, -1) },
  ];
  const look: SpectraLook = { mode: 'overlay', equalHeights: false, highlighted: null, colourOf: () => 'text' };

  it('shows at first what every reader knows', () => {
    expect(firstShown(['NAA', 'Cr', 'Ace', 'Glu'])).toEqual(['NAA', 'Cr', 'Glu']);
    expect(firstShown(['A', 'B', 'C', 'D', 'E', 'F'])).toHaveLength(5);
  });

  it('overlays without touching the curves, and draws the pointed-at one thicker', () => {
    const [panel] = spectraPanels(curves, { ...look, highlighted: 'Lac' });
    expect(panel!.series.map((s) => s.y)).toEqual(curves.map((c) => c.y));
    expect(panel!.series[1]!.width).toBeGreaterThan(panel!.series[0]!.width!);
  });

  it('stacks with the first on top, at equal heights if asked, inverted lines staying inverted', () => {
    const [panel] = spectraPanels(curves, { ...look, mode: 'stack', equalHeights: true });
    const [first, second] = panel!.series;
    expect(first!.y[0]! - second!.y[0]!).toBeCloseTo(0.9, 2);
    const span = (y: Float64Array): number => Math.max(...y) - Math.min(...y);
    expect(span(first!.y)).toBeCloseTo(1, 2);
    expect(span(second!.y)).toBeCloseTo(1, 2);
    expect(Math.min(...second!.y)).toBeCloseTo(-1, 2);
  });

  it('measures heights where spectra are read, not at the water', () => {
    const water = { name: 'x', ppm, y: line(4.65, 100).map((v, i) => v + line(2, 5)[i]!) };
    expect(peakHeight(water)).toBeLessThan(10);
    expect(peakHeight({ name: 'H2O', ppm, y: line(4.65, 100) })).toBeCloseTo(100, 0);
    expect(peakHeight({ name: 'none', ppm, y: new Float64Array(601) })).toBe(0);
  });

  it('puts one signal of two sets on one axis', () => {
    const [panel] = comparisonPanels(curves[0]!, curves[1]!);
    expect(panel!.series.map((s) => s.colour)).toEqual(['before', 'after']);
  });
});

describe('matchedSignals', () => {
  /** A line of a set: amplitude·e^{i(φ + 2πft)}·e^{−πLt}. */
  const set = (
    dwellTimeS: number,
    amplitude: number,
    hz: number,
    phaseRad: number,
    widthHz: number,
  ): BasisSpectraView => {
    const fid = (part: (angle: number) => number): Float64Array<ArrayBuffer> =>
      Float64Array.from({ length: 512 }, (_, i) => {
        const t = i * dwellTimeS;
        return amplitude * Math.exp(-Math.PI * widthHz * t) * part(phaseRad + 2 * Math.PI * hz * t);
      });
    return {
      signals: [{ name: 'NAA', kind: 'metabolite', re: fid(Math.cos), im: fid(Math.sin) }],
      dwellTimeS,
      spectrometerFrequencyMHz: 123.25,
      referencePpm: 4.65,
      points: 512,
    };
  };

  it('brings the first to the second by the row’s own figures', () => {
    const first = set(0.00025, 2, 300, 0, 1);
    const second = set(0.00025, 6, 302, 0.4, 3);
    const match = { shiftHz: 2, phaseRad: 0.4, amplitudeRatio: 3, lorentzianHz: 2, gaussianHz: 0 };
    const [a, b] = matchedSignals(first, second, 'NAA', match)!;
    a.re.forEach((v, i) => expect(v).toBeCloseTo(b.re[i]!, 12));
    a.im.forEach((v, i) => expect(v).toBeCloseTo(b.im[i]!, 12));
  });

  it('gives a negative width to the second', () => {
    const narrow = set(0.00025, 1, 300, 0, 1);
    const broad = set(0.00025, 1, 300, 0, 4);
    const match = { shiftHz: 0, phaseRad: 0, amplitudeRatio: 1, lorentzianHz: -3, gaussianHz: 0 };
    const [a, b] = matchedSignals(broad, narrow, 'NAA', match)!;
    a.re.forEach((v, i) => expect(v).toBeCloseTo(b.re[i]!, 12));
  });

  it('has one scale for any dwell time, leaves both alone without a match, and misses nothing in silence', () => {
    const [a, b] = matchedSignals(set(0.00025, 1, 0, 0, 1), set(0.0005, 1, 0, 0, 1), 'NAA', null)!;
    expect(a.re[0]! / b.re[0]!).toBeCloseTo(0.5, 12);
    expect(matchedSignals(set(0.00025, 1, 0, 0, 1), set(0.00025, 1, 0, 0, 1), 'Cr', null)).toBeNull();
  });
});

describe('pulse profile', () => {
  const offsets = Float64Array.from({ length: 201 }, (_, i) => (i - 100) * 50);
  const effect = offsets.map((hz) => (Math.abs(hz) <= 1000 ? 1 : 0));

  it('shows the band and as much beside it', () => {
    expect(profileSpanHz(offsets, effect)).toBe(2000);
    expect(
      profileSpanHz(
        offsets,
        offsets.map(() => 0),
      ),
    ).toBe(5000);
  });

  it('draws from the bottom to the top and stays inside', () => {
    const path = profilePath(offsets, effect, 2000, { width: 200, height: 50 });
    expect(path.startsWith('M0.00 50.00')).toBe(true);
    expect(path).toContain('L100.00 0.00');
    expect(profilePath(new Float64Array(0), new Float64Array(0), 1, { width: 1, height: 1 })).toBe('');
  });

  it('says B1 in µT', () => {
    expect(microtesla(425.77478518)).toBeCloseTo(10, 9);
  });
});
