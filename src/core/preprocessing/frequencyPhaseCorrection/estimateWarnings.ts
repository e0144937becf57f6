// Warnings that every method may have to give about its offsets.
import type { Warning } from '../../domain/provenance.ts';
import { median } from '../../math/robustStatistics.ts';
import type { FpcOptions, TransientOffset } from './method.ts';

/** Part of the searched range beyond which an offset is doubtful. */
const EDGE = 0.98;

/** @returns a warning where offsets lie at the edge of the range that was searched */
export function edgeWarnings(offsets: readonly TransientOffset[], { maximumShiftHz }: FpcOptions): Warning[] {
  const middle = median(offsets.map((o) => o.shiftHz));
  const doubtful = offsets.filter((o) => Math.abs(o.shiftHz - middle) > EDGE * maximumShiftHz).length;
  if (doubtful === 0) return [];
  return [
    {
      code: 'alignment-at-limit',
      message: `${doubtful} transient(s) lie at the edge of the ±${maximumShiftHz} Hz in which offsets were looked for.`,
    },
  ];
}
