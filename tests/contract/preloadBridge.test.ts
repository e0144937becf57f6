// What the page finds on window.lineshape: the contract's functions and nothing else.
import { describe, expect, it } from 'vitest';
import { CHANNELS, EVENTS } from '../../src/ipc/contract.ts';
import { createApi } from '../../src/preload/bridge.ts';
import type { BridgePorts } from '../../src/preload/bridge.ts';

/** A way out that writes down what passes and answers `{ok: true, value: 'answer'}`. */
function recordingPorts(overrides: Partial<BridgePorts> = {}): { ports: BridgePorts; sent: [string, unknown][] } {
  const sent: [string, unknown][] = [];
  const ports: BridgePorts = {
    invoke: async (channel, request) => {
      sent.push([channel, request]);
      return { ok: true, value: 'answer' };
    },
    listen: () => () => undefined,
    pathOf: (file) => (file as { path?: string }).path ?? '',
    ...overrides,
  };
  return { ports, sent };
}

describe('preload bridge', () => {
  it('exposes call, on and inspectDropped with exactly the channels and events of the contract', () => {
    const api = createApi(recordingPorts().ports);
    expect(Object.keys(api).sort()).toEqual(['call', 'inspectDropped', 'on']);
    const pageChannels = Object.keys(CHANNELS).filter((name) => name !== 'import:inspect-paths');
    expect(Object.keys(api.call).sort()).toEqual(pageChannels.sort());
    expect(Object.keys(api.on).sort()).toEqual(Object.keys(EVENTS).sort());
    expect([...Object.values(api.call), ...Object.values(api.on)].every((f) => typeof f === 'function')).toBe(true);
  });

  it('sends a request on its own channel and hands the answer back', async () => {
    const { ports, sent } = recordingPorts();
    const answer = await createApi(ports).call['study:open']({ studyId: 's1' });
    expect(sent).toEqual([['study:open', { studyId: 's1' }]]);
    expect(answer).toEqual({ ok: true, value: 'answer' });
  });

  it('turns a request that gets no answer into an error in words', async () => {
    const { ports } = recordingPorts({ invoke: () => Promise.reject(new Error('no handler for /home/smith.nii')) });
    const answer = await createApi(ports).call['study:list']({});
    expect(answer).toMatchObject({ ok: false, error: { code: 'BUG' } });
    expect(JSON.stringify(answer)).not.toContain('smith');
  });

  it('hands dropped files over as paths, leaving out what is none', async () => {
    const { ports, sent } = recordingPorts();
    await createApi(ports).inspectDropped('t1', [{ path: '/data/a.nii' }, { text: 'made in the page' }]);
    expect(sent).toEqual([['import:inspect-paths', { token: 't1', paths: ['/data/a.nii'] }]]);
  });

  it('says so where nothing dropped is a file, and asks nobody', async () => {
    const { ports, sent } = recordingPorts({
      pathOf: () => {
        throw new TypeError('not a File');
      },
    });
    expect(await createApi(ports).inspectDropped('t1', ['text'])).toMatchObject({
      ok: false,
      error: { code: 'USAGE' },
    });
    expect(sent).toEqual([]);
  });

  it('passes an event on without the sender, and stops when asked', () => {
    const listeners = new Map<string, (payload: unknown) => void>();
    const { ports } = recordingPorts({
      listen: (event, listener) => {
        listeners.set(event, listener);
        return () => listeners.delete(event);
      },
    });
    const heard: unknown[] = [];
    const stop = createApi(ports).on['studies:changed']((payload) => heard.push(payload));
    listeners.get('studies:changed')?.({ studyId: 's1' });
    stop();
    expect(heard).toEqual([{ studyId: 's1' }]);
    expect(listeners.size).toBe(0);
  });
});
