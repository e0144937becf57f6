// The fuzzer itself (tests/fuzz/engine): that counters lead it to a fault that chance alone would not find, that a run can be
// repeated, and what it calls a fault.
import { describe, expect, it } from 'vitest';
import { ReaderError } from '../../src/core/domain/errors.ts';
import { seededRandom } from '../../src/core/math/seededRandom.ts';
import { coverageOf } from '../fuzz/engine/coverage.ts';
import { judgeError, messageFault } from '../fuzz/engine/findings.ts';
import type { Finding } from '../fuzz/engine/findings.ts';
import { decodeCase, encodeCase } from '../fuzz/engine/fuzzCase.ts';
import type { FuzzCase, FuzzTarget } from '../fuzz/engine/fuzzCase.ts';
import { fuzz } from '../fuzz/engine/fuzzLoop.ts';
import type { FuzzFigures } from '../fuzz/engine/fuzzLoop.ts';
import { changedCase } from '../fuzz/mutators/index.ts';
import { SCANS } from '../fixtures/scanFiles.ts';

/** Lower halves of the bytes from the eighth on. */
const MARK = [0xb, 0xd, 0xe];
const RUNS = 4000;
const text = (content: string): FuzzCase => ({
  files: [{ name: 'a.bin', bytes: new TextEncoder().encode(content) }],
});

/** Fails on three bytes in a row, each of which alone is a step that a counter tells of. */
function buried(): { target: FuzzTarget; counters: Record<number, number> } {
  const counters: Record<number, number> = { 0: 0, 1: 0, 2: 0, 3: 0 };
  const run: FuzzTarget['run'] = ([file]) => {
    const bytes = file?.bytes ?? new Uint8Array();
    counters[0]!++;
    let depth = 0;
    while (depth < MARK.length && ((bytes[8 + depth] ?? 0) & 15) === MARK[depth]) counters[++depth]!++;
    if (depth === MARK.length) throw new TypeError('the buried fault');
    throw new ReaderError('FORMAT_INVALID', 'It is something else.');
  };
  return { target: { name: 'buried', refusals: ['ReaderError'], seeds: () => [], run }, counters };
}

async function hunt(seed: number, isGuided: boolean, executions: number) {
  const { target, counters } = buried();
  const found: [Finding, FuzzCase][] = [];
  const kept: string[] = [];
  const blind = { 0: 0 };
  const coverage = coverageOf({ 'buried.ts': { s: isGuided ? counters : blind, f: {}, b: {} } });
  const figures: FuzzFigures = await fuzz({
    target,
    plain: target,
    coverage,
    seed,
    seeds: [text('0123456789abcdef')],
    kept: [],
    wordsOf: () => [],
    onCase: () => undefined,
    onKept: (input) => void kept.push(Buffer.from(encodeCase(input)).toString('hex')),
    onFinding: (finding, input) => void found.push([finding, input]),
    isOver: (n) => n >= executions,
  });
  return { figures, found, kept };
}

describe('the loop', () => {
  it('finds by counters what it does not find without, and makes it small', async () => {
    const blind = await hunt(3, false, RUNS);
    expect(blind.found).toEqual([]);
    const { found, figures } = await hunt(3, true, RUNS);
    expect(figures).toMatchObject({ executions: RUNS, reachedBySeeds: 1, reached: 4, findings: 1 });
    const [finding, smallest] = found.at(-1) as [Finding, FuzzCase];
    expect(finding).toMatchObject({ kind: 'unexpected-error', signature: expect.stringMatching(/the buried fault/) });
    // Eight bytes of anything, then the three.
    expect([...(smallest.files[0]?.bytes ?? [])].slice(8).map((byte) => byte & 15)).toEqual(MARK);
  });

  it('does the same again from the same seed', async () => {
    const [first, second, other] = [await hunt(5, true, 500), await hunt(5, true, 500), await hunt(6, true, 500)];
    expect(second).toEqual(first);
    expect(first.kept.length).toBeGreaterThan(0);
    expect(other.kept).not.toEqual(first.kept);
  });
});

describe('a case', () => {
  it('is kept on the disk as it was', () => {
    const input = { files: [{ name: 'a/b.nii', bytes: Uint8Array.of(10, 0, 255) }, ...text('line\nline').files] };
    expect(decodeCase(encodeCase(input))).toEqual(input);
    expect(decodeCase(Buffer.from(encodeCase(input))).files[0]?.bytes.buffer.byteLength).toBe(3);
  });

  it.each(Object.entries(SCANS))('of %s is changed in many ways, the original never', (_, files) => {
    const input = { files };
    const before = encodeCase(input);
    const changed = Array.from({ length: 100 }, (_, i) => changedCase(input, input, seededRandom(i), ['NaN']));
    expect(encodeCase(input)).toEqual(before);
    expect(new Set(changed.map((one) => Buffer.from(encodeCase(one)).toString('latin1'))).size).toBeGreaterThan(70);
  });
});

describe('what is a fault', () => {
  const target = { refusals: ['ReaderError'], secrets: ['Doe^Jane'] };
  const judged = (error: unknown) => judgeError(error, target)?.kind ?? null;

  it('is any error but a refusal in words', () => {
    expect(judged(new ReaderError('FORMAT_INVALID', 'a.dat is damaged.'))).toBeNull();
    expect([new TypeError('x'), new Error('x'), 'x'].map(judged)).toEqual(Array(3).fill('unexpected-error'));
    expect(judgeError(new ReaderError('FORMAT_INVALID', 'It is damaged.'), { refusals: [] })?.kind).toBe(
      'unexpected-error',
    );
  });

  it('is a message that is none', () => {
    expect(judged(new ReaderError('FORMAT_INVALID', 'a.dat is of Doe^Jane.'))).toBe('message');
    expect(
      ['a'.repeat(2000), 'two\nlines.', 'no end', 'half \ud800.'].map((words) => messageFault(words, [])),
    ).not.toContain(null);
  });
});
