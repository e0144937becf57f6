// Ratios, amounts and quality in the fit settings: what goes to the fit is what the recipe's reader takes; and the factors of an
// amount, whose product is the amount.
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/domain/json.ts';
import { parseQuantityOptions } from '../../src/core/domain/quantityOptions.ts';
import type { QuantityFactor } from '../../src/core/domain/quantification.ts';
import type { AnalysisDetailView, QuantificationResultView } from '../../src/ipc/contract.ts';
import { amountDefaults, amountFields, type AmountScan } from '../../src/renderer/features/fit/amountFields.ts';
import { amountProblem, amountRequest, amountRows } from '../../src/renderer/features/fit/amountForm.ts';
import { factorList, factorNames, firstFitted } from '../../src/renderer/features/fit/factorList.ts';
import { quantityColumns, ratiosAsked } from '../../src/renderer/features/fit/quantityColumns.ts';
import { quantityFacts } from '../../src/renderer/features/fit/quantityFacts.ts';

const SCAN: AmountScan = {
  nucleus: '1H',
  scalesToWater: true,
  images: [
    { id: 'a', fileName: 't1.nii.gz' },
    { id: 'b', fileName: 'aparc+aseg.nii.gz' },
  ],
};
const keys = (scan: AmountScan, entries = {}) => amountRows(entries, scan).map((row) => row.field.key);

describe('the amount settings', () => {
  it('show what has a meaning for the scan', () => {
    expect(keys(SCAN)).toEqual(['tissueFrom', 'convention', 'ratios', 'quality']);
    expect(keys({ ...SCAN, scalesToWater: false })).toEqual(['ratios', 'quality']);
    expect(keys({ nucleus: '31P', scalesToWater: false, images: [] })).toEqual(['quality']);
    const [tissue] = amountFields({ ...SCAN, images: [] });
    expect(tissue?.input.kind === 'choice' && tissue.input.choices.map((c) => c.value)).toEqual(['none', 'given']);
    expect(amountDefaults({ ...SCAN, scalesToWater: false })['ratios']).not.toContain('water');
  });

  it('send nothing where nothing was changed', () => {
    expect(amountRequest({}, SCAN)).toEqual({});
    expect(amountRequest({ convention: 'molality', quality: 'tarquin' }, SCAN)).toEqual({});
    expect(amountRows({}, SCAN).some((row) => row.changed)).toBe(false);
    expect(amountProblem({}, SCAN)).toBeNull();
  });

  it('send what the fit’s own reader takes', () => {
    const entries = {
      tissueFrom: 'given',
      tissue: [0.6, 0.3, 0.1],
      convention: 'lcmodel',
      ratios: ['tCr', 'water'],
      quality: 'consensus',
    };
    const { quantities, segmentationDatasetId } = amountRequest(entries, SCAN);
    expect(segmentationDatasetId).toBeUndefined();
    expect(quantities).toEqual({
      ratios: ['tCr', 'water'],
      waterScaling: { display: 'lcmodel' },
      quality: 'consensus',
      tissue: { gm: 0.6, wm: 0.3, csf: 0.1 },
    });
    const read = parseQuantityOptions(quantities as JsonObject, 'Test');
    expect(read.tissue).toMatchObject({ gm: 0.6, wm: 0.3, csf: 0.1 });
    expect(read.thresholds.id).toBe('consensus');
    for (const { key, input } of amountFields(SCAN)) {
      if (key !== 'convention' || input.kind !== 'choice') continue;
      for (const { value } of input.choices) parseQuantityOptions({ waterScaling: { display: value } }, 'Test');
    }
  });

  it('take a segmentation, the one that looks like one first, and no fractions beside it', () => {
    const entries = { tissueFrom: 'segmentation', tissue: [0.5, 0.5, 0] };
    expect(amountRequest(entries, SCAN)).toEqual({ segmentationDatasetId: 'b' });
    expect(amountRequest({ ...entries, segmentation: 'a' }, SCAN)).toEqual({ segmentationDatasetId: 'a' });
    // An image of another study is none of this one.
    expect(amountRequest({ ...entries, segmentation: 'elsewhere' }, SCAN)).toEqual({ segmentationDatasetId: 'b' });
  });

  it('say nothing of water, or of a segmentation, to a scan without', () => {
    const entries = { tissueFrom: 'segmentation', ratios: ['tCr', 'water'], convention: 'molarity' };
    expect(amountRequest(entries, { ...SCAN, scalesToWater: false })).toEqual({ quantities: { ratios: ['tCr'] } });
    expect(amountRequest({ tissueFrom: 'segmentation' }, { ...SCAN, images: [] })).toEqual({});
  });

  it.each([
    [[null, null, null], /^Fractions: Give all three/],
    [[0.7, 0.5, 0.1], /^Fractions: They add up to 1.3, more than the voxel\.$/],
    [[-0.1, 0.5, 0.1], /from 0 to 1/],
    [[0, 0, 0], /above 0/],
  ])('refuse fractions %j in words', (tissue, words) => {
    expect(amountProblem({ tissueFrom: 'given', tissue }, SCAN)).toMatch(words);
    expect(amountProblem({ tissueFrom: 'none', tissue }, SCAN)).toBeNull();
  });

  it('take fractions whose sum is 1 but for rounding', () => {
    expect(0.7 + 0.2 + 0.1).not.toBe(1);
    expect(amountProblem({ tissueFrom: 'given', tissue: [0.7, 0.2, 0.1] }, SCAN)).toBeNull();
    expect(amountProblem({ tissueFrom: 'given', tissue: [0.4, 0.4, 0.2] }, SCAN)).toBeNull();
  });
});

