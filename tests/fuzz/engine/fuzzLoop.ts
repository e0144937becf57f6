// The loop: a case of the corpus is changed and run; where it reaches something new it is kept, where it shows a fault that
// the build without counters shows too, twice, it is minimised and noted.
import type { SeededRandom } from '../../../src/core/math/seededRandom.ts';
import { seededRandom } from '../../../src/core/math/seededRandom.ts';
import { changedCase, LARGEST_CASE } from '../mutators/index.ts';
import { createCorpus } from './corpus.ts';
import type { Corpus } from './corpus.ts';
import type { Coverage } from './coverage.ts';
import type { Finding } from './findings.ts';
import type { FuzzCase, FuzzTarget } from './fuzzCase.ts';
import { caseSize } from './fuzzCase.ts';
import { minimised } from './minimise.ts';
import { runCase } from './runCase.ts';

export interface FuzzRun {
  /** With counters. */
  readonly target: FuzzTarget;
  /** Without: it alone decides what is a fault. */
  readonly plain: FuzzTarget;
  readonly coverage: Coverage;
  readonly seed: number;
  readonly seeds: readonly FuzzCase[];
  /** Cases kept by earlier runs. */
  readonly kept: readonly FuzzCase[];
  /** Words of the sources that the seeds reach. */
  readonly wordsOf: (files: readonly string[]) => readonly string[];
  /** Told before each case, so that one that ends the process is not lost. */
  readonly onCase: (input: FuzzCase) => void;
  readonly onKept: (input: FuzzCase) => void;
  readonly onFinding: (finding: Finding, input: FuzzCase) => void;
  readonly isOver: (executions: number) => boolean;
}

export interface FuzzFigures {
  readonly executions: number;
  readonly refused: number;
  readonly corpus: number;
  /** Counters that the sound seeds alone reach. */
  readonly reachedBySeeds: number;
  readonly reached: number;
  readonly findings: number;
}

const MOST_MINIMISING_RUNS = 3000;
/** Of a slow case each run takes seconds. */
const MOST_SLOW_RUNS = 20;

interface LoopState {
  readonly run: FuzzRun;
  readonly corpus: Corpus;
  readonly signatures: Set<string>;
  refused: number;
  executions: number;
}

/** The fault that both runs of the plain build show; null where it isn't shown again. */
async function confirmed({ plain }: FuzzRun, input: FuzzCase): Promise<Finding | null> {
  const first = (await runCase(plain, input)).finding;
  if (first === null) return null;
  const second = (await runCase(plain, input)).finding;
  // Memory that was taken once is not taken from the system again.
  return second?.signature === first.signature || first.kind === 'memory' ? first : null;
}

async function noteFinding(state: LoopState, suspected: Finding, input: FuzzCase): Promise<void> {
  const { run, signatures } = state;
  if (suspected.kind !== 'slow' && signatures.has(suspected.signature)) return;
  const finding = await confirmed(run, input);
  run.coverage.reset();
  signatures.add(suspected.signature);
  if (finding === null || (finding.signature !== suspected.signature && signatures.has(finding.signature))) return;
  signatures.add(finding.signature);
  run.onFinding(finding, input);
  const isSame = async (candidate: FuzzCase): Promise<boolean> => {
    run.onCase(candidate);
    return (await runCase(run.plain, candidate)).finding?.signature === finding.signature;
  };
  const most = finding.kind === 'slow' || finding.kind === 'memory' ? MOST_SLOW_RUNS : MOST_MINIMISING_RUNS;
  run.onFinding(finding, await minimised(input, isSame, most));
  run.coverage.reset();
}

async function tryCase(state: LoopState, input: FuzzCase, isSeed: boolean): Promise<void> {
  const { run, corpus } = state;
  state.executions++;
  run.onCase(input);
  const { finding, isRefused } = await runCase(run.target, input);
  const isNew = run.coverage.note() > 0;
  if (isRefused) state.refused++;
  if (finding !== null) await noteFinding(state, finding, input);
  // A case with a fault would give birth to others of the same.
  else if ((isNew || isSeed) && caseSize(input) <= LARGEST_CASE) {
    corpus.add(input, isSeed);
    if (!isSeed) run.onKept(input);
  }
}

/** Every case is drawn from the run's seed and its own number, so that a run can be repeated. */
export async function fuzz(run: FuzzRun): Promise<FuzzFigures> {
  const state: LoopState = { run, corpus: createCorpus(), signatures: new Set(), refused: 0, executions: 0 };
  run.coverage.reset();
  for (const input of run.seeds) await tryCase(state, input, true);
  const reachedBySeeds = run.coverage.reached();
  const words = [...new Set([...(run.target.words ?? []), ...run.wordsOf(run.coverage.filesReached())])];
  for (const input of run.kept) await tryCase(state, input, false);
  if (state.corpus.entries.length === 0) throw new Error(`No seed of the target ${run.target.name} can be run.`);
  while (!run.isOver(state.executions)) {
    const random: SeededRandom = seededRandom(Math.imul(run.seed, 1_000_003) + state.executions);
    const chosen = state.corpus.choose(random);
    await tryCase(state, changedCase(chosen, state.corpus.choose(random), random, words), false);
  }
  return {
    executions: state.executions,
    refused: state.refused,
    corpus: state.corpus.entries.length,
    reachedBySeeds,
    reached: run.coverage.reached(),
    findings: state.signatures.size,
  };
}
