// A long curve as few points that still show every peak.

/**
 * Lowest and highest value of each of `points / 2` equal pieces, in the order in which they stand.
 * @param curve no fewer values than 1
 * @param points even
 */
export function extremesOf(curve: ArrayLike<number>, points: number): Float64Array {
  const out = new Float64Array(points);
  const pieces = points / 2;
  for (let piece = 0; piece < pieces; piece++) {
    const start = Math.min(curve.length - 1, Math.floor((piece * curve.length) / pieces));
    const end = Math.max(start + 1, Math.floor(((piece + 1) * curve.length) / pieces));
    let low = start;
    let high = start;
    for (let i = start; i < end; i++) {
      if ((curve[i] as number) < (curve[low] as number)) low = i;
      if ((curve[i] as number) > (curve[high] as number)) high = i;
    }
    out[2 * piece] = curve[Math.min(low, high)] as number;
    out[2 * piece + 1] = curve[Math.max(low, high)] as number;
  }
  return out;
}
