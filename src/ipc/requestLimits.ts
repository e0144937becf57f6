// How much a request may weigh. Few need more than names and numbers; those that carry lists or figures are named here.
import type { ChannelName } from './contract.ts';

const MIB = 2 ** 20;

/** Of any channel that is not named below. [bytes] */
const USUAL_BYTES = MIB;

/** What the longest list or text that the contract allows comes to, as far as there are such in practice. [bytes] */
const LARGER_BYTES: Partial<Record<ChannelName, number>> = {
  // Ids of all studies.
  'worklist:delete': 16 * MIB,
  'worklist:review': 16 * MIB,
  'worklist:save-ratios': 16 * MIB,
  'batch:start': 16 * MIB,
  'export:reports': 16 * MIB,
  // Received instances, series of studies, figures drawn on a report.
  'dicom:drop-stranded': 16 * MIB,
  'dicom:fetch': 16 * MIB,
  'dicom:send': 16 * MIB,
  'comparison:methods': 16 * MIB,
  'comparison:agreement': 16 * MIB,
  'export:study': 2 * MIB,
  'worklist:rows': 2 * MIB,
  // Paths of all files of an examination, and what each of them is.
  'import:inspect-paths': 64 * MIB,
  'import:commit': 16 * MIB,
  // Pulse waveforms, three curves each.
  'basis:simulate': 16 * MIB,
  'basis:pulse-profile': 8 * MIB,
  // Voxels of a grid, for up to fifty regions.
  'fit:start': 2 * MIB,
  'lcmodel:run': 2 * MIB,
  'mrsi:spectra': 2 * MIB,
  'mrsi:region-mean': 2 * MIB,
  'mrsi:keep-region': 2 * MIB,
  'report:preview': 16 * MIB,
  'report:export': 16 * MIB,
  'report:print': 16 * MIB,
  'report:sign': 16 * MIB,
  // A figure of many points.
  'comparison:save': 128 * MIB,
};

/** @returns what a request on this channel may weigh, as src/main/requestWeight.ts weighs it [bytes] */
export function requestLimitBytes(channel: ChannelName): number {
  return LARGER_BYTES[channel] ?? USUAL_BYTES;
}
