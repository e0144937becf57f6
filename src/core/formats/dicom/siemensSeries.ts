// Siemens series of single shots (one transient a file): editing conditions and water references by what the protocol
// says of the sequence. Facts from public readers (spec2nii, Gannet, FID-A) and one real MEGA-PRESS series.
import type { DimensionTag, HigherDimension, MrsDataset } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import type { Ascconv } from '../siemens/protocolText.ts';
import { ascconvNumber } from '../siemens/protocolText.ts';
import type { DicomFile } from './dicomFile.ts';
import { SIEMENS_CSA_NON_IMAGE, sopClassOf } from './dicomKind.ts';
import { conditionsFromNaa } from './editingConditions.ts';
import { readSiemensCsa } from './siemensCsa.ts';

/** How a series' files become one dataset. */
export interface SeriesArrangement {
  /** Files of the dataset in C order over `lengths`. */
  readonly order: readonly number[];
  readonly lengths: readonly number[];
  readonly dimensions: readonly HigherDimension[];
  /** Files that are water references acquired within the scan. */
  readonly water: readonly number[];
  readonly warnings: readonly Warning[];
}

const dimension = (tag: DimensionTag, header: HigherDimension['header'] = null): HigherDimension => ({
  tag,
  info: null,
  header,
});

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** "%CustomerSeq%\\svs_edit_859G" → "svs_edit_859g". */
const sequenceName = (protocol: Ascconv): string =>
  (protocol.get('tSequenceFileName') ?? '').replace(/^.*[\\/%]/, '').toLowerCase();

/** Frequency of the editing pulse in svs_edit's free parameters. [ppm] */
const editPulsePpm = (protocol: Ascconv): number | null => ascconvNumber(protocol, 'sWipMemBlock.adFree[7]');

/** The editing works-in-progress package stores one condition's transients after the other's (measured). */
function editedSeries(protocol: Ascconv, datasets: readonly MrsDataset[]): SeriesArrangement {
  const half = datasets.length / 2;
  const order = range(0, half).flatMap((i) => [i, half + i]);
  const told = conditionsFromNaa(datasets.slice(0, half), datasets.slice(half), editPulsePpm(protocol));
  const message =
    told === null
      ? 'The files are two editing conditions, one after the other; which has the editing pulse on the target can’t be told from protocol or signal.'
      : `The files are two editing conditions, one after the other; the protocol doesn’t name them, and the NAA signal, which the pulse at ${editPulsePpm(protocol)} ppm suppresses, shows the first to be ${told[0]}.`;
  const warning: Warning = { code: told === null ? 'editing-unknown' : 'editing-from-signal', message };
  const header = { EditCondition: [...(told ?? ['unknown 1', 'unknown 2'])] };
  const dimensions = [dimension('DIM_DYN'), dimension('DIM_EDIT', header)];
  return { order, lengths: [half, 2], dimensions, water: [], warnings: [warning] };
}

const DINESH_SLASER = /^svs_slaser(voi)?_dkd2?$/;

/** CMRR's semi-LASER stores water references at both ends: `kinds` kinds of `n` each (spec2nii). */
function dineshSeries(protocol: Ascconv, count: number): SeriesArrangement | null {
  const n = ascconvNumber(protocol, 'sSpecPara.lAutoRefScanNo') ?? 0;
  const averages = ascconvNumber(protocol, 'lAverages') ?? 0;
  const mode = ascconvNumber(protocol, 'sSpecPara.lAutoRefScanMode');
  const kinds = mode === 8 ? 2 : mode === 2 ? 1 : 0;
  if (n < 1 || kinds === 0 || averages < 1 || count !== 2 * kinds * n + averages) return null;
  const tail = count - kinds * n;
  const order = range(kinds * n, tail);
  const water = [...range(0, n), ...range(tail, tail + n)];
  const left = kinds === 2 ? ` Another ${2 * n}, with gradients and outer-volume suppression off, are left out.` : '';
  const message = `${water.length} water reference files at the series’ ends are split off from the data.${left}`;
  const warnings = [{ code: 'water-reference-split', message }];
  return { order, lengths: [order.length], dimensions: [dimension('DIM_DYN')], water, warnings };
}

/**
 * The arrangement that the protocol of a Siemens series tells.
 * @param datasets the files' datasets in their order
 * @returns null for series that are plain repetitions
 */
export function arrangeSiemensSeries(file: DicomFile, datasets: readonly MrsDataset[]): SeriesArrangement | null {
  const plainMembers = datasets.every((d) => d.dimensions.length === 0);
  if (sopClassOf(file) !== SIEMENS_CSA_NON_IMAGE || !plainMembers) return null;
  const { protocol } = readSiemensCsa(file);
  const name = sequenceName(protocol);
  const averages = ascconvNumber(protocol, 'lAverages') ?? 1;
  if (/^svs_edit/.test(name) && datasets.length === 2 * averages) return editedSeries(protocol, datasets);
  if (DINESH_SLASER.test(name)) return dineshSeries(protocol, datasets.length);
  return null;
}
