// Worklist, session, layout, settings and shortcuts: the parts without a window.
import { describe, expect, it } from 'vitest';
import type {
  DatasetView,
  ImportResultView,
  StudyDetailView,
  StudySummaryView,
  WorklistRowView,
} from '../../src/ipc/contract.ts';
import { worklistQuerySchema } from '../../src/ipc/worklistContract.ts';
import { i18n } from '../../src/renderer/app/i18n/index.ts';
import { combination } from '../../src/renderer/app/shortcuts.ts';
import {
  fieldWords,
  firstDataset,
  patientWords,
  spectraOf,
  timingWords,
  waterFor,
} from '../../src/renderer/features/session/model.ts';
import { effectiveTheme, parseConvention, parseTheme } from '../../src/renderer/features/settings/model.ts';
import {
  DEFAULT_LAYOUT,
  detailText,
  parseLayout,
  spacedWords,
  usablePreset,
} from '../../src/renderer/features/study/model.ts';
import {
  failureLines,
  filterCount,
  importSentence,
  meaningsOf,
  NO_FILTERS,
  nominalFields,
  parseView,
  qualityLight,
  queryOf,
  sortedBy,
  stateLight,
  toggled,
  USUAL_SORTING,
  warningWords,
} from '../../src/renderer/features/worklist/model.ts';
import {
  keptSelection,
  movedTo,
  NOTHING_CHOSEN,
  placeOfKey,
  targetsOf,
  toggledRow,
} from '../../src/renderer/features/worklist/selection.ts';

function study(id: string, part: Partial<StudySummaryView> = {}): StudySummaryView {
  return {
    id,
    patientId: `p-${id}`,
    title: `Study ${id}`,
    studyDate: null,
    region: null,
    state: 'new',
    createdAt: '2026-01-01T00:00:00Z',
    patient: { name: id, id: null, sex: null, birthDate: null, ageYears: null, weightKg: null },
    sequence: null,
    fieldT: null,
    echoTimeS: null,
    repetitionTimeS: null,
    datasetCount: 1,
    resultCount: 0,
    ...part,
  };
}

describe('worklist', () => {
  const row = (part: Partial<WorklistRowView> = {}): WorklistRowView => ({
    ...study('a'),
    ...{ scanner: null, voxels: 1, quality: null, importWarnings: 0, fitWarnings: 0, sending: null },
    ...part,
  });

  it('sorts by another column from its usual end, and by the same one the other way round', () => {
    const byPatient = sortedBy(USUAL_SORTING, 'patient');
    expect(byPatient).toEqual({ sortBy: 'patient', descending: false });
    expect(sortedBy(byPatient, 'patient').descending).toBe(true);
    expect(sortedBy(byPatient, 'results').descending).toBe(true);
    expect(sortedBy(USUAL_SORTING, 'studyDate').descending).toBe(false);
  });

  it('asks with what was typed and chosen', () => {
    const filters = { ...NO_FILTERS, states: toggled(['new' as const], 'signed'), from: '2026-01-01' };
    expect(queryOf('  abc ', filters, USUAL_SORTING)).toEqual({
      ...filters,
      ...{ search: 'abc', meanings: [], states: ['new', 'signed'], sortBy: 'studyDate', descending: true },
    });
    expect(toggled(['a', 'b'], 'a')).toEqual(['b']);
    expect([filterCount(NO_FILTERS), filterCount(filters), filterCount({ ...filters, to: '2026-02-02' })]).toEqual([
      0, 2, 2,
    ]);
  });

  it('asks for states and grades by their words in the language of the window, from three letters on', () => {
    expect(meaningsOf('Müller insuff')).toEqual([{ word: 'insuff', states: [], grades: ['fail'] }]);
    expect(meaningsOf('NOT rated')).toEqual([
      { word: 'not', states: [], grades: ['none'] },
      { word: 'rated', states: [], grades: ['none'] },
    ]);
    expect(meaningsOf('ne si')).toEqual([]);
    // The middle of a word is none of its beginnings.
    expect(meaningsOf('itted')).toEqual([]);
    try {
      i18n.global.locale.value = 'cs';
      expect(meaningsOf('podepsana fitted')).toEqual([{ word: 'podepsana', states: ['signed'], grades: [] }]);
      i18n.global.locale.value = 'de';
      expect(meaningsOf('grenz')).toEqual([{ word: 'grenz', states: [], grades: ['borderline'] }]);
      expect(queryOf('angepasst angepasst', NO_FILTERS, USUAL_SORTING).meanings).toHaveLength(1);
    } finally {
      i18n.global.locale.value = 'en';
    }
  });

  it('sends no more meanings than the contract takes', () => {
    const search = 'new not fit ave bor ins sig rev '.repeat(50);
    expect(() => worklistQuerySchema.parse(queryOf(search, NO_FILTERS, USUAL_SORTING))).not.toThrow();
  });

  it('remembers sorting and filters, and takes nothing that it does not understand', () => {
    const view = {
      sorting: { sortBy: 'quality' as const, descending: true },
      filters: { ...NO_FILTERS, grades: ['fail' as const], fieldsT: [3], to: '2026-05-05', withMrsi: true },
    };
    expect(parseView(JSON.stringify(view))).toEqual(view);
    for (const text of [
      null,
      '',
      '{',
      '7',
      '{"sorting":{"sortBy":"x"},"filters":{"states":["x"],"from":"yesterday"}}',
    ]) {
      expect(parseView(text)).toEqual({ sorting: USUAL_SORTING, filters: NO_FILTERS });
    }
  });

  it('calls fields by their round numbers, each once', () => {
    expect(nominalFields([6.98, 2.89, 3, 1.494, 2.1])).toEqual([1.5, 2.1, 3, 7]);
  });

  it('tells state, quality and warnings in words', () => {
    expect(stateLight('reviewed')).toEqual({ symbol: '●', tone: 'ok', word: 'Reviewed' });
    expect(qualityLight(null)).toEqual({ symbol: '–', tone: 'muted', word: 'Not rated' });
    expect(qualityLight('fail').word).toBe('Insufficient');
    expect(warningWords(row({ importWarnings: 2, fitWarnings: 1 }))).toBe('2 on import; 1 from the newest fit');
    expect(warningWords(row())).toBe('');
  });

  it('says what an import brought, and names each file that failed once', () => {
    const result: ImportResultView = {
      studies: [
        { studyId: '1', title: 'x', isNew: true },
        { studyId: '2', title: 'y', isNew: false },
      ],
      failures: [
        { fileName: 'a.nii', error: { code: 'FILE_EMPTY', message: 'a.nii is empty.', details: {} } },
        { fileName: 'b.nii', error: { code: 'READ_FAILED', message: 'The file can’t be read.', details: {} } },
      ],
      deidentification: null,
    };
    expect(importSentence(result)).toBe('1 study imported; 1 was in the worklist already.');
    expect(failureLines(result)).toEqual(['a.nii is empty.', 'b.nii: The file can’t be read.']);
    expect(importSentence({ studies: [], failures: [], deidentification: null })).toBeNull();
  });
});

