// Whether two readings of a scan are the same, bit by bit: the proof that a cleaned file has lost nothing of the data.
import type { MrsDataset } from '../domain/mrsDataset.ts';

type Samples = MrsDataset['data']['re'];

function sameBits(a: Samples, b: Samples): boolean {
  if (a.byteLength !== b.byteLength || a.length !== b.length) return false;
  const [x, y] = [a, b].map((v) => new Uint32Array(v.buffer, v.byteOffset, v.byteLength / 4)) as [
    Uint32Array,
    Uint32Array,
  ];
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false;
  return true;
}

const facts = ({
  data,
  dimensions,
  dwellTimeS,
  spectrometerFrequencyMHz,
  nucleus,
  affine,
  acquisition,
}: MrsDataset) => [
  data.shape,
  dimensions.map(({ tag }) => tag),
  dwellTimeS,
  spectrometerFrequencyMHz,
  nucleus,
  affine,
  acquisition.echoTimeS,
  acquisition.repetitionTimeS,
];

/** @returns whether samples, axes, place and times are equal */
export function isSameSignal(a: MrsDataset, b: MrsDataset): boolean {
  return (
    JSON.stringify(facts(a)) === JSON.stringify(facts(b)) &&
    sameBits(a.data.re, b.data.re) &&
    sameBits(a.data.im, b.data.im)
  );
}
