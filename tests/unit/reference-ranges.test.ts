// Reference ranges: what is accepted, which scan a range fits, and the table as CSV there and back.
import { describe, expect, it } from 'vitest';
import {
  matchRange,
  rangeMisses,
  rangeValues,
  tissueOfResult,
  type RangeScan,
} from '../../src/core/domain/referenceMatch.ts';
import {
  RANGE_FIELDS,
  rangeText,
  readRange,
  type RangeText,
  type ReferenceRange,
} from '../../src/core/domain/referenceRange.ts';
import { rangesCsv, readRangesCsv } from '../../src/core/reports/referenceRangesCsv.ts';
import { estimate, exampleResult } from './reportsFixture.ts';

/** An invented series: no published numbers. */
const RANGE: ReferenceRange = {
  metabolite: 'tNAA',
  quantity: 'ratio',
  denominator: 'tCr',
  nucleus: '1H',
  fieldT: 3,
  echoTimeMinMs: 25,
  echoTimeMaxMs: 35,
  sequence: 'PRESS',
  region: 'parietal white matter',
  tissue: 'WM',
  ageMinYears: 20,
  ageMaxYears: 59,
  mean: 1.5,
  sd: 0.1,
  n: 24,
  citation: 'Invented for this test',
};
const SCAN: RangeScan = {
  nucleus: '1H',
  fieldT: 2.894,
  echoTimeS: 0.03,
  sequence: 'svs_se_30',
  region: 'Left parietal white matter',
  ageYears: 46.4,
  tissue: { gm: 0.2, wm: 0.75 },
};
const VALUE = { metabolite: 'tNAA', quantity: 'ratio', denominator: 'tCr', value: 1.5 } as const;

const text = (change: Partial<RangeText> = {}): RangeText => ({ ...rangeText(RANGE), ...change });
const problems = (change: Partial<RangeText>): string[] =>
  readRange(text(change)).problems.map(({ field, code }) => `${field} ${code}`);

describe('a range', () => {
  it('is read from text, names in their canonical spelling', () => {
    expect(readRange(text())).toEqual({ range: RANGE, problems: [] });
    expect(readRange(text({ metabolite: ' tnaa', sequence: 'svs_se', denominator: 'TCR' })).range).toEqual(RANGE);
    expect(readRange(text({ metabolite: 'mi' })).range?.metabolite).toBe('mI');
    expect(readRange(text({ metabolite: 'lactate' })).range?.metabolite).toBe('Lac');
    const open = readRange(text({ sequence: '', tissue: '', ageMinYears: '', ageMaxYears: '' })).range;
    expect(open).toEqual({ ...RANGE, sequence: null, tissue: null, ageMinYears: null, ageMaxYears: null });
  });

  it('needs a citation, a region and everything else that it is matched by', () => {
    for (const field of ['metabolite', 'nucleus', 'fieldT', 'region', 'mean', 'sd', 'n', 'citation'] as const) {
      expect(problems({ [field]: '  ' })).toEqual([`${field} empty`]);
    }
  });

  it.each([
    [{ fieldT: '3,0' }, ['fieldT number']],
    [{ fieldT: '3 T' }, ['fieldT number']],
    [{ fieldT: '0' }, ['fieldT positive']],
    [{ sd: '-0.1' }, ['sd positive']],
    [{ mean: 'NaN' }, ['mean number']],
    [{ mean: '0x10' }, ['mean number']],
    [{ n: '1' }, ['n number']],
    [{ n: '12.5' }, ['n number']],
    [{ echoTimeMinMs: '40' }, ['echoTimeMaxMs order']],
    [{ ageMinYears: '60' }, ['ageMaxYears order']],
    [{ ageMinYears: '-1' }, ['ageMinYears positive']],
    [{ quantity: 'area' }, ['quantity choice']],
    [{ denominator: '' }, ['denominator denominator']],
    [{ quantity: 'molality' }, ['denominator denominator']],
    [{ tissue: 'CSF' }, ['tissue choice']],
    [{ citation: 'x'.repeat(501) }, ['citation long']],
    [{ mean: '', sd: 'a' }, ['mean empty', 'sd number']],
  ] as const)('refuses %o', (change, expected) => {
    expect(problems(change)).toEqual(expected);
  });
});

