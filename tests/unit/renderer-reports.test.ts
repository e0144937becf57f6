// The report's side and the table of reference ranges: the parts without a window.
import { describe, expect, it } from 'vitest';
import type { DatasetView, ReferenceRangeView, StudySummaryView } from '../../src/ipc/contract.ts';
import {
  agesText,
  echoTimeText,
  endsText,
  fitWords,
  newForm,
  quantityText,
  ratioValue,
  scanOf,
} from '../../src/renderer/features/referenceRanges/model.ts';
import { insertText, parsePaper, signerText, timeText } from '../../src/renderer/features/reports/model.ts';

const RANGE: ReferenceRangeView = {
  ...{ id: 'r', changedAt: '', metabolite: 'tNAA', quantity: 'ratio', denominator: 'tCr', nucleus: '1H', fieldT: 3 },
  ...{ echoTimeMinMs: 25, echoTimeMaxMs: 35, sequence: null, region: 'PCC', tissue: null, ageMinYears: 20 },
  ...{ ageMaxYears: 59, mean: 1.7, sd: 0.1, n: 20, citation: 'Invented for this test' },
};

describe('the report', () => {
  it('puts a text where the cursor is, on a line of its own', () => {
    expect(insertText('', 0, 'Text')).toEqual({ conclusion: 'Text', cursor: 4 });
    expect(insertText('One', 3, 'Two')).toEqual({ conclusion: 'One\nTwo', cursor: 7 });
    expect(insertText('One\nThree', 4, 'Two')).toEqual({ conclusion: 'One\nTwo\nThree', cursor: 7 });
    expect(insertText('ab', 1, 'X').conclusion).toBe('a\nX\nb');
  });

  it('shows who signed and when', () => {
    expect(signerText({ signer: { name: 'Dr. A', role: 'radiologist' } })).toBe('Dr. A, radiologist');
    expect(signerText({ signer: { name: 'Dr. A', role: ' ' } })).toBe('Dr. A');
    expect(timeText('2026-01-03T09:30:12.000Z')).toBe('2026-01-03 09:30 UTC');
    expect(timeText('yesterday')).toBe('yesterday');
  });

  it('is printed on A4 unless Letter was chosen', () => {
    expect([null, 'letter', 'a4', 'A0'].map(parsePaper)).toEqual(['a4', 'letter', 'a4', 'a4']);
  });
});

describe('the table of ranges', () => {
  it('shows each range in its cells', () => {
    expect(endsText(RANGE)).toBe('1.5–1.9');
    expect(quantityText(RANGE)).toBe('tNAA/tCr');
    expect(quantityText({ ...RANGE, quantity: 'molality', denominator: null })).toMatch(/^tNAA, Molality/);
    expect(echoTimeText(RANGE)).toBe('25–35');
    expect(echoTimeText({ ...RANGE, echoTimeMinMs: 30, echoTimeMaxMs: 30 })).toBe('30');
    expect(agesText(RANGE)).toBe('20–59');
    expect(agesText({ ...RANGE, ageMinYears: null })).toBe('≤ 59');
    expect(agesText({ ...RANGE, ageMaxYears: null })).toBe('≥ 20');
    expect(agesText({ ...RANGE, ageMinYears: null, ageMaxYears: null })).toBe('–');
  });

  const study = { region: 'PCC', patient: { ageYears: 46 } } as StudySummaryView;
  const description = { nucleus: '1H', fieldT: 2.8936, echoTimeS: 0.03, sequence: 'PRESS', region: null };
  const dataset = { description } as unknown as DatasetView;

  it('says whether a range fits the open scan, and what differs', () => {
    const scan = scanOf(study, dataset)!;
    expect(fitWords(RANGE, scan)).toEqual({ fits: true, words: 'fits' });
    const other = fitWords({ ...RANGE, fieldT: 1.5, region: 'Pons' }, scan);
    expect(other).toEqual({ fits: false, words: 'other or unknown: field, region' });
    expect(scanOf(study, null)).toBeNull();
  });

  it('begins a new range with what is known of the scan, never with numbers of a series', () => {
    const form = newForm(scanOf(study, dataset));
    expect(form).toMatchObject({ fieldT: '3', echoTimeMinMs: '30', echoTimeMaxMs: '30', region: 'PCC', nucleus: '1H' });
    expect([form.mean, form.sd, form.n, form.citation]).toEqual(['', '', '', '']);
    expect(newForm(null)).toMatchObject({ fieldT: '', echoTimeMinMs: '', region: '', quantity: 'ratio' });
  });

  it('has a ratio for rows that have one', () => {
    expect(ratioValue({ name: 'tNAA', ratioToTCr: 1.5 })).toMatchObject({ denominator: 'tCr', value: 1.5 });
    expect(ratioValue({ name: 'Lac', ratioToTCr: null })).toBeNull();
  });
});
