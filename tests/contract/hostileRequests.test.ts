// Every channel of the contract fed with what no page of ours would send: refused in words, never run, never a crash, and
// neither answer nor log repeats it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHANNELS } from '../../src/ipc/contract.ts';
import type { ChannelName, IpcResult } from '../../src/ipc/contract.ts';
import { requestLimitBytes } from '../../src/ipc/requestLimits.ts';
import { createEventLog } from '../../src/main/eventLog.ts';
import { registerHandlers } from '../../src/main/registrar.ts';
import type { Handlers, InvokeEvent } from '../../src/main/registrar.ts';
import { MOST_LEVELS } from '../../src/main/requestWeight.ts';
import { sampleOf } from './sampleOfSchema.ts';
import { withoutLogin } from '../fixtures/accessSessions.ts';

const NAMES = Object.keys(CHANNELS) as ChannelName[];
const EVENT: InvokeEvent = { senderFrame: { url: 'app://lineshape/index.html', parent: null }, sender: { id: 1 } };
const SECRET = 'SMITH^JOHN';

type Listener = (event: InvokeEvent, request: unknown) => Promise<IpcResult<unknown>>;

/** All channels with handlers that only note what they were run with; responses are not what is tested here. */
function registered() {
  const listeners = new Map<string, Listener>();
  const lines: string[] = [];
  const runs: unknown[] = [];
  const note = (request: unknown): void => void runs.push(request);
  registerHandlers(
    { handle: (channel, listener) => listeners.set(channel, listener) },
    Object.fromEntries(NAMES.map((name) => [name, note])) as unknown as Handlers,
    {
      origin: 'app://lineshape',
      mainPage: () => 1,
      access: async () => withoutLogin(),
      validateResponses: false,
      log: createEventLog(
        (line) => lines.push(line),
        () => '2026-01-01T00:00:00Z',
      ),
    },
  );
  const ask = (channel: ChannelName, request: unknown): Promise<IpcResult<unknown>> =>
    (listeners.get(channel) as Listener)(EVENT, request);
  return { ask, lines, runs };
}

/** Every place of a request, the request itself as []. */
function placesOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  const below =
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, held]) => placesOf(held, [...path, key]))
      : [];
  return [path, ...below];
}

/** A copy with one place exchanged. */
function spoiled(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
  copy[key] = spoiled(copy[key], rest, by);
  return copy;
}

function nested(levels: number): unknown {
  let value: unknown = SECRET;
  for (let level = 0; level < levels; level++) value = { next: value };
  return value;
}

function ring(): unknown {
  const held: Record<string, unknown> = { [SECRET]: SECRET };
  held['self'] = held;
  return held;
}

/** Lists of lists that look small and are 10⁹ texts. */
function bomb(): unknown {
  let list: unknown[] = Array.from({ length: 10 }, () => SECRET);
  for (let level = 0; level < 8; level++) list = Array.from({ length: 10 }, () => list);
  return list;
}

/** What structured clone carries and no place of any request may hold. */
const NEVER: readonly (readonly [string, () => unknown])[] = [
  ['a map', () => new Map([[SECRET, SECRET]])],
  ['a set', () => new Set([SECRET])],
  ['a date', () => new Date(0)],
  ['a pattern', () => /SMITH/],
  ['an error', () => new Error(SECRET)],
  ['a buffer', () => new ArrayBuffer(8)],
  ['bytes', () => new Uint8Array(8)],
  ['a large integer', () => 10n],
  ['a boxed text', () => new String(SECRET)],
  ['not a number', () => NaN],
  ['infinity', () => Infinity],
  ['a ring', ring],
  ['deep nesting', () => nested(MOST_LEVELS + 2)],
  ['very deep nesting', () => nested(100_000)],
  ['a knot of lists', bomb],
  ['a very sparse list', () => new Array(2 ** 32 - 1)],
  ['a very long text', () => SECRET.repeat(14_000_000)],
];