describe('a range fits a scan', () => {
  it('only where all it demands is known and agrees', () => {
    expect(rangeMisses(RANGE, SCAN)).toEqual([]);
    expect(rangeMisses(RANGE, { ...SCAN, nucleus: '31P' })).toEqual(['nucleus']);
    expect(rangeMisses(RANGE, { ...SCAN, fieldT: 1.5 })).toEqual(['field']);
    expect(rangeMisses(RANGE, { ...SCAN, echoTimeS: 0.0361 })).toEqual(['echoTime']);
    expect(rangeMisses(RANGE, { ...SCAN, echoTimeS: 0.0354 })).toEqual([]);
    expect(rangeMisses(RANGE, { ...SCAN, sequence: 'svs_slaser' })).toEqual(['sequence']);
    expect(rangeMisses(RANGE, { ...SCAN, region: 'Left frontal white matter' })).toEqual(['region']);
    expect(rangeMisses(RANGE, { ...SCAN, ageYears: 19.9 })).toEqual(['age']);
    expect(rangeMisses(RANGE, { ...SCAN, ageYears: 59.9 })).toEqual([]);
    expect(rangeMisses(RANGE, { ...SCAN, ageYears: 60 })).toEqual(['age']);
    expect(rangeMisses(RANGE, { ...SCAN, tissue: { gm: 0.5, wm: 0.45 } })).toEqual(['tissue']);
  });

  it('never where the scan does not say', () => {
    const unknown: RangeScan = {
      ...{ nucleus: '1H', fieldT: null, echoTimeS: null, sequence: null, region: null, ageYears: null, tissue: null },
    };
    expect(rangeMisses(RANGE, unknown)).toEqual(['field', 'echoTime', 'sequence', 'region', 'tissue', 'age']);
  });

  it('by the name of its region where there are no fractions', () => {
    expect(rangeMisses({ ...RANGE, region: 'parietal' }, { ...SCAN, tissue: null })).toEqual([]);
    expect(rangeMisses({ ...RANGE, region: 'parietal' }, { ...SCAN, tissue: null, region: 'parietal' })).toEqual([
      'tissue',
    ]);
    const grey: ReferenceRange = { ...RANGE, region: 'gray matter', tissue: 'GM' };
    expect(rangeMisses(grey, { ...SCAN, tissue: null, region: 'Occipital grey matter' })).toEqual([]);
  });

  it('takes half grey, half white for what it is: an assumption', () => {
    const inputs = (source: string) =>
      ['GM', 'WM'].map((tissue) => ({ name: `volume fraction of ${tissue}`, value: 0.5, unit: '', source }));
    const scaled = (source: string) => ({
      water: { amplitude: 1, sd: 0, fwhmHz: null, method: 'm' },
      conventions: [
        {
          convention: 'molality' as const,
          unit: 'mmol/kg tissue water',
          factors: [
            {
              name: 'f',
              operation: 'times' as const,
              value: 1,
              unit: '',
              source: '',
              inputs: inputs(source),
              assumedOne: false,
            },
          ],
        },
      ],
    });
    expect(tissueOfResult({ waterScaling: scaled('assumed: half grey, half white matter') })).toBeNull();
    expect(tissueOfResult({ waterScaling: scaled('seg.nii.gz') })).toEqual({ gm: 0.5, wm: 0.5 });
    expect(tissueOfResult({})).toBeNull();
  });
});

