// The cache of parsed scans: bounded in bytes, oldest use first, failures tried again.
import { describe, expect, it } from 'vitest';
import { ByteCache } from '../../src/main/byteCache.ts';

/** Lets the cache see that a value is made. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('ByteCache', () => {
  it('makes a value once, also for two that ask at the same time', async () => {
    const cache = new ByteCache<number>(100, (n) => n);
    let made = 0;
    const make = async () => {
      made++;
      return 10;
    };
    expect(await Promise.all([cache.get('a', make), cache.get('a', make)])).toEqual([10, 10]);
    await cache.get('a', make);
    expect(made).toBe(1);
  });

  it('drops what was used longest ago once it is full', async () => {
    const cache = new ByteCache<number>(100, (n) => n);
    const made: string[] = [];
    const ask = async (key: string) => {
      await cache.get(key, async () => {
        made.push(key);
        return 40;
      });
      await settled();
    };
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await ask(key);
    // c pushed b out, because a had been used after it; then b had to be made again.
    expect(made).toEqual(['a', 'b', 'c', 'b']);
    expect(cache.keptBytes).toBe(80);
  });

  it('hands out a value larger than itself without keeping it or dropping others', async () => {
    const cache = new ByteCache<number>(100, (n) => n);
    await cache.get('small', async () => 60);
    await settled();
    expect(await cache.get('huge', async () => 1000)).toBe(1000);
    await settled();
    expect(cache.keptBytes).toBe(60);
  });

  it('forgets a failure', async () => {
    const cache = new ByteCache<number>(100, (n) => n);
    await expect(cache.get('a', () => Promise.reject(new Error('once')))).rejects.toThrow('once');
    await settled();
    expect(await cache.get('a', async () => 5)).toBe(5);
  });
});
