// What is known of single Siemens sequences beyond their loop counters: where water references stand among the readouts,
// which counter holds the editing conditions, where the points before the echo are told.
// Facts from the public readers: spec2nii (twix special cases), Osprey and FID-A (counter and left-shift tables).
import type { DimensionTag } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import type { Ascconv } from './protocolText.ts';
import { ascconvNumber } from './protocolText.ts';
import type { ArrangeOptions } from './twixDimensions.ts';
import type { TwixVersion } from './twixLayout.ts';
import type { AdcSet, CounterName } from './twixMdh.ts';
import { COUNTERS } from './twixMdh.ts';

export interface SequenceFacts {
  readonly version: TwixVersion;
  /** Base name of the sequence's file, lower case, e.g. "svs_se", "eja_svs_mpress". */
  readonly name: string;
  readonly ascconv: Ascconv;
}

/** "%SiemensSeq%\\svs_se" → "svs_se". */
export function sequenceBaseName(path: string): string {
  return path.replace(/^.*[\\/%]/, '').toLowerCase();
}

export interface SortedSets {
  readonly data: readonly AdcSet[];
  readonly water: readonly AdcSet[];
  readonly warnings: readonly Warning[];
}

const counterOf = (set: AdcSet, name: CounterName): number => set.counters[COUNTERS.indexOf(name)] as number;

/** Product single-voxel sequences, which from VD on number their water reference scans 0 in the Phs counter. */
const PRODUCT = /^svs_(se|st|slaser)$/;
const DINESH_SLASER = /^svs_slaser(voi)?_dkd2?$/;

function productReferences(sets: readonly AdcSet[]): SortedSets {
  const water = sets.filter((s) => counterOf(s, 'Phs') === 0);
  if (water.length === 0 || water.length === sets.length) return { data: sets, water: [], warnings: [] };
  const message = `${water.length} water reference readouts, marked by the sequence, are split off from the data.`;
  return {
    data: sets.filter((s) => counterOf(s, 'Phs') !== 0),
    water,
    warnings: [{ code: 'water-reference-split', message }],
  };
}

/** References at the beginning and the end: `kinds` kinds of `n` each, at both ends. */
function endReferences(sets: readonly AdcSet[], n: number, kinds: number, averages: number): SortedSets | null {
  if (n < 1 || sets.length !== 2 * kinds * n + averages) return null;
  const tail = sets.length - kinds * n;
  const water = [...sets.slice(0, n), ...sets.slice(tail, tail + n)];
  const left = kinds === 2 ? ` Another ${2 * n}, with gradients and outer-volume suppression off, are left out.` : '';
  const message = `${water.length} water reference readouts at the scan's ends are split off from the data.${left}`;
  return { data: sets.slice(kinds * n, tail), water, warnings: [{ code: 'water-reference-split', message }] };
}

/** Splits water references that the sequence acquires among the data. */
export function sortReferences(sets: readonly AdcSet[], facts: SequenceFacts): SortedSets {
  if (facts.version === 'vd' && PRODUCT.test(facts.name)) return productReferences(sets);
  if (DINESH_SLASER.test(facts.name)) {
    const mode = ascconvNumber(facts.ascconv, 'sSpecPara.lAutoRefScanMode');
    const n = ascconvNumber(facts.ascconv, 'sSpecPara.lAutoRefScanNo') ?? 0;
    const averages = ascconvNumber(facts.ascconv, 'lAverages') ?? 0;
    const sorted = mode === 8 || mode === 2 ? endReferences(sets, n, mode === 8 ? 2 : 1, averages) : null;
    if (sorted !== null) return sorted;
  }
  const warnings: Warning[] = [];
  if (/isthmus|herc_hyper/.test(facts.name)) {
    const message =
      'The sequence acquires several scans and water references in one file; they are not taken apart: ' +
      'the readouts are in the order of acquisition.';
    warnings.push({ code: 'sub-scans-unsorted', message });
  }
  return { data: sets, water: [], warnings };
}

/** Sequences whose editing conditions stand in a counter that by default means something else. */
const EDIT_COUNTERS: readonly (readonly [RegExp, TwixVersion, CounterName])[] = [
  [/^svs_edit/, 'vb', 'Ide'],
  [/^svs_edit/, 'vd', 'Ide'],
  [/^jn_/, 'vd', 'Set'],
  [/^jn_/, 'vb', 'Ida'],
];

/** The universal editing sequence (mgs_svs_ed, smm_svs_herc): its mode tells the editing conditions it runs through. */
function editCycle(facts: SequenceFacts): ArrangeOptions['editCycle'] {
  if (!/^(mgs_svs_ed|smm_svs_herc)$/.test(facts.name)) return undefined;
  const free = (i: number): number | null =>
    ascconvNumber(facts.ascconv, `sWipMemBlock.alFree[${i}]`) ??
    ascconvNumber(facts.ascconv, `sWiPMemBlock.alFree[${i}]`);
  const mode = free(7) ?? 0;
  if (mode === 0) return { conditions: ['ON', 'OFF'], info: 'MEGA editing, two conditions' };
  const name = mode === 3 ? 'HERCULES' : 'HERMES';
  return { conditions: ['A', 'B', 'C', 'D'], info: `${name} editing, four conditions` };
}

/** How to read the loop counters of this sequence. */
export function arrangeOptions(facts: SequenceFacts): ArrangeOptions {
  const tags: Partial<Record<CounterName, DimensionTag>> = {};
  for (const [pattern, version, counter] of EDIT_COUNTERS) {
    if (version === facts.version && pattern.test(facts.name)) tags[counter] = 'DIM_EDIT';
  }
  const cycle = editCycle(facts);
  return cycle === undefined ? { tags } : { tags, editCycle: cycle };
}

/**
 * Samples before the echo's top, as the sequence tells them. On a VB scan of a CMRR sequence, dropping that many gave the
 * vendor's own DICOM; for VD and later the place is from public readers only.
 */
export function pointsBeforeEcho(set: AdcSet, facts: SequenceFacts): number {
  const fromIce = facts.version === 'vd' && /^eja_|_dkd/.test(facts.name);
  if (/^svs_edit_?(529|859)/.test(facts.name)) return set.cutOff;
  if (fromIce) return set.iceParameter > 0 ? set.iceParameter : set.freeParameter;
  return set.freeParameter > 0 ? set.freeParameter : set.iceParameter;
}
