// A basis set in shared memory: all workers read the same samples.
import { createHash } from 'node:crypto';
import type { BasisSet } from '../../core/domain/basisSet.ts';

/** A basis set whose signals lie in one SharedArrayBuffer, under a key made of its content. */
export interface SharedBasis {
  readonly key: string;
  readonly basis: BasisSet;
}

const made = new WeakMap<BasisSet, SharedBasis>();

/** @returns the same for the same object, and the same key for the same content */
export function shareBasis(basis: BasisSet): SharedBasis {
  const known = made.get(basis);
  if (known !== undefined) return known;
  const total = basis.signals.reduce((sum, { fid }) => sum + fid.re.length + fid.im.length, 0);
  const memory = new Float64Array(new SharedArrayBuffer(total * Float64Array.BYTES_PER_ELEMENT));
  let used = 0;
  const place = (samples: Float64Array): Float64Array => {
    const view = memory.subarray(used, used + samples.length);
    view.set(samples);
    used += samples.length;
    return view;
  };
  const signals = basis.signals.map((signal) => ({
    ...signal,
    fid: { re: place(signal.fid.re), im: place(signal.fid.im) },
  }));
  const description = JSON.stringify({ ...basis, signals: signals.map((signal) => ({ ...signal, fid: null })) });
  const key = createHash('sha256').update(description).update(new Uint8Array(memory.buffer)).digest('hex');
  const shared: SharedBasis = { key, basis: { ...basis, signals } };
  made.set(basis, shared);
  return shared;
}
