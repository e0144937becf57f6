// A basis set in shared memory: all workers read the same samples.
import { createHash } from 'node:crypto';
import type { BasisSet, BasisSignal } from '../../core/domain/basisSet.ts';

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
  const { offSignals = [] } = basis;
  const total = [...basis.signals, ...offSignals].reduce((sum, { fid }) => sum + fid.re.length + fid.im.length, 0);
  const memory = new Float64Array(new SharedArrayBuffer(total * Float64Array.BYTES_PER_ELEMENT));
  let used = 0;
  const place = (samples: Float64Array): Float64Array => {
    const view = memory.subarray(used, used + samples.length);
    view.set(samples);
    used += samples.length;
    return view;
  };
  const placed = (list: readonly BasisSignal[]): BasisSignal[] =>
    list.map((signal) => ({ ...signal, fid: { re: place(signal.fid.re), im: place(signal.fid.im) } }));
  const signals = placed(basis.signals);
  const off = basis.offSignals === undefined ? {} : { offSignals: placed(offSignals) };
  const withoutSamples = (list: readonly BasisSignal[]) => list.map((signal) => ({ ...signal, fid: null }));
  const description = JSON.stringify({
    ...basis,
    signals: withoutSamples(signals),
    offSignals: withoutSamples(offSignals),
  });
  const key = createHash('sha256').update(description).update(new Uint8Array(memory.buffer)).digest('hex');
  const shared: SharedBasis = { key, basis: { ...basis, signals, ...off } };
  made.set(basis, shared);
  return shared;
}