describe('the current row and the chosen ones', () => {
  const ids = ['a', 'b', 'c', 'd', 'e'];
  const at = (active: string) => ({ ...NOTHING_CHOSEN, active, anchor: active });

  it('move within the list, and choose a range from the anchor both ways', () => {
    expect(movedTo(at('b'), ids, 99, false).active).toBe('e');
    expect(movedTo(at('b'), ids, -3, false).active).toBe('a');
    const down = movedTo(at('b'), ids, 3, true);
    expect([...down.chosen]).toEqual(['b', 'c', 'd']);
    expect([...movedTo(down, ids, 0, true).chosen]).toEqual(['a', 'b']);
    expect(movedTo(NOTHING_CHOSEN, [], 0, false)).toBe(NOTHING_CHOSEN);
  });

  it('are what something is done to: the chosen in the order of the list, else the current one', () => {
    const two = toggledRow(toggledRow(at('a'), 'd'), 'b');
    expect(targetsOf(two, ids)).toEqual(['b', 'd']);
    expect(targetsOf(toggledRow(toggledRow(two, 'b'), 'd'), ids)).toEqual(['d']);
    expect(targetsOf(NOTHING_CHOSEN, [])).toEqual([]);
  });

  it('lose what a search leaves out, and the first row becomes current', () => {
    const kept = keptSelection(toggledRow(toggledRow(at('a'), 'b'), 'e'), ['c', 'b']);
    expect(kept.active).toBe('c');
    expect([...kept.chosen]).toEqual(['b']);
    expect(keptSelection(at('a'), []).active).toBeNull();
  });

  it('are led by the keys of a list', () => {
    const keys = ['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End', 'x'];
    expect(keys.map((key) => placeOfKey(key, 7, 100, 10))).toEqual([8, 6, 17, -3, 0, 99, null]);
  });
});

