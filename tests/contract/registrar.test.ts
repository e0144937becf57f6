// The registrar: who may ask, what is refused, and how errors come back.
import { describe, expect, it } from 'vitest';
import { StudyDbError } from '../../src/core/domain/errors.ts';
import { CHANNELS } from '../../src/ipc/contract.ts';
import type { ChannelName, IpcResult } from '../../src/ipc/contract.ts';
import { createEventLog } from '../../src/main/eventLog.ts';
import { isTrustedSender, registerHandlers } from '../../src/main/registrar.ts';
import type { Handlers, InvokeEvent, SenderFrame } from '../../src/main/registrar.ts';
import { withoutLogin } from '../fixtures/accessSessions.ts';

const ORIGIN = 'app://lineshape';
/** Of the main window's webContents. */
const PAGE_ID = 7;
const PAGE: SenderFrame = { url: 'app://lineshape/index.html', parent: null };

type Listener = (event: InvokeEvent, request: unknown) => Promise<IpcResult<unknown>>;

/** The registrar with every channel answering `replies[channel]`, or throwing it where it is an Error. */
function registered(
  replies: Partial<Record<ChannelName, unknown>>,
  validateResponses = true,
  mainPage: number | null = PAGE_ID,
) {
  const listeners = new Map<string, Listener>();
  const calls: [string, unknown][] = [];
  const lines: string[] = [];
  const handlers = Object.fromEntries(
    Object.keys(CHANNELS).map((channel) => [
      channel,
      (request: unknown) => {
        calls.push([channel, request]);
        const reply = replies[channel as ChannelName];
        if (reply instanceof Error) throw reply;
        return reply;
      },
    ]),
  ) as unknown as Handlers;
  const log = createEventLog(
    (line) => lines.push(line),
    () => '2026-01-01T00:00:00Z',
  );
  registerHandlers({ handle: (channel, listener) => listeners.set(channel, listener) }, handlers, {
    origin: ORIGIN,
    mainPage: () => mainPage,
    access: async () => withoutLogin(),
    validateResponses,
    log,
  });
  const ask = (channel: ChannelName, request: unknown, senderFrame: SenderFrame | null = PAGE) =>
    (listeners.get(channel) as Listener)({ senderFrame, sender: { id: PAGE_ID } }, request);
  return { ask, calls, lines, listeners };
}