describe('the match of a value', () => {
  it('is within, above or below mean ± 2 SD, ends included', () => {
    const place = (value: number): string | undefined => matchRange([RANGE], SCAN, { ...VALUE, value })?.place;
    expect([1.2999, 1.3, 1.5, 1.7, 1.7001].map(place)).toEqual(['below', 'within', 'within', 'within', 'above']);
    expect(matchRange([RANGE], SCAN, VALUE)).toMatchObject({ low: 1.3, high: 1.7 });
  });

  it('is none where no range fits, for another quantity, and for no value', () => {
    expect(matchRange([RANGE], { ...SCAN, fieldT: 1.5 }, VALUE)).toBeNull();
    expect(matchRange([RANGE], SCAN, { ...VALUE, metabolite: 'NAA' })).toBeNull();
    expect(matchRange([RANGE], SCAN, { ...VALUE, denominator: 'tCho' })).toBeNull();
    expect(matchRange([RANGE], SCAN, { ...VALUE, quantity: 'molality', denominator: null })).toBeNull();
    expect(matchRange([RANGE], SCAN, { ...VALUE, value: NaN })).toBeNull();
    expect(matchRange([], SCAN, VALUE)).toBeNull();
  });

  it('takes the range that says most, then the narrower age, then the larger series', () => {
    const wide: ReferenceRange = { ...RANGE, region: 'white matter', citation: 'wide' };
    const young: ReferenceRange = { ...RANGE, ageMinYears: 40, ageMaxYears: 49, citation: 'decade' };
    const large: ReferenceRange = { ...young, n: 200, citation: 'large' };
    const best = (...ranges: ReferenceRange[]): string | undefined => matchRange(ranges, SCAN, VALUE)?.range.citation;
    expect(best(wide, RANGE)).toBe(RANGE.citation);
    expect(best(RANGE, young)).toBe('decade');
    expect(best(young, large)).toBe('large');
  });

  it('has a value for every ratio and every amount in the usual unit', () => {
    const own = {
      ...estimate('tNAA', 12, 2),
      ratios: [
        { reference: 'tCr', value: 1.5, sd: 0.1 },
        { reference: 'tCho', value: 6, sd: null },
      ],
      concentrations: [
        {
          convention: 'molality' as const,
          value: 14,
          unit: 'mmol/kg tissue water',
          sd: null,
          factors: [],
          members: null,
        },
        { convention: 'molarity' as const, value: 12, unit: 'mmol/l voxel', sd: null, factors: [], members: null },
      ],
    };
    expect(rangeValues(own).map(({ quantity, denominator, value }) => [quantity, denominator, value])).toEqual([
      ['ratio', 'tCr', 1.5],
      ['ratio', 'tCho', 6],
      ['molality', null, 14],
    ]);
    expect(rangeValues({ ...exampleResult().combined[0]!, ratioToTCr: null })).toEqual([]);
  });
});

describe('the table as CSV', () => {
  const awkward: ReferenceRange = { ...RANGE, tissue: null, ageMaxYears: null, citation: 'A, "B" & C;\nsecond line' };

  it('comes back as it was', () => {
    expect(readRangesCsv(rangesCsv([RANGE, awkward]), 'r.csv')).toEqual({ ranges: [RANGE, awkward], refusals: [] });
    const amount: ReferenceRange = { ...RANGE, quantity: 'molality', denominator: null };
    expect(readRangesCsv(`\uFEFF${rangesCsv([amount])}`, 'r.csv').ranges).toEqual([amount]);
  });

  it('may be parted by semicolons or tabs', () => {
    const cells = rangesCsv([RANGE])
      .split('\r\n')
      .slice(0, 2)
      .map((line) => line.split(','));
    for (const separator of [';', '\t']) {
      const table = cells.map((row) => row.join(separator)).join('\n');
      expect(readRangesCsv(table, 'r.csv')).toEqual({ ranges: [RANGE], refusals: [] });
    }
  });

  it('leaves out what is wrong, with the line and the reason', () => {
    const [head, good] = rangesCsv([RANGE]).split('\r\n') as [string, string];
    const table = [
      head,
      good.replace('1.5,', ','),
      good,
      '',
      good.replace('PRESS', 'PRESS').replace(',24,', ',two,'),
    ].join('\n');
    const { ranges, refusals } = readRangesCsv(table, 'site.csv');
    expect(ranges).toEqual([RANGE]);
    expect(refusals).toEqual([
      'Line 2 of site.csv was left out: mean must be given.',
      'Line 5 of site.csv was left out: n must be a number with a decimal point, not "two".',
    ]);
  });

  it('is refused as a whole where it is another table', () => {
    expect(() => readRangesCsv('a,b\n1,2\n', 'other.csv')).toThrow('other.csv is no table of reference ranges');
    expect(() => readRangesCsv('', 'empty.csv')).toThrow('its first line has no column metabolite');
    const head = rangesCsv([]).trim();
    expect(() => readRangesCsv(`${head}\n${'x\n'.repeat(5001)}`, 'long.csv')).toThrow('has 5001 lines');
  });

  it('keeps a citation from being run as a formula', () => {
    const formula: ReferenceRange = { ...RANGE, citation: '=1+1' };
    expect(rangesCsv([formula])).toContain("'=1+1");
    expect(readRangesCsv(rangesCsv([formula]), 'r.csv').ranges[0]?.citation).toBe('=1+1');
  });

  it('names every field', () => {
    expect(rangesCsv([]).trim().split(',')).toHaveLength(RANGE_FIELDS.length);
  });
});