function dataset(id: string, role: DatasetView['role'], grid: number[], frequency = 123.25): DatasetView {
  return {
    id,
    studyId: 's',
    role,
    sha256: '',
    fileName: `${id}.nii.gz`,
    sizeBytes: 1,
    importedAt: '',
    description: {
      format: 'nifti-mrs',
      grid,
      dimensions: [],
      points: 1024,
      dwellTimeS: 5e-4,
      spectrometerFrequencyMHz: frequency,
      nucleus: '1H',
      fieldT: 2.89,
      echoTimeS: 0.03,
      repetitionTimeS: 2,
      sequence: null,
      manufacturer: null,
      scannerModel: null,
      region: null,
      affine: null,
      warnings: [],
    },
  };
}

describe('session', () => {
  const mrsi = dataset('mrsi', 'metabolite', [16, 16, 1]);
  const svs = dataset('svs', 'metabolite', [1, 1, 1]);
  const water = dataset('water', 'water', [1, 1, 1]);
  const otherWater = dataset('water7t', 'water', [1, 1, 1], 297.2);
  const detail: StudyDetailView = {
    study: study('s'),
    datasets: [
      dataset('t1', 'image', [256, 256, 160]),
      mrsi,
      otherWater,
      water,
      svs,
      dataset('truth', 'truth', [1, 1, 1]),
    ],
    analyses: [],
    reports: [],
  };

  it('shows a single-voxel metabolite scan first, and no image or truth as a spectrum', () => {
    expect(firstDataset(detail)?.id).toBe('svs');
    expect(spectraOf(detail).map((d) => d.id)).toEqual(['mrsi', 'water7t', 'water', 'svs']);
    expect(firstDataset({ ...detail, datasets: [water] })?.id).toBe('water');
    expect(firstDataset({ ...detail, datasets: [] })).toBeNull();
  });

  it('takes as water reference only what has the same grid and frequency', () => {
    expect(waterFor(detail, svs)?.id).toBe('water');
    expect(waterFor(detail, mrsi)).toBeNull();
    expect(waterFor(detail, water)).toBeNull();
  });

  it('says field, timing and patient as they are said', () => {
    expect(fieldWords(2.8936)).toBe('3 T');
    expect(fieldWords(6.98)).toBe('7 T');
    expect(fieldWords(2.1)).toBe('2.1 T');
    expect(timingWords(0.03, 2)).toBe('TE 30 ms / TR 2000 ms');
    expect(timingWords(null, null)).toBe('');
    expect(patientWords(study('p', { patient: { ...study('p').patient, sex: 'F', ageYears: 46.4 } }))).toBe(
      'female, 46 y',
    );
  });
});

describe('layout and settings', () => {
  it('restores what was stored, and repairs what was not', () => {
    const stored = { preset: 'physics', sizes: { ...DEFAULT_LAYOUT.sizes, 'read-rows': [30, 70] } };
    expect(parseLayout(JSON.stringify(stored))).toEqual(stored);
    expect(parseLayout(null)).toEqual(DEFAULT_LAYOUT);
    expect(parseLayout('{')).toEqual(DEFAULT_LAYOUT);
    expect(parseLayout('{"preset":"x","sizes":{"read-rows":[90,90],"read-top":"a"}}')).toEqual(DEFAULT_LAYOUT);
    expect(usablePreset('mrsi', 1)).toBe('read');
    expect(usablePreset('mrsi', 256)).toBe('mrsi');
  });

  it('reads provenance in words', () => {
    expect(spacedWords('largestShiftHz')).toBe('largest shift Hz');
    expect(detailText(1.23456)).toBe('1.235');
    expect(detailText(64)).toBe('64');
    expect(detailText([])).toBe('none');
    expect(detailText(new Array(20).fill(1))).toBe('20 values');
    expect(detailText({ shiftHz: 2, ok: true })).toBe('shift Hz: 2; ok: yes');
  });

  it('knows its themes and conventions', () => {
    expect(parseTheme('nonsense')).toBe('dark');
    expect(effectiveTheme('system', false)).toBe('light');
    expect(effectiveTheme('light', true)).toBe('light');
    expect(parseConvention(null)).toBe('radiological');
    expect(parseConvention('neurological')).toBe('neurological');
  });
});

describe('shortcuts', () => {
  const key = (part: Partial<KeyboardEvent>): string =>
    combination({ key: '', code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...part });

  it('are written as commands write them, on every platform', () => {
    expect(key({ key: 'k', ctrlKey: true })).toBe('Ctrl+K');
    expect(key({ key: 'k', metaKey: true })).toBe('Ctrl+K');
    expect(key({ key: '?', shiftKey: true })).toBe('?');
    expect(key({ key: 'L', ctrlKey: true, shiftKey: true })).toBe('Ctrl+Shift+L');
    expect(key({ key: '¡', code: 'Digit1', altKey: true })).toBe('Alt+1');
    expect(key({ key: '[', code: 'BracketLeft' })).toBe('[');
  });
});
