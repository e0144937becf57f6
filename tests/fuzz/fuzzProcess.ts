// The process of one target; scripts/fuzz.mjs starts it and looks after it.
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { coverageOf } from './engine/coverage.ts';
import type { Coverage } from './engine/coverage.ts';
import type { Finding } from './engine/findings.ts';
import { decodeCase, encodeCase } from './engine/fuzzCase.ts';
import type { FuzzCase, FuzzTarget } from './engine/fuzzCase.ts';
import { fuzz } from './engine/fuzzLoop.ts';
import { runCase, watchRejections } from './engine/runCase.ts';
import { publicCases } from './publicCases.ts';

export interface FuzzOrder {
  readonly target: string;
  readonly seed: number;
  /** null: as many executions as are named. */
  readonly seconds: number | null;
  readonly executions: number | null;
  /** Where kept cases lie; null: nothing is kept, and nothing of earlier runs is taken. */
  readonly corpus: string | null;
  readonly findings: string;
  /** The case that runs is written here. */
  readonly current: string;
  /** Where the figures are written at the end. */
  readonly result: string;
  /** A case to run once, instead of all else. */
  readonly replay: string | null;
}

type Targets = { readonly TARGETS: readonly FuzzTarget[] };

const load = async (build: string): Promise<Targets> =>
  (await import(new URL(`targets.${build}.js`, import.meta.url).href)) as Targets;

function targetOf({ TARGETS }: Targets, name: string): FuzzTarget {
  const found = TARGETS.find((target) => target.name === name);
  if (found === undefined) throw new Error(`There is no target "${name}"; there are ${TARGETS.map((t) => t.name).join(', ')}.`); // prettier-ignore
  return found;
}

function keptCases(folder: string | null): FuzzCase[] {
  if (folder === null) return [];
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder)
    .sort()
    .map((name) => decodeCase(readFileSync(join(folder, name))));
}

const nameOf = (encoded: Uint8Array): string => createHash('sha256').update(encoded).digest('hex').slice(0, 16);

/** The number of the case before it, so that whoever watches sees that it changes. */
function caseNoter(path: string): { note: (input: FuzzCase) => void; close: () => void } {
  const file = openSync(path, 'w');
  const head = Buffer.alloc(16);
  let serial = 0;
  return {
    note: (input) => {
      const encoded = encodeCase(input);
      head.writeUInt32LE(++serial, 0);
      head.writeUInt32LE(encoded.length, 8);
      writeSync(file, head, 0, head.length, 0);
      writeSync(file, encoded, 0, encoded.length, head.length);
    },
    close: () => closeSync(file),
  };
}

function wordsReader(): (files: readonly string[]) => readonly string[] {
  const words = JSON.parse(readFileSync(new URL('words.json', import.meta.url), 'utf8')) as Record<string, string[]>;
  return (files) => files.flatMap((file) => words[file] ?? []);
}

function storeFinding(order: FuzzOrder, finding: Finding, input: FuzzCase): void {
  mkdirSync(order.findings, { recursive: true });
  const name = `${order.target}-${createHash('sha256').update(finding.signature).digest('hex').slice(0, 10)}`;
  writeFileSync(join(order.findings, `${name}.case`), encodeCase(input));
  writeFileSync(join(order.findings, `${name}.txt`), `${finding.kind}\n${finding.signature}\n${finding.what}\n`);
  process.stderr.write(`${order.target}: ${finding.kind}: ${finding.signature}\n`);
}

function reachedOf(coverage: Coverage): { files: readonly (readonly [string, number])[]; map: string } {
  return { files: coverage.files(), map: Buffer.from(coverage.reachedMap()).toString('base64') };
}

async function run(order: FuzzOrder): Promise<void> {
  const plain = targetOf(await load('plain'), order.target);
  if (order.replay !== null) {
    const outcome = await runCase(plain, decodeCase(readFileSync(order.replay)));
    process.stdout.write(`${JSON.stringify(outcome)}\n`);
    await plain.close?.();
    return;
  }
  const target = targetOf(await load('instrumented'), order.target);
  const coverage = coverageOf(
    (globalThis as unknown as { __coverage__: Parameters<typeof coverageOf>[0] }).__coverage__,
  );
  const noter = caseNoter(order.current);
  const began = performance.now();
  const secondsGone = (): number => (performance.now() - began) / 1000;
  const figures = await fuzz({
    target,
    plain,
    coverage,
    seed: order.seed,
    seeds: [...(await plain.seeds()), ...publicCases(target.takesPublicFile)],
    kept: keptCases(order.corpus),
    wordsOf: wordsReader(),
    onCase: noter.note,
    onKept: (input) => {
      const encoded = encodeCase(input);
      if (order.corpus !== null) writeFileSync(join(order.corpus, nameOf(encoded)), encoded);
    },
    onFinding: (finding, input) => storeFinding(order, finding, input),
    isOver: (executions) =>
      order.seconds === null ? executions >= (order.executions ?? 0) : secondsGone() > order.seconds,
  });
  noter.close();
  await target.close?.();
  await plain.close?.();
  writeFileSync(order.result, JSON.stringify({ ...figures, seconds: secondsGone(), coverage: reachedOf(coverage) }));
}

watchRejections();
try {
  await run(JSON.parse(process.argv[2] ?? '{}') as FuzzOrder);
} catch (error) {
  // A fault of the fuzzer itself.
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}
// Threads and timers of a target are not waited for; output to a pipe is, where process.exit would cut it.
process.stdout.write('', () => process.exit(0));
