// Macromolecule and lipid signals of a basis set, by the name of the set a user selects.
import type { LipidSet, MacromoleculeSet } from '../../domain/basisRequest.ts';
import type { BasisSignal } from '../../domain/basisSet.ts';
import { CHEN_LINES, chenProtons, chenWidthHz } from './chenLines.ts';
import { gaussianFid, weightedSum } from './gaussianFid.ts';
import type { SamplingOptions } from './gaussianFid.ts';
import { LCMODEL_MACROMOLECULES, LCMODEL_RATIOS, LIPIDS_3, OSPREY_13 } from './lcmodelLines.ts';
import type { BroadGroup } from './lcmodelLines.ts';

export { gaussianFid } from './gaussianFid.ts';
export type { SamplingOptions } from './gaussianFid.ts';
export { LCMODEL_LIPIDS, LCMODEL_MACROMOLECULES, LCMODEL_RATIOS } from './lcmodelLines.ts';

/** Macromolecules have a T2 of some 30 ms: from this TE on next to nothing of them is left. [s] */
export const MACROMOLECULES_GONE_S = 0.1;

/** @returns a signal of Gaussians; its widths, given in ppm, scale with the field */
export function broadSignal({ name, kind, lines }: BroadGroup, sampling: SamplingOptions): BasisSignal {
  const parts = lines.map(({ ppm, widthPpm, protons }) => ({
    fid: gaussianFid(ppm, protons, widthPpm * sampling.spectrometerFrequencyMHz, sampling),
    weight: 1,
  }));
  return { name, fileName: name, kind, fid: weightedSum(parts, sampling.points) };
}

/** Chen's 17 lines as signals MM0.90 … MM3.96, whose unit is such that MM0.90 is one CH3 group. */
function chenSignals(sampling: SamplingOptions): BasisSignal[] {
  return CHEN_LINES.map((l) => ({
    name: l.name,
    fileName: l.name,
    kind: 'macromolecule',
    fid: gaussianFid(l.ppm, chenProtons(l), chenWidthHz(l, sampling.spectrometerFrequencyMHz), sampling),
  }));
}

const combined = (
  parts: readonly { readonly fid: BasisSignal['fid']; readonly weight: number }[],
  points: number,
): BasisSignal => ({ name: 'Mac', fileName: 'Mac', kind: 'macromolecule', fid: weightedSum(parts, points) });

/**
 * LCModel's macromolecules in their expected ratios to MM09, so that one unit of "Mac" has one CH3 group at 0.91 ppm, as
 * with Chen's lines. Lipids stay out: healthy brain has none, and no expectation ties them to macromolecules.
 */
function combinedOsprey(sampling: SamplingOptions): BasisSignal {
  const weightOf = (name: string): number => LCMODEL_RATIOS.find((r) => r.signal === name)?.ratio ?? 1;
  return combined(
    LCMODEL_MACROMOLECULES.map((group) => ({ fid: broadSignal(group, sampling).fid, weight: weightOf(group.name) })),
    sampling.points,
  );
}

function macromoleculesOf(set: MacromoleculeSet, sampling: SamplingOptions): BasisSignal[] {
  switch (set) {
    case 'none':
      return [];
    case 'chen-17':
      return chenSignals(sampling);
    case 'chen-17-combined':
      return [
        combined(
          chenSignals(sampling).map(({ fid }) => ({ fid, weight: 1 })),
          sampling.points,
        ),
      ];
    case 'osprey':
      return OSPREY_13.map((group) => broadSignal(group, sampling));
    case 'osprey-combined':
      return [combinedOsprey(sampling)];
  }
}

/**
 * The macromolecule and lipid signals of a basis set. A measured macromolecule spectrum isn't made here: it is a signal of
 * kind "macromolecule" of the basis file it comes in.
 * @param macromolecules "chen-17": 17 lines, each a signal; "osprey": 13 lines in 8 signals, 3 of them lipids; "…-combined":
 *   one signal "Mac" with fixed ratios, macromolecules only
 * @param lipids "lipids-3": Lip09, Lip13, Lip20; those that "osprey" brings already are not doubled
 * @param sampling field, dwell time and points of the basis
 */
export function broadSignals(
  macromolecules: MacromoleculeSet,
  lipids: LipidSet,
  sampling: SamplingOptions,
): BasisSignal[] {
  const signals = macromoleculesOf(macromolecules, sampling);
  const present = new Set(signals.map((s) => s.name));
  const further = lipids === 'none' ? [] : LIPIDS_3.filter((group) => !present.has(group.name));
  return [...signals, ...further.map((group) => broadSignal(group, sampling))];
}
