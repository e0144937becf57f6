// The batch page's model: words, counts, progress, and what is remembered.
import { describe, expect, it } from 'vitest';
import type { BatchItemView, BatchView } from '../../src/ipc/contract.ts';
import {
  batchLight,
  countsOf,
  countWords,
  itemLight,
  overallFraction,
  parseSettings,
  settingsWords,
  undone,
  usableSettings,
  WHAT_SUITS,
  withItems,
  type ItemState,
} from '../../src/renderer/features/batch/model.ts';

const item = (studyId: string, state: ItemState, message: string | null = null) => ({ studyId, state, message });
const items = [item('a', 'done'), item('b', 'running'), item('c', 'failed', 'No.'), item('d', 'waiting')];

describe('a batch on screen', () => {
  it('counts its studies, and says so in one line', () => {
    const counts = countsOf(items);
    expect(counts).toEqual({ waiting: 1, running: 1, done: 1, failed: 1, cancelled: 0, interrupted: 0 });
    expect(countWords(counts)).toBe('1 of 4 done, 1 failed, 1 running, 1 waiting');
    expect(countWords(countsOf([item('a', 'done')]))).toBe('1 of 1 done');
    expect(undone(countsOf([...items, item('e', 'interrupted'), item('f', 'cancelled')]))).toBe(3);
  });

  it('is as far as its studies are, the running ones by their share', () => {
    expect(overallFraction(items, new Map([['b', 0.5]]))).toBe(2.5 / 4);
    expect(overallFraction(items, new Map())).toBe(0.5);
    expect(overallFraction([], new Map())).toBe(1);
  });

  it('takes what one of its studies has come to, and leaves the others', () => {
    const whole = (id: string): BatchItemView => ({
      ...item(id, 'waiting'),
      analysisId: null,
      resultCount: 0,
      patient: { name: id, id: null, sex: null, birthDate: null, ageYears: null, weightKg: null },
      title: id,
      studyDate: null,
    });
    const batch: BatchView = {
      id: 'b',
      settings: WHAT_SUITS,
      state: 'running',
      createdAt: '',
      finishedAt: null,
      jobId: 'j',
      items: [whole('a'), whole('b')],
    };
    const ended = { studyId: 'b', state: 'done' as const, message: null, analysisId: 'r', resultCount: 2 };
    const changed = withItems(batch, new Map([['b', ended]]));
    expect(changed.items[1]).toEqual({ ...whole('b'), ...ended });
    expect(changed.items[0]).toBe(batch.items[0]);
    // A study that is not of it changes nothing.
    expect(withItems(batch, new Map([['c', { ...ended, studyId: 'c' }]])).items).toEqual(batch.items);
  });

  it('tells states by symbol and word, and what was done in part with caution', () => {
    expect(itemLight(item('a', 'failed', 'No.'))).toEqual({ symbol: '✕', tone: 'stop', word: 'Failed' });
    expect(itemLight(item('a', 'done')).word).toBe('Done');
    expect(itemLight(item('a', 'done', 'QNet gave no result.'))).toEqual({ symbol: '▲', tone: 'caution', word: 'Done in part' }); // prettier-ignore
    const all = countsOf([item('a', 'done')]);
    expect(batchLight('interrupted', all).word).toBe('Interrupted');
    expect(batchLight('done', all)).toMatchObject({ symbol: '✓', word: 'Done' });
    expect(batchLight('done', countsOf(items))).toMatchObject({ symbol: '▲', word: 'Done in part' });
    expect(batchLight('done', countsOf([item('c', 'failed', 'No.')]))).toMatchObject({ symbol: '✕', word: 'Failed' });
    // Nothing has failed yet of one that runs.
    expect(batchLight('running', countsOf([item('d', 'waiting')])).word).toBe('Running');
  });
});

describe('a set-up', () => {
  const chosen = { recipeId: 'svs-default', method: 'quest', alsoBy: ['qnet', 'nlls'], basisId: 'b1' };

  it('is said in one line, by the names of the window', () => {
    const names = { recipe: (id: string) => `called ${id}`, basis: (id: string) => `called ${id}` };
    expect(settingsWords(WHAT_SUITS, names)).toBe('Recipe: What suits each scan; the recipe’s method');
    expect(settingsWords(chosen, names)).toBe(
      'Recipe: called svs-default; QUEST; also by QNet, NLLS; basis set called b1',
    );
  });

  it('is remembered, and what is not understood suits', () => {
    expect(parseSettings(JSON.stringify(chosen))).toEqual(chosen);
    for (const text of [null, '', '{', '7', '{"recipeId":7,"alsoBy":"x","basisId":""}']) {
      expect(parseSettings(text)).toEqual(WHAT_SUITS);
    }
  });

  it('loses what is not there any more', () => {
    const known = { recipes: ['svs-default'], methods: ['nlls'], bases: [] };
    expect(usableSettings(chosen, known)).toEqual({ recipeId: 'svs-default', method: null, alsoBy: ['nlls'], basisId: null }); // prettier-ignore
  });
});
