// Damaged Varian folders: always a reader's error or a read, never a crash.
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/domain/errors.ts';
import { isProcpar, isVarianFid, readVarian } from '../../src/core/formats/varian/index.ts';
import { seededRandom } from '../../src/core/math/seededRandom.ts';
import { procpar, varianFid } from '../fixtures/varianFiles.ts';

const CASES = 2000;

describe('damaged Varian files', () => {
  it(`${CASES} mutations are read or refused in words`, () => {
    const random = seededRandom(20260403);
    const below = (n: number): number => Math.floor(random.uniform() * n);
    const fids = (['int16', 'int32', 'float32'] as const).map((type) =>
      varianFid({ type, blocks: 4, blockHeaders: 2 }),
    );
    const parameters = procpar({ rcvrs: 'yy' });
    const damaged = (bytes: Uint8Array, early: number): Uint8Array => {
      if (random.uniform() < 0.2) return bytes.slice(0, below(bytes.length));
      const out = bytes.slice();
      for (let k = 1 + below(3); k > 0; k--) out[below(random.uniform() < 0.5 ? early : out.length)] = below(256);
      return out;
    };
    const codes = new Map<string, number>();
    for (let i = 0; i < CASES; i++) {
      const base = fids[below(fids.length)] as Uint8Array;
      const fid = random.uniform() < 0.6 ? damaged(base, 32) : base;
      const text = random.uniform() < 0.7 ? damaged(parameters, parameters.length) : parameters;
      expect([typeof isVarianFid(fid), typeof isProcpar(text)]).toEqual(['boolean', 'boolean']);
      let outcome = 'read';
      try {
        readVarian(fid, text, 'fid');
      } catch (error) {
        if (!(error instanceof AppError) || error.code === 'BUG') throw error;
        outcome = error.code;
      }
      codes.set(outcome, (codes.get(outcome) ?? 0) + 1);
    }
    expect(codes.get('read')).toBeGreaterThan(100);
    expect(codes.get('FORMAT_INVALID')).toBeGreaterThan(100);
  }, 20_000);
});
