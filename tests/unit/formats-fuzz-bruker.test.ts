// Damaged Bruker folders: always a reader's error or a read, never a crash.
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/domain/errors.ts';
import { isBrukerData, readBruker } from '../../src/core/formats/bruker/index.ts';
import { seededRandom } from '../../src/core/math/seededRandom.ts';
import { acqp, counting, method, visu, wordBytes } from '../fixtures/brukerFiles.ts';

const CASES = 2000;
const ODD_TEXTS = ['-1', '0', '1e308', 'NaN', '@999999999*(1)', '(((', '<', '\n##', '4294967296', ' '];

describe('damaged Bruker files', () => {
  it(`${CASES} mutations are read or refused in words`, () => {
    const random = seededRandom(20260402);
    const below = (n: number): number => Math.floor(random.uniform() * n);
    const data = wordBytes(counting(96), 'int32');
    const job = acqp({ ACQ_jobs: '( 1 )\n(16, 2, 0, 4, 101, 4000, 1, <job0>)' });
    const bases = [
      { name: 'fid', files: [acqp(), method()] },
      { name: 'rawdata.job0', files: [job, method({ PVM_EncNReceivers: 2 })] },
      { name: '2dseq', files: [visu(), method()] },
    ];
    /** Overwrites, inserts or cuts somewhere. */
    const damaged = (bytes: Uint8Array): Uint8Array => {
      const at = below(bytes.length);
      const way = random.uniform();
      if (way < 0.2) return bytes.slice(0, at);
      if (way < 0.5) return bytes.with(at, below(256));
      const text = new TextEncoder().encode(ODD_TEXTS[below(ODD_TEXTS.length)]);
      return Uint8Array.from([...bytes.subarray(0, at), ...text, ...bytes.subarray(at + text.length)]);
    };
    const codes = new Map<string, number>();
    for (let i = 0; i < CASES; i++) {
      const base = bases[below(bases.length)] as (typeof bases)[number];
      const files = base.files.map((file) => ({
        ...file,
        bytes: random.uniform() < 0.7 ? damaged(file.bytes) : file.bytes,
      }));
      const bytes = random.uniform() < 0.2 ? damaged(data) : data;
      expect(typeof isBrukerData(base.name, files)).toBe('boolean');
      let outcome = 'read';
      try {
        readBruker(bytes, base.name, files);
      } catch (error) {
        if (!(error instanceof AppError) || error.code === 'BUG') throw error;
        outcome = error.code;
      }
      codes.set(outcome, (codes.get(outcome) ?? 0) + 1);
    }
    expect(codes.get('read')).toBeGreaterThan(100);
    expect(codes.get('FILE_TRUNCATED')).toBeGreaterThan(20);
  }, 20_000);
});
