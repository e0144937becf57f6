// The main process's end of the study host: waits until it is ready, matches answers, and never leaves anybody waiting.
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ProcessingError, StudyDbError } from '../../src/core/domain/errors.ts';
import type { FromHost, ToHost, ToHostAnswer } from '../../src/main/hostMessages.ts';
import { createStudyHost } from '../../src/main/studyHost.ts';
import type { HostThread } from '../../src/main/studyHost.ts';

/** Stands at the other end of the thread's port. */
function farEnd() {
  const port = new EventEmitter();
  const received: ToHost[] = [];
  const answers: ToHostAnswer[] = [];
  let terminated = 0;
  const thread: HostThread = {
    on: (event, listener) => port.on(event, listener as (value: unknown) => void),
    postMessage: (message) => ('answerTo' in message ? answers.push(message) : received.push(message)),
    terminate: async () => ++terminated,
  };
  const events: unknown[] = [];
  const deaths: Error[] = [];
  const host = createStudyHost(
    thread,
    (event, payload) => events.push([event, payload]),
    {
      print: async ({ html, as }) => {
        if (html === '') throw new ProcessingError('PROCESSING_FAILED', 'The report could not be laid out as PDF.');
        return new TextEncoder().encode(`${as} of ${html}`);
      },
    },
    (error) => deaths.push(error),
  );
  const say = (message: FromHost) => port.emit('message', message);
  return { host, say, port, received, answers, events, deaths, terminations: () => terminated };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('study host', () => {
  it('holds requests until the database is open, then answers each with its own', async () => {
    const { host, say, received } = farEnd();
    const list = host.ask('study:list', {});
    const view = host.ask('view:get', { studyId: 's1' });
    await turn();
    expect(received).toEqual([]);
    say({ kind: 'ready', threads: 3 });
    await turn();
    expect(received.map(({ name }) => name)).toEqual(['study:list', 'view:get']);
    const [first, second] = received as [ToHost, ToHost];
    say({ kind: 'answer', id: second.id, value: { value: 'v' } });
    say({ kind: 'refusal', id: first.id, error: { code: 'STUDY_DB_CORRUPT', message: 'It is damaged.', details: {} } });
    expect(await view).toEqual({ value: 'v' });
    await expect(list).rejects.toThrow(new StudyDbError('STUDY_DB_CORRUPT', 'It is damaged.'));
    await expect(list).rejects.toBeInstanceOf(StudyDbError);
    expect(await host.ready).toEqual({ threads: 3 });
  });

  it('prints for the host, and says in words what can’t be printed', async () => {
    const { say, answers } = farEnd();
    say({ kind: 'ready', threads: 1 });
    say({ kind: 'ask', id: 4, name: 'print', request: { html: 'page', paper: 'a4', as: 'png' } });
    say({ kind: 'ask', id: 5, name: 'print', request: { html: '', paper: 'a4', as: 'pdf' } });
    await turn();
    expect(answers).toMatchObject([
      { answerTo: 4, ok: true, value: new TextEncoder().encode('png of page') },
      {
        answerTo: 5,
        ok: false,
        error: { code: 'PROCESSING_FAILED', message: 'The report could not be laid out as PDF.' },
      },
    ]);
  });

  it('gives the reason in words where the database cannot be opened', async () => {
    const { host, say, deaths } = farEnd();
    const asked = host.ask('study:list', {});
    say({ kind: 'unusable', error: { code: 'STUDY_DB_NEWER', message: 'It is from a newer version.', details: {} } });
    await expect(host.ready).rejects.toThrow('It is from a newer version.');
    await expect(asked).rejects.toThrow('It is from a newer version.');
    expect(deaths).toEqual([]); // the start failed; nothing died under the user's hands
  });

  it('rejects what is under way and tells once when the thread dies', async () => {
    const { host, say, port, deaths } = farEnd();
    say({ kind: 'ready', threads: 1 });
    const asked = host.ask('study:list', {});
    await turn();
    port.emit('error', new Error('out of memory'));
    port.emit('exit', 1);
    await expect(asked).rejects.toMatchObject({ code: 'BUG' });
    await expect(host.ask('study:list', {})).rejects.toMatchObject({ code: 'BUG' });
    expect(deaths).toHaveLength(1);
  });

  it('passes events on', () => {
    const { say, events } = farEnd();
    say({ kind: 'event', event: 'studies:changed', payload: { studyId: 's1' } });
    expect(events).toEqual([['studies:changed', { studyId: 's1' }]]);
  });

  it('closes the database before the thread ends, and does not call that a death', async () => {
    const { host, say, port, received, deaths, terminations } = farEnd();
    say({ kind: 'ready', threads: 1 });
    const closing = host.close();
    await turn();
    expect(received.map(({ name }) => name)).toEqual(['host:close']);
    expect(terminations()).toBe(0);
    say({ kind: 'answer', id: (received[0] as ToHost).id, value: null });
    await closing;
    port.emit('exit', 1);
    expect(terminations()).toBe(1);
    expect(deaths).toEqual([]);
  });
});
