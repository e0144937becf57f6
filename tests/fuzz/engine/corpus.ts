// The cases that reached something new, and which of them is changed next.
import type { SeededRandom } from '../../../src/core/math/seededRandom.ts';
import { below } from '../../fixtures/damages.ts';
import type { FuzzCase } from './fuzzCase.ts';
import { caseSize } from './fuzzCase.ts';

export interface CorpusEntry {
  readonly input: FuzzCase;
  readonly isSeed: boolean;
  /** How often it was changed. */
  uses: number;
}

export interface Corpus {
  readonly entries: readonly CorpusEntry[];
  readonly add: (input: FuzzCase, isSeed: boolean) => void;
  /** The one of two that cost less so far, so that what is new or small is soon used; a third of the draws is of the last ten. */
  readonly choose: (random: SeededRandom) => FuzzCase;
}

const RECENT = 10;

/** What every case costs, in the bytes that cost as much. */
const CASE_BYTES = 4096;

/** Reckoned from sizes, not from time, so that a run can be repeated. */
const costOf = ({ input, uses }: CorpusEntry): number => (uses + 1) * (CASE_BYTES + caseSize(input));

/** An empty corpus; something must be added before it is drawn from. */
export function createCorpus(): Corpus {
  const entries: CorpusEntry[] = [];
  const draw = (random: SeededRandom): CorpusEntry => {
    const last = random.uniform() < 1 / 3 ? Math.min(RECENT, entries.length) : entries.length;
    return entries[entries.length - 1 - below(random, last)] as CorpusEntry;
  };
  return {
    entries,
    add: (input, isSeed) => void entries.push({ input, isSeed, uses: 0 }),
    choose: (random) => {
      const [a, b] = [draw(random), draw(random)];
      const chosen = costOf(a) <= costOf(b) ? a : b;
      chosen.uses++;
      return chosen.input;
    },
  };
}
