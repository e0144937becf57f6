// Single- and double-precision samples: what computes gets Float64, what only looks gets no copy.
import { describe, expect, it } from 'vitest';
import { samplesAt, signalAt, signalView, singleZeros, zeros, zerosLike } from '../../src/core/domain/complexArray.ts';
import { copyData } from '../../src/core/preprocessing/signal.ts';

const THIRD = Math.fround(1 / 3);

function single() {
  const array = singleZeros([2, 3]);
  array.re.fill(1 / 3);
  array.im[5] = -1;
  return array;
}

describe('a complex array of single precision', () => {
  it('gives its signals in double precision, exactly, as copies', () => {
    const array = single();
    const { re, im } = signalAt(array, 1);
    expect([re, im]).toEqual([new Float64Array(3).fill(THIRD), new Float64Array([0, 0, -1])]);
    re[0] = 0;
    expect(array.re[3]).toBe(THIRD);
  });

  it('is copied into double precision to compute in', () => {
    const { re, im, shape } = copyData(single());
    expect([re, im, shape]).toEqual([new Float64Array(6).fill(THIRD), new Float64Array([0, 0, 0, 0, 0, -1]), [2, 3]]);
  });

  it('is looked at and moved as it is', () => {
    const array = single();
    expect(samplesAt(array, 1).im.buffer).toBe(array.im.buffer);
    expect(zerosLike(array, [4]).re).toEqual(new Float32Array(4));
    expect(zerosLike(zeros([1]), [4]).re).toEqual(new Float64Array(4));
  });
});

describe('a complex array of double precision', () => {
  it('shares its memory with its signals', () => {
    const array = zeros([2, 3]);
    signalView(array, 1).re[2] = 7;
    expect(array.re[5]).toBe(7);
    expect(signalAt(array, 1).re.buffer).toBe(array.re.buffer);
  });
});
