// The fit settings: every option of every method has words, what was changed goes to the fit, what is wrong is said; and the
// columns and verdicts of a result that has them.
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/domain/json.ts';
import { METHOD_IDS } from '../../src/core/quantification/index.ts';
import { checkMethodOptions, methodDefaults, shippedKnowledge } from '../../src/core/quantification/methodOptions.ts';
import type { AnalysisDetailView, QuantificationResultView } from '../../src/ipc/contract.ts';
import { fittedWith } from '../../src/renderer/features/fit/fittedWith.ts';
import { methodWords, optionGroups } from '../../src/renderer/features/fit/methodFields.ts';
import { tableTsv } from '../../src/renderer/features/fit/model.ts';
import {
  chosenOptions,
  firstProblem,
  isChanged,
  namesIn,
  optionWords,
  shownFields,
  valueWords,
} from '../../src/renderer/features/fit/optionForm.ts';
import { quantityColumns } from '../../src/renderer/features/fit/quantityColumns.ts';
import { qualityVerdict } from '../../src/renderer/features/fit/quality.ts';

const settingOf = (method: string, nucleus = '1H') => ({
  defaults: methodDefaults(method),
  metabolites: ['NAA', 'NAAG', 'Cr', 'GABA'],
  nucleus,
  shipped: shippedKnowledge(),
});
const fieldsOf = (method: string) => optionGroups(method).flatMap((g) => g.fields);

describe('the methods in the settings', () => {
  it.each(METHOD_IDS)(
    '%s: every option has a field, every field an option, every choice a value it takes',
    (method) => {
      const defaults = methodDefaults(method);
      const fields = fieldsOf(method);
      expect(fields.map((f) => f.key).sort()).toEqual(Object.keys(defaults).sort());
      expect(methodWords(method)).not.toBe(method.toUpperCase());
      for (const { key, input, help } of fields) {
        expect(help).not.toBe('');
        if (input.kind !== 'choice') continue;
        expect(input.choices.map((c) => c.value)).toContain(defaults[key]);
        for (const { value } of input.choices) expect(() => checkMethodOptions(method, { [key]: value })).not.toThrow();
      }
    },
  );

  it.each(METHOD_IDS)('%s: the defaults are its own, all right, and nothing of them is sent', (method) => {
    const setting = settingOf(method, method === 'amares' ? '31P' : '1H');
    expect(() => checkMethodOptions(method, setting.defaults)).not.toThrow();
    expect(firstProblem(method, {}, setting)).toBeNull();
    expect(chosenOptions(method, {}, setting.defaults)).toEqual({});
    fieldsOf(method).forEach((f) => expect(valueWords(f, setting.defaults[f.key]!)).not.toBe('–'));
  });
});

describe('what the reader sets', () => {
  const { defaults } = settingOf('nlls');

  it('goes to the fit where it differs and counts, and back with a reset', () => {
    const entries = { baseline: 'fixed', baselineEdPerPpm: 4, baselineMaxEdPerPpm: 9, lineshape: 'voigt' };
    expect(isChanged('baseline', entries, defaults)).toBe(true);
    expect(isChanged('lineshape', entries, defaults)).toBe(false);
    // The limit of the automatic search counts for nothing with a fixed baseline.
    expect(shownFields('nlls', entries, defaults).map((f) => f.key)).not.toContain('baselineMaxEdPerPpm');
    expect(chosenOptions('nlls', entries, defaults)).toEqual({ baseline: 'fixed', baselineEdPerPpm: 4 });
    expect(chosenOptions('nlls', {}, defaults)).toEqual({});
  });

  it('is measured against the recipe’s own options where it has some', () => {
    const ofRecipe = { ...defaults, grouping: 'common' };
    expect(isChanged('grouping', { grouping: 'common' }, ofRecipe)).toBe(false);
    expect(chosenOptions('nlls', { grouping: 'related' }, ofRecipe)).toEqual({ grouping: 'related' });
  });

  it.each<[string, JsonObject, RegExp]>([
    ['nlls', { ppmRange: [0.2, null] }, /^Range: Give both borders/],
    ['nlls', { ppmRange: [2, 2.1] }, /^Range: .*at least 0.5 ppm/],
    ['nlls', { baseline: 'fixed', baselineEdPerPpm: null }, /^Freedom: Give a number/],
    ['nlls', { shiftSearchPpm: 0 }, /above zero/],
    ['nlls', { monteCarloDraws: -1 }, /zero or a number above/],
    ['nlls', { maxIterations: 2.5 }, /whole number/],
    ['nlls', { profileLikelihood: ['tNAA', 'Glx'] }, /^Profile likelihood of: The basis set has no Glx\.$/],
    ['nlls', { omit: ['tNAA'] }, /The basis set has no tNAA/],
    ['amares', { priorKnowledge: 'auto' }, /none is taken unasked for 1H/],
    ['amares', { priorKnowledge: '31P-brain' }, /It is for 31P, but the scan is of 1H/],
    ['amares', { priorKnowledge: { nucleus: '13C' } }, /It is for 13C/],
  ])('is refused in words: %s %j', (method, entries, words) => {
    expect(firstProblem(method, entries, settingOf(method))).toMatch(words);
  });

  it('is taken where it is right', () => {
    const right = { ppmRange: [0.5, 4], profileLikelihood: ['tNAA', 'GABA'], omit: ['Cr'], monteCarloDraws: 50 };
    expect(firstProblem('nlls', right, settingOf('nlls'))).toBeNull();
    expect(() => checkMethodOptions('nlls', right)).not.toThrow();
    expect(namesIn(' tNAA,GABA;  Glu GABA ')).toEqual(['tNAA', 'GABA', 'Glu']);
  });

  it('is said in words beside the result', () => {
    const priorKnowledge = { title: 'Muscle', peaks: [{}, {}] };
    expect(optionWords('quest', { background: 'none', truncationS: 0.03, omit: ['Ace'], other: [1] })).toEqual([
      { label: 'Background', value: 'None' },
      { label: 'First samples left out', value: '30 ms' },
      { label: 'Leave out', value: 'Ace' },
      { label: 'other', value: '[1]' },
    ]);
    expect(optionWords('amares', { priorKnowledge })[0]!.value).toBe('Muscle, 2 lines');
  });
});

