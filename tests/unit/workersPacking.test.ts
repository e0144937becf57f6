// What crosses threads packed comes out as it went in.
import { describe, expect, it } from 'vitest';
import { BugError } from '../../src/core/domain/errors.ts';
import { pack, unpack } from '../../src/node/workers/packing.ts';

/** As a worker's answer goes: packed, cloned, unpacked. */
const sent = (value: unknown): unknown => unpack(structuredClone(pack(value)));

describe('packing', () => {
  it('keeps every kind of value, and the order of keys', () => {
    const value = {
      text: 'NAA',
      numbers: [1, -0, NaN, Infinity, 1e-300],
      mixed: [1, 'two', null, undefined, true, false, [], {}],
      nested: { a: { b: [{ c: 1 }, { c: 2, d: 'x' }] } },
      missing: undefined,
    };
    const found = sent(value) as typeof value;
    expect(found).toStrictEqual(value);
    expect(Object.is(found.numbers[1], -0)).toBe(true);
    expect(Object.keys(found)).toEqual(Object.keys(value));
  });

  it('keeps arrays of numbers as what they are, and one that stands twice as one', () => {
    const curve = Float64Array.from([1, 2, 3]);
    const value = { curve, again: curve, single: Float32Array.from([0.5]), empty: new Float64Array() };
    const found = sent(value) as typeof value;
    expect(found).toStrictEqual(value);
    expect(found.again).toBe(found.curve);
  });

  it('tells keys and strings once, however many objects there are', () => {
    const many = Array.from({ length: 3000 }, (_, i) => ({ name: 'NAA', amplitude: i, sd: i / 2 }));
    const packed = pack(many);
    expect(packed.shapes).toEqual([['name', 'amplitude', 'sd']]);
    expect(packed.strings).toEqual(['NAA']);
    expect(packed.numbers).toHaveLength(2 * many.length);
    expect(unpack(packed)).toStrictEqual(many);
  });

  it('tells apart objects whose keys begin alike', () => {
    const value = [{ a: 1 }, { a: 1, b: 2 }, { b: 2, a: 1 }, { a: 3 }];
    expect(sent(value)).toStrictEqual(value);
    expect(pack(value).shapes).toHaveLength(3);
  });

  it.each([[new Uint8Array(2)], [() => 1], [10n]])('refuses what messages are not made for', (value) => {
    expect(() => pack({ value })).toThrow(BugError);
  });
});