const factor = (name: string, operation: 'times' | 'over', value: number, more: Partial<QuantityFactor> = {}) => ({
  ...{ name, operation, value, unit: '', source: 'here', inputs: [], assumedOne: false },
  ...more,
});
const INPUTS = ['GM', 'WM', 'CSF'].map((tissue, i) => ({
  name: `volume fraction of ${tissue}`,
  value: [0.6, 0.3, 0.1][i] as number,
  unit: '',
  source: 'given',
}));
/** 10 · 2 / 100 · 50 / 0.8 = 12.5. */
function resultOf(amplitude: number, keepsOwn: boolean): QuantificationResultView {
  const own = [factor('amplitude of NAA', 'times', amplitude), factor('saturation of NAA', 'over', 0.8)];
  const amount = (value: number) => ({ convention: 'molality' as const, value, unit: 'mmol/kg', sd: 0.4 });
  const bare = { crlbPercent: 3, crlbAbsolute: null, ratioToTCr: 1.3 };
  return {
    status: 'converged',
    metabolites: [
      {
        ...{ ...bare, name: 'NAA', amplitude, concentrationMM: 1.25 * amplitude },
        concentrations: [{ ...amount(1.25 * amplitude), factors: keepsOwn ? own : [], members: null }],
      },
      { ...bare, name: 'Lac', amplitude: 1, concentrationMM: null },
    ],
    combined: [
      {
        ...{ ...bare, name: 'tNAA', amplitude, concentrationMM: 1.25 * amplitude },
        concentrations: [{ ...amount(1.25 * amplitude), factors: [], members: ['NAA'] }],
        ratios: [{ reference: 'water', value: 1e-3, sd: null }],
      },
    ],
    waterScaling: {
      water: { amplitude: 100, sd: 1, fwhmHz: 5, method: 'fit' },
      conventions: [
        {
          convention: 'molality',
          unit: 'mmol/kg',
          factors: [
            factor('protons of water', 'times', 2),
            factor('water amplitude', 'over', 100),
            factor('molality of pure water', 'times', 50, { unit: 'mmol/kg', inputs: INPUTS }),
          ],
        },
      ],
    },
  } as unknown as QuantificationResultView;
}

