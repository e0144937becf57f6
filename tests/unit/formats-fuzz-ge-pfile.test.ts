// Damaged GE P-files: always a reader's error or a read, never a crash.
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/domain/errors.ts';
import { isPfile, readPfile } from '../../src/core/formats/ge/index.ts';
import { seededRandom } from '../../src/core/math/seededRandom.ts';
import { pfileBytes, REVISIONS } from '../fixtures/pfileBytes.ts';

const CASES = 2000;
const EXTREMES = [0, 1, -1, 2, 127, 255, 0x7fff, -0x8000, 0xffff];

describe('damaged P-files', () => {
  it(`${CASES} mutations are read or refused in words`, () => {
    const random = seededRandom(20260401);
    const below = (n: number): number => Math.floor(random.uniform() * n);
    const bases = REVISIONS.flatMap(({ revision }) => [
      pfileBytes({ revision, coils: 2 }),
      pfileBytes({ revision, sequence: 'gaba', echoes: 2 }),
      pfileBytes({ revision, sequence: 'presscsi', grid: [4, 2, 1] }),
    ]);
    const codes = new Map<string, number>();
    for (let i = 0; i < CASES; i++) {
      const bytes = (bases[below(bases.length)] as Uint8Array).slice();
      const view = new DataView(bytes.buffer);
      // The raw-data part says how large everything is, so most damage goes there.
      for (let k = 1 + below(4); k > 0; k--) {
        const at = random.uniform() < 0.8 ? 2 * below(760) : 2 * below(bytes.length / 2 - 2);
        if (random.uniform() < 0.5) view.setInt16(at, EXTREMES[below(EXTREMES.length)] as number, true);
        else bytes[at] = below(256);
      }
      const cut = random.uniform() < 0.2 ? bytes.subarray(0, below(bytes.length)) : bytes;
      expect(typeof isPfile(cut)).toBe('boolean');
      let outcome = 'read';
      try {
        readPfile(cut, 'P1.7');
      } catch (error) {
        if (!(error instanceof AppError) || error.code === 'BUG') throw error;
        outcome = error.code;
      }
      codes.set(outcome, (codes.get(outcome) ?? 0) + 1);
    }
    // Both outcomes must have been met, or the mutations test nothing.
    expect(codes.get('read')).toBeGreaterThan(100);
    expect(codes.get('FILE_TRUNCATED')).toBeGreaterThan(100);
  }, 20_000);
});
