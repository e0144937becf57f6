// The preload's zod-free list of channels is the contract's, name for name.
import { describe, expect, it } from 'vitest';
import { CHANNEL_NAMES, EVENT_NAMES, PATH_CHANNELS } from '../../src/ipc/channelNames.ts';
import { CHANNELS, EVENTS } from '../../src/ipc/contract.ts';

describe('channel names', () => {
  it('are those of the contract, each once', () => {
    expect([...CHANNEL_NAMES].sort()).toEqual(Object.keys(CHANNELS).sort());
    expect([...EVENT_NAMES].sort()).toEqual(Object.keys(EVENTS).sort());
    expect(new Set(CHANNEL_NAMES).size).toBe(CHANNEL_NAMES.length);
  });

  it('keep every channel that takes paths away from the page', () => {
    const takingPaths = Object.entries(CHANNELS)
      .filter(([, { request }]) => Object.keys(request.shape).some((key) => /path/i.test(key)))
      .map(([name]) => name);
    expect(takingPaths).toEqual([...PATH_CHANNELS]);
  });
});
