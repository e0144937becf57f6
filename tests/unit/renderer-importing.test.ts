// The import dialog's model: roles, counts, obstacles, words.
import { describe, expect, it } from 'vitest';
import type { ImportPreview } from '../../src/core/domain/importPreview.ts';
import {
  choicesOf,
  dropTitle,
  extentWords,
  failureSentence,
  importLabel,
  keptStudies,
  obstacle,
  previewSentence,
  roleOf,
  sizeWords,
  studyObstacle,
  studySubtitle,
  withRole,
} from '../../src/renderer/features/importing/model.ts';
import { currentOf, isPending, withPart, withPreview } from '../../src/renderer/features/importing/pending.ts';
import type { PendingList } from '../../src/renderer/features/importing/pending.ts';
import {
  endingOf,
  entryLight,
  mayRead,
  queueEntries,
  withEnding,
  type EndedImport,
} from '../../src/renderer/features/importing/queue.ts';
import { previewItem, previewOf } from '../fixtures/importPreviews.ts';

const scan = previewItem({ id: 'scan' });
const image = previewItem({ id: 'image', role: 'image', possibleRoles: ['image', 'skip'] });
const preview = previewOf([scan, image]);
const two: ImportPreview = {
  ...preview,
  studies: [...preview.studies, ...previewOf([previewItem({ id: 'b' })]).studies],
};

describe('roles', () => {
  it('are what was recognised until changed, and a change back is no change', () => {
    const changed = withRole({}, scan, 'water');
    expect(roleOf(scan, {})).toBe('metabolite');
    expect(roleOf(scan, changed)).toBe('water');
    expect(withRole(changed, scan, 'metabolite')).toEqual({});
    expect(withRole(changed, image, 'skip')).toEqual({ scan: 'water', image: 'skip' });
    expect(choicesOf(changed, true)).toEqual({ roles: { scan: 'water' }, deidentify: true });
  });
});

describe('what would be imported', () => {
  it('counts the studies of which something is kept', () => {
    expect(keptStudies(two, {})).toBe(2);
    expect(keptStudies(two, { b: 'skip' })).toBe(1);
    expect([importLabel(1), importLabel(2)]).toEqual(['Import 1 study', 'Import 2 studies']);
  });

  it('is refused where a study keeps images but no scan, and where nothing is left', () => {
    expect(obstacle(preview, {})).toBeNull();
    expect(obstacle(preview, { scan: 'water' })).toBeNull();
    expect(studyObstacle(preview.studies[0]!, { scan: 'skip' })).toMatch(/No spectroscopy scan/);
    expect(obstacle(preview, { scan: 'skip' })).toMatch(/No spectroscopy scan/);
    expect(obstacle(preview, { scan: 'skip', image: 'skip' })).toMatch(/Every file is left out/);
    // A study that is left out as a whole stands in no other's way.
    expect(obstacle(two, { scan: 'skip', image: 'skip' })).toBeNull();
    expect(obstacle({ studies: [], failures: [] }, {})).toMatch(/Nothing in these files/);
  });
});

describe('words', () => {
  it('say what was found', () => {
    expect(previewSentence(preview)).toBe('1 study, 2 datasets.');
    expect(previewSentence({ ...two, failures: [{ fileName: 'x', message: 'x is empty.' }] })).toBe(
      '2 studies, 3 datasets; 1 file can’t be imported.',
    );
    expect(previewSentence({ studies: [], failures: [] })).toBe('No scan was recognised.');
  });

  it('name the patient and the day as far as the files do', () => {
    expect(studySubtitle(preview.studies[0]!)).toBe('Test Person · 2026-01-02');
    expect(studySubtitle({ ...preview.studies[0]!, patient: null, studyDate: null })).toBe('No name in the files');
  });

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [9949, '9.9 kB'],
    [9950, '10 kB'],
    [9999, '10 kB'],
    [262144, '262 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [1.5e9, '1.5 GB'],
    [5e15, '5000 TB'],
  ])('write %d bytes as %s', (bytes, words) => {
    expect(sizeWords(bytes)).toBe(words);
  });

  it('give number and size of files, and a failure with its file named once', () => {
    expect(extentWords({ fileCount: 192, sizeBytes: 25_000_000 })).toBe('192 files, 25 MB');
    expect(failureSentence({ fileName: 'a.nii', message: 'a.nii is empty.' })).toBe('a.nii is empty.');
    expect(failureSentence({ fileName: 'a.nii', message: 'It is empty.' })).toBe('a.nii: It is empty.');
  });
});

