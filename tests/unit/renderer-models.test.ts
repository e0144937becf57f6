// Models and corrections as the page words them: cards, figures as tables, verdicts, and the choices a scan leaves.
import { describe, expect, it } from 'vitest';
import type { ChannelResponse, ListedModelView, ModelCardView } from '../../src/ipc/contract.ts';
import {
  choiceTaken,
  correctionChoices,
  denoisingChoices,
  type Methods,
} from '../../src/renderer/features/fit/correctionChoices.ts';
import { correctedBy, denoisedBy } from '../../src/renderer/features/fit/denoised.ts';
import { metricName, metricTables } from '../../src/renderer/features/models/metricTables.ts';
import {
  groupModels,
  protocolWords,
  summaryWords,
  trainingFacts,
  verdictWords,
} from '../../src/renderer/features/models/model.ts';

const card: ModelCardView = {
  id: 'dsrf',
  title: 'dSRF',
  version: 2,
  file: 'dsrf.onnx',
  sha256: 'ab'.repeat(32),
  licence: 'MIT',
  citation: 'Shamaei 2023',
  task: 'fpc',
  inputs: [],
  outputs: [],
  protocol: {
    nucleus: '1H',
    fieldT: [1.4, 9.5],
    sequences: null,
    echoTimeMs: [5, 300],
    limits: { shiftPpm: [-0.35, 0.35], snr: [5, 60], durationS: [0.1, 10] },
  },
  training: {
    recipe: 'training/fpc',
    presetFiles: ['wide.json'],
    basisSha256: { press: 'c' },
    seeds: { training: 1, test: 3 },
    epochs: 14,
    hardware: 'CPU, 1 thread',
    minutes: 4.9,
    command: 'python -m training.fpc.train dsrf',
  },
  metrics: {},
  limits: [],
};
const listed: ListedModelView = { id: 'dsrf', card, problem: null };
const broken: ListedModelView = { id: 'x', card: null, problem: 'The card x.json is not JSON.' };

describe('a card', () => {
  it('says for which scans, with units', () => {
    expect(protocolWords(card.protocol)).toBe(
      '1H spectra; 1.4 to 9.5\u00A0T; any sequence; TE 5 to 300\u00A0ms; shift −0.35 to 0.35\u00A0ppm; SNR 5 to 60; duration 0.1 to 10\u00A0s.',
    );
    expect(
      protocolWords({ ...card.protocol, fieldT: [3, 3], sequences: ['PRESS', 'SLASER', 'STEAM'], limits: {} }),
    ).toBe('1H spectra; 3\u00A0T; PRESS, SLASER or STEAM; TE 5 to 300\u00A0ms.');
  });

  it('says how it was trained', () => {
    expect(trainingFacts(card).map(({ value }) => value)).toEqual([
      '14 epochs in 4.9 min on CPU, 1 thread',
      'training/fpc: wide.json',
      '1: press',
      'training 1, test 3',
      'python -m training.fpc.train dsrf',
    ]);
  });

  it('stands with its task, and one that can’t be read last', () => {
    expect(groupModels([broken, listed]).map(({ title, models }) => [title, models[0]?.id])).toEqual([
      ['Frequency and phase correction', 'dsrf'],
      ['Not in order', 'x'],
    ]);
  });

  it('is told by its verdict', () => {
    const good = { id: 'dsrf', ok: true, reason: null, executionProvider: 'cpu', fallbacks: [] };
    const bad = { ...good, ok: false, reason: 'The file was changed.', executionProvider: null };
    expect(verdictWords(listed, undefined)).toMatchObject({ tone: 'muted', words: 'Not verified yet' });
    expect(verdictWords(broken, undefined)).toMatchObject({ tone: 'stop', words: broken.problem });
    expect(verdictWords(listed, good).words).toContain('self-test passed; runs on the processor (CPU)');
    expect(verdictWords(listed, bad)).toMatchObject({ tone: 'stop', words: 'The file was changed.' });
    expect(summaryWords([good, good]).words).toBe('All 2 networks are in order');
    expect(summaryWords([good, bad])).toMatchObject({ tone: 'stop', words: '1 of 2 networks is not in order' });
  });
});

