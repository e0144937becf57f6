// The batch page's model: words, counts, progress, and what is remembered.
import { describe, expect, it } from 'vitest';
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

  it('tells states by symbol and word, and what was done in part with caution', () => {
    expect(itemLight(item('a', 'failed', 'No.'))).toEqual({ symbol: '✕', tone: 'stop', word: 'Failed' });
    expect(itemLight(item('a', 'done')).word).toBe('Done');
    expect(itemLight(item('a', 'done', 'QNet gave no result.'))).toEqual({ symbol: '▲', tone: 'caution', word: 'Done in part' }); // prettier-ignore
    expect(batchLight('interrupted').word).toBe('Interrupted');
  });
});

describe('a set-up', () => {
  const chosen = { recipeId: 'svs-default', method: 'quest', alsoBy: ['qnet', 'nlls'], basisId: 'b1' };

  it('is said in one line', () => {
    expect(settingsWords(WHAT_SUITS)).toBe('Recipe: What suits each scan; the recipe’s method');
    expect(settingsWords(chosen)).toBe('Recipe: svs-default; QUEST; also by QNet, NLLS; basis set b1');
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