const estimate = { name: 'NAA', amplitude: 10, crlbPercent: 2, crlbAbsolute: 0.2, ratioToTCr: 1.4, concentrationMM: 9 };
const result: QuantificationResultView = {
  method: 'quest',
  version: '1.0.0',
  status: 'converged',
  reason: null,
  metabolites: [
    {
      ...estimate,
      interval95: { low: 9.6, high: 10.5, method: 'profileLikelihood' },
      ratios: [
        { reference: 'tCr', value: 1.4, sd: 0.031 },
        { reference: 'water', value: 0.001, sd: null },
      ],
      concentrations: [
        { convention: 'molarity', value: 8, unit: 'mmol/L', sd: 0.3, factors: [], members: null },
        { convention: 'molality', value: 9, unit: 'mmol/kg', sd: 0.4, factors: [], members: null },
      ],
    },
    { ...estimate, name: 'Ace', concentrationMM: null, ratioToTCr: null },
  ],
  combined: [],
  phase0Deg: 0,
  phase1DegPerPpm: 0,
  shiftHz: 0,
  lorentzianHz: 1,
  gaussianHz: 1,
  snr: { value: 50, definition: 'peak over noise' },
  fwhmHz: 5,
  residualSd: 1,
  elapsedMs: 1,
  inDistribution: true,
  executionProvider: 'cpu',
  warnings: [],
  correlation: null,
  diagnostics: {},
};

describe('a result with more than amplitudes', () => {
  it('shows interval, ratios with SD, and the displayed amount with its unit', () => {
    const columns = quantityColumns(result);
    expect(columns.map((c) => c.head)).toEqual([
      '95 % interval',
      'Ratio to tCr',
      'Concentration (mmol/kg)',
      'Ratio to water',
    ]);
    const [naa, ace] = result.metabolites;
    expect(columns.map((c) => c.text(naa!))).toEqual(['9.60 – 10.5', '1.40 ± 0.031', '9.00 ± 0.40', '0.00100']);
    expect(columns.map((c) => c.text(ace!))).toEqual(['–', '–', '–', '–']);
    expect(columns[0]!.title).toContain('profile likelihood');
    expect(columns[2]!.title).toContain('per kg');
    const [head, first] = tableTsv(result)
      .split('\n')
      .map((l) => l.split('\t'));
    expect(head).toHaveLength(first!.length);
    expect(head).toContain('concentration [mmol/kg]');
    expect(first).toContain('0.4');
  });

  it('has no columns for what it has not', () => {
    const bare = { ...result, metabolites: [{ ...estimate, ratioToTCr: null, concentrationMM: null }] };
    expect(quantityColumns(bare)).toEqual([]);
  });

  it('tells the verdict with the worst figure first, and none where nothing was graded', () => {
    const figure = (grade: 'good' | 'borderline', words: string) =>
      ({ quantity: 'snr', value: 1, grade, words, source: 'TARQUIN' }) as const;
    const assessment = {
      thresholds: 'tarquin',
      grade: 'borderline' as const,
      figures: [figure('good', 'The SNR is good.'), figure('borderline', 'The width is borderline.')],
      notMeasured: [],
    };
    const quality = { snr: [], waterFwhmHz: null, tCrFwhmHz: null, drift: null, residualOverNoise: null, whitenessP: null, assessment }; // prettier-ignore
    const verdict = qualityVerdict({ ...result, quality })!;
    expect(verdict.grade).toMatchObject({ tone: 'caution', symbol: '▲' });
    expect(verdict.lines.map((l) => l.words)).toEqual(['The width is borderline.', 'The SNR is good.']);
    expect(qualityVerdict(result)).toBeNull();
    expect(
      qualityVerdict({ ...result, quality: { ...quality, assessment: { ...assessment, grade: null } } }),
    ).toBeNull();
  });

  it('says what it was fitted with', () => {
    const NO_METHODS = { corrections: [], denoisers: [] };
    const analysis = {
      summary: { basisId: 'none', recipeId: 'r' },
      provenance: [],
      recipe: { title: 'Already averaged', quantification: { method: 'quest', options: { background: 'none' } } },
    } as unknown as AnalysisDetailView;
    expect(fittedWith(analysis, result, [], NO_METHODS)).toEqual([
      { label: 'Method', value: 'QUEST 1.0.0' },
      { label: 'Recipe', value: 'Already averaged' },
      { label: 'Background', value: 'None' },
    ]);
    const unasked = {
      ...analysis,
      recipe: { title: 'Already averaged', quantification: { method: 'quest', options: {} } },
    };
    const chosen = { ...result, diagnostics: { background: 'inbase' } };
    expect(fittedWith(unasked, chosen, [], NO_METHODS).slice(2)).toEqual([
      { label: 'Background taken', value: 'Signals of the basis' },
      { label: 'Options', value: 'all as usual' },
    ]);
  });
});