describe('measured figures', () => {
  it('are named with their units', () => {
    const names = [
      'precisionHz',
      'biasDeg',
      'biasAgainst124Percent',
      'amplitudeKept',
      'fpc-wide',
      'snr',
      'snrOf128',
      'tCho',
      'mI',
    ];
    expect(names.map(metricName)).toEqual([
      'Precision (Hz)',
      'Bias (°)',
      'Bias against 124 (%)',
      'Amplitude kept',
      'fpc-wide',
      'SNR',
      'SNR of 128',
      'tCho',
      'mI',
    ]);
  });

  it('stand in tables: alone, by set, and by the entries of a list', () => {
    const [sets, fits, alone] = metricTables({
      parameters: 119548,
      test: { clean: { precisionHz: 0.4384, transients: 6000 }, wide: { precisionHz: -0.5, failureRate: 0 } },
      fit: { healthy: [{ method: 'relstm', metabolites: [{ name: 'tNAA', errorPercent: 8 }, { name: 'tCr', errorPercent: 5.7 }] }] }, // prettier-ignore
    });
    expect(alone).toMatchObject({ hasHead: false, rows: [['Parameters', '119548']] });
    expect(sets!.title).toBe('Test');
    expect(sets!.columns.map(({ head }) => head)).toEqual(['', 'Precision (Hz)', 'Transients', 'Failure rate']);
    expect(sets!.rows).toEqual([
      ['Clean', '0.438', '6000', '–'],
      ['Wide', '−0.5', '–', '0'],
    ]);
    expect(fits!.title).toBe('Fit: Healthy');
    expect(fits!.rows).toEqual([
      ['relstm', 'tNAA', '8'],
      ['relstm', 'tCr', '5.7'],
    ]);
  });
});

type RecipeCard = ChannelResponse<'recipe:list'>['recipes'][number];
const recipe: RecipeCard = { id: 'r', title: 'R', version: 1, method: 'nlls', options: {}, correction: 'auto', denoising: 'none' }; // prettier-ignore
const method = { citation: 'A paper', isNetwork: false, isAvailable: true };
const methods: Methods = {
  corrections: [
    { ...method, id: 'sr', title: 'Spectral registration' },
    { ...method, id: 'dsr', title: 'dSR', isNetwork: true, isAvailable: false },
  ],
  denoisers: [
    { ...method, id: 'mp-pca', title: 'MP-PCA' },
    { ...method, id: 'relstm', title: 'ReLSTM', isNetwork: true },
  ],
};
const scan = { nucleus: '1H', transients: 16, voxels: 1 };

describe('the choices', () => {
  it('of correction are automatic, none and every method; one without its network can’t be taken', () => {
    const choices = correctionChoices(recipe, scan, methods);
    expect(choices.map(({ value, disabled }) => [value, disabled])).toEqual([
      ['auto', false],
      ['sr', false],
      ['dsr', true],
      ['none', false],
    ]);
    expect(choices[2]!.text).toBe('dSR (not installed)');
    expect(correctionChoices({ ...recipe, correction: 'alignment' }, scan, methods)[0]!.value).toBe('recipe');
  });

  it('of correction are none for averaged scans, other nuclei and recipes that average nothing', () => {
    expect(correctionChoices(recipe, { ...scan, transients: 1 }, methods)).toEqual([]);
    expect(correctionChoices(recipe, { ...scan, nucleus: '31P' }, methods)).toEqual([]);
    expect(correctionChoices({ ...recipe, correction: null }, scan, methods)).toEqual([]);
  });

  it('of denoising leave out what the scan is not for', () => {
    const off = (over: Partial<typeof scan>) =>
      denoisingChoices(recipe, { ...scan, ...over }, methods).flatMap(({ value, disabled }) =>
        disabled ? [value] : [],
      );
    expect(off({})).toEqual([]);
    expect(off({ transients: 1 })).toEqual(['mp-pca']);
    expect(off({ transients: 1, voxels: 64 })).toEqual([]);
    expect(off({ nucleus: '31P' })).toEqual(['relstm']);
    expect(denoisingChoices({ ...recipe, denoising: null }, scan, methods)).toEqual([]);
  });

  it('count only where the scan leaves them', () => {
    const choices = correctionChoices(recipe, scan, methods);
    expect(choiceTaken(choices, 'sr', 'auto')).toBe('sr');
    expect(choiceTaken(choices, 'dsr', 'auto')).toBe('auto');
    expect(choiceTaken([], 'sr', 'auto')).toBe('auto');
  });
});

describe('a stored result', () => {
  const entry = (name: string, details: Record<string, unknown>) =>
    ({ time: '', program: 'Lineshape', version: '1', method: name, details }) as never;

  it('says how it was corrected and denoised, from its provenance', () => {
    const provenance = [
      entry('Frequency and phase correction', { method: 'auto', methods: ['sr'] }),
      entry('Denoising', { denoised: true, method: 'mp-pca' }),
    ];
    expect(correctedBy({ provenance }, methods)).toBe('Automatic: Spectral registration');
    expect(denoisedBy({ provenance }, methods)).toBe('MP-PCA');
  });

  it('says nothing of what was not done', () => {
    const provenance = [entry('Frequency and phase correction', { reference: 'median' })];
    expect(correctedBy({ provenance }, methods)).toBeNull();
    expect(denoisedBy({ provenance }, methods)).toBeNull();
  });
});