describe.each(NAMES)('%s', (channel) => {
  const sample = sampleOf(CHANNELS[channel].request);

  it('takes what the contract asks for', async () => {
    const { ask, runs, lines } = registered();
    expect(await ask(channel, sample)).toEqual({ ok: true, value: undefined });
    expect(runs).toEqual([sample]);
    expect(lines).toEqual([]);
  });

  it('refuses in every place what no request holds', async () => {
    const { ask, lines, runs } = registered();
    for (const place of placesOf(sample)) {
      for (const [name, make] of NEVER) {
        const answer = await ask(channel, spoiled(sample, place, make()));
        expect(answer, `${name} at ${place.join('.') || 'the request itself'}`).toMatchObject({
          ok: false,
          error: { code: 'USAGE', message: expect.stringMatching(/^The request \S+ was refused: .+\.$/) },
        });
        expect(JSON.stringify(answer).includes(SECRET)).toBe(false);
      }
    }
    expect(runs).toEqual([]);
    expect(lines.length).toBe(placesOf(sample).length * NEVER.length);
    expect(lines.every((line) => line.includes('"ipc-malformed"') && line.length < 300)).toBe(true);
    expect(lines.join('').includes(SECRET)).toBe(false);
  });

  it('refuses a request that lacks a field, and one that is of another kind', async () => {
    const { ask, runs } = registered();
    for (const request of [undefined, null, 0, '', true, [], [sample]])
      expect(await ask(channel, request)).toMatchObject({ ok: false, error: { code: 'USAGE' } });
    const shape = (CHANNELS[channel].request as unknown as { shape: Record<string, unknown> }).shape;
    for (const name of Object.keys(shape)) {
      const rest = Object.fromEntries(Object.entries(sample as object).filter(([field]) => field !== name));
      const optional = CHANNELS[channel].request.safeParse(rest).success;
      const answer = await ask(channel, rest);
      expect(answer.ok, name).toBe(optional);
    }
    expect(runs.every((run) => CHANNELS[channel].request.safeParse(run).success)).toBe(true);
  });

  it('answers anything at all, and runs only what the contract accepts', async () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withNullPrototype: true,
      withSparseArray: true,
      withTypedArray: true,
    });
    const places = placesOf(sample);
    const request = fc
      .tuple(fc.nat(places.length - 1), anything)
      .map(([place, by]) => spoiled(sample, places[place] ?? [], by));
    await fc.assert(
      fc.asyncProperty(fc.oneof(anything, request), async (value) => {
        const { ask, runs } = registered();
        const answer = await ask(channel, value);
        if (answer.ok) expect(CHANNELS[channel].request.safeParse(runs[0]).success).toBe(true);
        else expect([answer.error.code, runs]).toEqual(['USAGE', []]);
      }),
      { numRuns: 60, seed: 9 },
    );
  });

  it('refuses a field too many only for its weight, and hands none on', async () => {
    const { ask, runs } = registered();
    const polluted = JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {}}}') as object;
    expect(await ask(channel, { ...polluted, ...(sample as object), further: SECRET })).toMatchObject({ ok: true });
    expect(runs).toEqual([sample]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    const heavy = { ...(sample as object), further: 'x'.repeat(requestLimitBytes(channel) / 2) };
    expect(await ask(channel, heavy)).toMatchObject({ ok: false, error: { details: { fault: 'too-large' } } });
    expect(runs.length).toBe(1);
  });
});

describe('the largest requests that are in use', () => {
  const uuid = 'b1c6b7de-5a2f-4a43-8d0c-0d7ba3e8a1f9';
  const ids = Array.from({ length: 100_000 }, () => uuid);
  const indices = Array.from({ length: 100_000 }, (_, index) => index);
  const steps = new Array<number>(100_000).fill(0.5);
  const waveform = { name: 'pulse', amplitude: steps, phaseRad: steps, gradient: steps };
  const regions = Array.from({ length: 50 }, () => ({ name: 'white matter', voxels: indices.slice(0, 10_000) }));
  const fields = (channel: ChannelName): Record<string, unknown> =>
    sampleOf(CHANNELS[channel].request) as Record<string, unknown>;

  it.each([
    ['view:set', { studyId: uuid, value: 'x'.repeat(400_000) }],
    ['worklist:delete', { studyIds: ids }],
    ['batch:start', { ...fields('batch:start'), studyIds: ids }],
    ['export:reports', { ...fields('export:reports'), studyIds: ids }],
    ['comparison:methods', { studyIds: ids }],
    ['comparison:save', { format: 'png', suggestedName: 'figure', content: 'A'.repeat(64_000_000) }],
    [
      'import:inspect-paths',
      { token: uuid, paths: indices.slice(0, 50_000).map((n) => `/data/${'f'.repeat(600)}${n}`) },
    ],
    ['basis:pulse-profile', { role: 'editing', pulse: { shape: 'waveform', waveform } }],
    ['fit:start', { ...fields('fit:start'), voxels: indices }],
    ['lcmodel:run', { ...fields('lcmodel:run'), voxels: indices }],
    ['mrsi:region-mean', { datasetId: uuid, waterDatasetId: null, voxels: indices }],
    ['report:preview', { analysisId: uuid, voxel: 0, drawn: { regions } }],
  ] as [ChannelName, Record<string, unknown>][])('%s is taken', async (channel, request) => {
    const { ask, runs } = registered();
    const answer = await ask(channel, request);
    const why = answer.ok ? '' : answer.error.message;
    expect([why, runs.length]).toEqual(['', 1]);
  });
});
