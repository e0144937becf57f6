// Events to the page: those of the contract pass as they are; one that breaks it is never sent.
import { describe, expect, it } from 'vitest';
import { EVENTS } from '../../src/ipc/contract.ts';
import type { EventName } from '../../src/ipc/contract.ts';
import { createEmit } from '../../src/main/emit.ts';
import { createEventLog } from '../../src/main/eventLog.ts';
import { sampleOf } from './sampleOfSchema.ts';

function recorded(validate: boolean) {
  const sent: [string, unknown][] = [];
  const lines: string[] = [];
  const log = createEventLog(
    (line) => lines.push(line),
    () => '2026-01-01T00:00:00Z',
  );
  const emit = createEmit((event, payload) => sent.push([event, payload]), { validate, log });
  return { emit: emit as (event: EventName, payload: unknown) => void, sent, lines };
}

describe.each(Object.keys(EVENTS) as EventName[])('%s', (event) => {
  it('is sent as it is where it keeps the contract', () => {
    const { emit, sent, lines } = recorded(true);
    const payload = sampleOf(EVENTS[event]);
    emit(event, payload);
    expect([sent, lines]).toEqual([[[event, payload]], []]);
  });

  it('is not sent where it breaks the contract, and neither word nor log repeats it', () => {
    const { emit, sent, lines } = recorded(true);
    emit(event, { ...(sampleOf(EVENTS[event]) as object), ...broken(event) });
    expect(sent.map(([name]) => name)).toEqual(['app:error']);
    expect(lines.length).toBe(1);
    expect(JSON.stringify([sent, lines]).includes('SMITH')).toBe(false);
  });
});

/** The first field of an event with a value that no event has. */
function broken(event: EventName): object {
  const [first] = Object.keys(sampleOf(EVENTS[event]) as object);
  return { [first as string]: new Map([['SMITH^JOHN', 1]]) };
}

it('is not checked where that is switched off', () => {
  const { emit, sent } = recorded(false);
  emit('studies:changed', { studyId: 7 });
  expect(sent).toEqual([['studies:changed', { studyId: 7 }]]);
});