/** As a fit without a water reference gives it. */
const withoutWater = (result: QuantificationResultView): QuantificationResultView =>
  Object.fromEntries(Object.entries(result).filter(([key]) => key !== 'waterScaling')) as QuantificationResultView;

describe('the factors of an amount', () => {
  const product = (list: ReturnType<typeof factorList>): number =>
    list!.lines.reduce((value, line) => (line.sign === '÷' ? value / line.value : value * line.value), 1);

  it('begin with the amplitude, and make the amount', () => {
    const result = resultOf(10, true);
    const list = factorList(result, 'NAA', 'molality', null);
    expect(list!.lines.map((l) => `${l.sign} ${l.name}`)).toEqual([
      ' amplitude of NAA',
      '× protons of water',
      '÷ water amplitude',
      '× molality of pure water',
      '÷ saturation of NAA',
    ]);
    expect(product(list)).toBeCloseTo(result.metabolites[0]!.concentrationMM!, 12);
    expect(list!.result).toBe('12.5 ± 0.40 mmol/kg');
    expect(list!.lines[3]).toMatchObject({ text: '50 mmol/kg', source: 'here' });
    expect(list!.lines[3]!.inputs[0]).toEqual({ name: 'volume fraction of GM', text: '0.6', source: 'given' });
  });

  it('are those of the first fitted voxel with the own amplitude, where a grid keeps them once', () => {
    const [first, other] = [resultOf(10, true), resultOf(14, false)];
    const voxels = [{ result: { status: 'refused' } }, { result: first }, { result: other }];
    const found = firstFitted({ voxels } as unknown as AnalysisDetailView);
    expect(found).toBe(first);
    expect(product(factorList(other, 'NAA', 'molality', found))).toBeCloseTo(17.5, 12);
  });

  it('of a sum are its members, and none stand for what has no amount', () => {
    const result = resultOf(10, true);
    expect(factorList(result, 'tNAA', 'molality', null)).toMatchObject({
      lines: [],
      members: [{ name: 'NAA', text: '12.5 ± 0.40' }],
    });
    expect(factorList(result, 'Lac', 'molality', null)).toBeNull();
    expect(factorNames(result)).toEqual(['tNAA', 'NAA']);
    const bare = withoutWater(result);
    expect(factorNames(bare)).toEqual([]);
  });
});

describe('beside the result', () => {
  it('stand the ratios that were asked for, that to tCr too unless others alone were', () => {
    const heads = (asked: readonly string[] | null) => quantityColumns(resultOf(10, true), asked).map((c) => c.head);
    expect(heads(null)).toEqual(['Ratio to tCr', 'Concentration (mmol/kg)', 'Ratio to water']);
    expect(heads(['water'])).toEqual(['Concentration (mmol/kg)', 'Ratio to water']);
    expect(ratiosAsked({ quantities: { ratios: ['water'] } })).toEqual(['water']);
    expect(ratiosAsked({ title: 'As shipped' })).toBeNull();
    expect(ratiosAsked(null)).toBeNull();
  });

  it('stand in words what the recipe set, and the tissue that was used', () => {
    const quantities = { waterScaling: { display: 'molarity' }, ratios: ['tCr', 'water'], quality: 'consensus' };
    expect(quantityFacts(quantities, resultOf(10, true))).toEqual([
      { label: 'Tissue', value: 'GM 0.6, WM 0.3, CSF 0.1, given' },
      { label: 'Amounts as', value: 'Molarity' },
      { label: 'Ratios to', value: 'tCr, water' },
      { label: 'Quality by', value: 'Experts’ consensus' },
    ]);
    const bare = withoutWater(resultOf(10, true));
    expect(quantityFacts({}, bare)).toEqual([]);
    expect(quantityFacts({ tissue: { gm: 1, wm: 0, csf: 0 }, relaxation: {} }, bare)).toEqual([
      { label: 'Tissue', value: 'GM 1, WM 0, CSF 0, given' },
      { label: 'Relaxation', value: 'with own values' },
    ]);
  });
});
