// Worklist, session, layout, settings and shortcuts: the parts without a window.
import { describe, expect, it } from 'vitest';
import type { DatasetView, ImportResultView, StudyDetailView, StudySummaryView } from '../../src/ipc/contract.ts';
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
  importSentence,
  searchStudies,
  sortStudies,
} from '../../src/renderer/features/worklist/model.ts';

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
  const a = study('a', { studyDate: '2026-01-02', region: 'Thalamus', state: 'signed' });
  const b = study('b', { studyDate: '2026-03-01', sequence: 'PRESS' });
  const c = study('c', { createdAt: '2026-02-01T00:00:00Z' });

  it('sorts both ways with the unknown always last', () => {
    const ids = (descending: boolean): string[] =>
      sortStudies([c, a, b], { key: 'studyDate', descending }).map((s) => s.id);
    expect(ids(true)).toEqual(['b', 'a', 'c']);
    expect(ids(false)).toEqual(['a', 'b', 'c']);
    expect(sortStudies([a, c, b], { key: 'state', descending: false }).map((s) => s.id)).toEqual(['c', 'b', 'a']);
  });

  it('finds by every word, in any field, without case', () => {
    expect(searchStudies([a, b, c], 'thal SIGNED').map((s) => s.id)).toEqual(['a']);
    expect(searchStudies([a, b, c], 'press thal')).toEqual([]);
    expect(searchStudies([a, b, c], '  ')).toHaveLength(3);
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