describe('registrar', () => {
  it('listens on every channel of the contract', () => {
    expect([...registered({}).listeners.keys()].sort()).toEqual(Object.keys(CHANNELS).sort());
  });

  it('answers a good request with its value', async () => {
    const { ask, calls } = registered({ 'view:get': { value: 'x' } });
    expect(await ask('view:get', { studyId: 's1' })).toEqual({ ok: true, value: { value: 'x' } });
    expect(calls).toEqual([['view:get', { studyId: 's1' }]]);
  });

  it.each([
    ['another site', { url: 'https://example.org/', parent: null }],
    ['a host that only begins like ours', { url: 'app://lineshape.example.org/index.html', parent: null }],
    ['the report page', { url: 'app://report/1', parent: null }],
    ['a frame inside our page', { url: 'app://lineshape/index.html', parent: PAGE }],
    ['a srcdoc frame', { url: 'about:srcdoc', parent: PAGE }],
    ['a frame that is gone', null],
    ['no URL at all', { url: '', parent: null }],
  ])('refuses %s without running the handler', async (_name, frame) => {
    const { ask, calls } = registered({ 'study:list': [] });
    expect(await ask('study:list', {}, frame)).toMatchObject({ ok: false, error: { code: 'USAGE' } });
    expect(calls).toEqual([]);
  });

  it.each([
    ['another window with our own page', 8],
    ['any window while the main one is closed', null],
  ])('refuses %s', async (_name, mainPage) => {
    const { ask, calls, lines } = registered({ 'study:list': [] }, true, mainPage);
    expect(await ask('study:list', {})).toMatchObject({ ok: false, error: { code: 'USAGE' } });
    expect(calls).toEqual([]);
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { level: 'warn', event: 'ipc-refused', channel: 'study:list' },
    ]);
  });

  it.each([
    ['study:open', {}],
    ['study:open', { studyId: 7 }],
    ['study:open', { studyId: 'x'.repeat(65) }],
    ['study:open', null],
    ['settings:get', { key: 'password' }],
    ['import:inspect-paths', { token: 'b1c6b7de-5a2f-4a43-8d0c-0d7ba3e8a1f9', paths: [] }],
    ['import:inspect-paths', { token: '../../etc', paths: ['/data/a.nii'] }],
    [
      'import:commit',
      { token: 'b1c6b7de-5a2f-4a43-8d0c-0d7ba3e8a1f9', choices: { roles: { a: 'signed' }, deidentify: true } },
    ],
    ['import:commit', { token: 'b1c6b7de-5a2f-4a43-8d0c-0d7ba3e8a1f9', choices: { roles: {} } }],
    ['study:set-state', { studyId: 's1', state: 'deleted' }],
    ['fit:start', { datasetId: 'd1', waterDatasetId: null, basisId: 'b', recipeId: 'r', options: {}, voxels: [-1] }],
  ] as const)('refuses a malformed %s without running the handler: %j', async (channel, request) => {
    const { ask, calls } = registered({});
    expect(await ask(channel, request)).toMatchObject({ ok: false, error: { code: 'USAGE' } });
    expect(calls).toEqual([]);
  });

  it('drops fields the contract does not know', async () => {
    const { ask, calls } = registered({ 'study:list': [] });
    await ask('study:list', { sql: 'DROP TABLE studies' });
    expect(calls).toEqual([['study:list', {}]]);
  });

  it('does not repeat a refused value in the answer or the log', async () => {
    const { ask, lines } = registered({});
    const answer = await ask('study:open', { studyId: ['SMITH^JOHN'] });
    expect(JSON.stringify(answer) + lines.join('')).not.toContain('SMITH');
    expect(JSON.stringify(answer)).toContain('studyId');
  });

  it('hands an expected error over in its own words', async () => {
    const { ask } = registered({
      'study:open': new StudyDbError('NOT_FOUND', 'There is no such study.', { kind: 'study' }),
    });
    expect(await ask('study:open', { studyId: 's1' })).toEqual({
      ok: false,
      error: { code: 'NOT_FOUND', message: 'There is no such study.', details: { kind: 'study' } },
    });
  });

  it('marks an unexpected error as a bug, and logs where it happened but not what it says', async () => {
    const { ask, lines } = registered({ 'study:open': new TypeError("can't read SMITH.nii") });
    expect(await ask('study:open', { studyId: 's1' })).toMatchObject({ ok: false, error: { code: 'BUG' } });
    const logged = lines.join('');
    expect(logged).toContain('"code":"BUG"');
    expect(logged).toMatch(/registrar\.test\.ts:\d+/);
    expect(logged).not.toContain('SMITH');
  });

  it('catches an answer that breaks the contract in development, and spares the cost otherwise', async () => {
    const wrong = { 'view:get': { value: 7 } };
    expect(await registered(wrong, true).ask('view:get', { studyId: 's1' })).toMatchObject({
      ok: false,
      error: { code: 'BUG' },
    });
    expect(await registered(wrong, false).ask('view:get', { studyId: 's1' })).toMatchObject({ ok: true });
  });
});

describe('isTrustedSender', () => {
  it('trusts the main frame of the own origin only', () => {
    const trusted = (senderFrame: SenderFrame): boolean =>
      isTrustedSender({ senderFrame, sender: { id: PAGE_ID } }, ORIGIN, PAGE_ID);
    expect(trusted(PAGE)).toBe(true);
    expect(trusted({ url: 'app://lineshape@evil/index.html', parent: null })).toBe(false);
    expect(trusted({ url: 'file:///index.html', parent: null })).toBe(false);
  });
});