describe('imports under way', () => {
  const tokens = (list: PendingList): string[] => list.map(({ token }) => token);

  it('are shown once they take long, and asked about as soon as they are read', () => {
    const begun = withPart([], 'a', { message: 'Reading a' });
    expect(currentOf(begun)).toBeNull();
    expect(currentOf(withPart(begun, 'a', { visible: true }))).toMatchObject({ token: 'a', message: 'Reading a' });
    expect(currentOf(withPreview(begun, 'a', preview))).toMatchObject({ token: 'a', preview });
    expect(isPending(begun, 'a') && !isPending(begun, 'b')).toBe(true);
  });

  it('keep the question on screen when another becomes ready, even one that began before', () => {
    const both = withPart(withPart([], 'first', { visible: true }), 'second', {});
    const asked = withPreview(both, 'second', preview);
    expect(currentOf(asked)?.token).toBe('second');
    const ready = withPreview(asked, 'first', two);
    expect(currentOf(ready)?.token).toBe('second');
    expect(tokens(ready)).toEqual(['second', 'first']);
    expect(tokens(withPart(ready, 'third', {}))).toEqual(['second', 'first', 'third']);
  });
});

describe('the import queue', () => {
  const read = withPreview([], 'a', preview);

  it('reads one drop at a time, and not far ahead of the user', () => {
    expect(mayRead([])).toBe(true);
    expect(mayRead(withPart([], 'a', {}))).toBe(false);
    expect(mayRead(read)).toBe(true);
    expect(mayRead(withPreview(withPreview(read, 'b', preview), 'c', preview))).toBe(false);
  });

  it('is told in the order in which it is worked off, each with how it stands', () => {
    const nothing = { imported: { kind: 'imported', studies: 2, failures: [] } } as const;
    const ended: EndedImport[] = [
      { token: 'w', title: 'w', ending: nothing.imported },
      { token: 'x', title: 'x', ending: { kind: 'imported', studies: 1, failures: ['y.nii is empty.'] } },
      { token: 'y', title: 'y', ending: { kind: 'failed', reason: 'The disk is gone.' } },
      { token: 'z', title: 'z', ending: { kind: 'cancelled' } },
    ];
    const pending = withPart(withPart(read, 'b', {}), 'c', { cancelling: true });
    const entries = queueEntries(ended, pending, [{ token: 'd', title: 'd' }]);
    expect(entries.map((entry) => `${entry.token} ${entryLight(entry).key}`)).toEqual([
      'w imported',
      'x partly',
      'y failed',
      'z cancelled',
      'a asking',
      'b reading',
      'c stopping',
      'd waiting',
    ]);
  });

  it('keeps the reasons of what failed, and the last endings only', () => {
    const error = { code: 'FILE_EMPTY', message: 'It is empty.', details: {} } as const;
    const result = { studies: [], failures: [{ fileName: 'a.nii', error }], deidentification: null };
    expect(endingOf(result)).toEqual({ kind: 'imported', studies: 0, failures: ['a.nii: It is empty.'] });
    let ended: EndedImport[] = [];
    for (let i = 0; i < 60; i++) {
      ended = withEnding(ended, { token: String(i), title: '', ending: { kind: 'nothing' } });
    }
    expect([ended.length, ended[0]?.token]).toEqual([50, '10']);
  });

  it('is named by what was dropped', () => {
    expect([dropTitle([]), dropTitle(['a.nii']), dropTitle(['a.nii', 'b', 'c'])]).toEqual([
      '',
      'a.nii',
      'a.nii and 2 more',
    ]);
  });
});
