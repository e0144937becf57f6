// Every factor between an amplitude and its amount, in order, with where it comes from: what the reader may check by hand.
import { amountUnit } from '../../app/amountUnit.ts';
import { CONVENTION_NAMES, withSd } from '../../../core/reports/quantities.ts';
import { formatTrimmed } from '../../../core/reports/tables.ts';
import type {
  ConcentrationConvention,
  ConcentrationEstimate,
  MetaboliteEstimate,
  QuantityFactor,
} from '../../../core/domain/quantification.ts';
import type { AnalysisDetailView, QuantificationResultView } from '../../../ipc/contract.ts';

export interface FactorLine {
  /** "×" or "÷"; empty for the amplitude, which stands first. */
  readonly sign: string;
  readonly name: string;
  readonly value: number;
  /** Value with its unit. */
  readonly text: string;
  readonly source: string;
  readonly assumed: boolean;
  readonly inputs: readonly { readonly name: string; readonly text: string; readonly source: string }[];
}

export interface FactorList {
  readonly convention: ConcentrationConvention;
  readonly lines: readonly FactorLine[];
  /** "16.8 ± 0.36 mmol/kg tissue water". */
  readonly result: string;
  /** A sum has no factors of its own: its members' amounts add up to it. */
  readonly members: readonly { readonly name: string; readonly text: string }[];
}

const SIGNIFICANT = 4;

const withUnit = (value: number, unit: string): string =>
  `${formatTrimmed(value, SIGNIFICANT)}${unit === '' ? '' : ` ${amountUnit(unit)}`}`;

const everyEstimate = ({ combined, metabolites }: QuantificationResultView): readonly MetaboliteEstimate[] => [
  ...combined,
  ...metabolites,
];

const amountOf = (
  result: QuantificationResultView,
  name: string,
  convention: ConcentrationConvention,
): ConcentrationEstimate | undefined =>
  everyEstimate(result)
    .find((e) => e.name === name)
    ?.concentrations?.find((c) => c.convention === convention);

/** Metabolites and sums whose amounts have factors to show; none where no water of ours was used. */
export function factorNames(result: QuantificationResultView): readonly string[] {
  if (result.waterScaling === undefined) return [];
  return everyEstimate(result).flatMap((e) => ((e.concentrations ?? []).length > 0 ? [e.name] : []));
}

/** Conventions that the result has amounts in, in words. */
export function factorConventions({ waterScaling }: QuantificationResultView): readonly {
  readonly value: ConcentrationConvention;
  readonly text: string;
}[] {
  return (waterScaling?.conventions ?? []).map(({ convention }) => ({
    value: convention,
    text: CONVENTION_NAMES[convention],
  }));
}

/**
 * A metabolite's own factors. A grid keeps them once, with its first fitted voxel, where all voxels have the same; only the
 * amplitude is each voxel's.
 */
function ownFactors(
  amount: ConcentrationEstimate,
  estimate: MetaboliteEstimate,
  first: QuantificationResultView | null,
): readonly QuantityFactor[] {
  if (amount.factors.length > 0 || first === null) return amount.factors;
  const [amplitude, ...rest] = amountOf(first, estimate.name, amount.convention)?.factors ?? [];
  return amplitude === undefined ? [] : [{ ...amplitude, value: estimate.amplitude }, ...rest];
}

function lineOf({ operation, name, value, unit, source, assumedOne, inputs }: QuantityFactor, at: number): FactorLine {
  return {
    sign: at === 0 ? '' : operation === 'times' ? '×' : '÷',
    name,
    value,
    text: withUnit(value, unit),
    source,
    assumed: assumedOne,
    inputs: inputs.map((input) => ({
      name: input.name,
      text: withUnit(input.value, input.unit),
      source: input.source,
    })),
  };
}

/** @returns the first fitted voxel of an analysis, which keeps what all repeat */
export function firstFitted(analysis: AnalysisDetailView | null): QuantificationResultView | null {
  return analysis?.voxels.find(({ result }) => result.status !== 'refused')?.result ?? null;
}

/**
 * @param result of the shown voxel
 * @param first of the first fitted voxel
 * @returns null where there is no such amount
 */
export function factorList(
  result: QuantificationResultView,
  name: string,
  convention: ConcentrationConvention,
  first: QuantificationResultView | null,
): FactorList | null {
  const estimate = everyEstimate(result).find((e) => e.name === name);
  const amount = amountOf(result, name, convention);
  if (estimate === undefined || amount === undefined) return null;
  const shared = result.waterScaling?.conventions.find((c) => c.convention === convention)?.factors ?? [];
  const [amplitude, ...own] = ownFactors(amount, estimate, first);
  const members = (amount.members ?? []).map((member) => ({
    name: member,
    text: withSd(amountOf(result, member, convention)),
  }));
  return {
    convention,
    // Amplitude, what all metabolites share, then the metabolite's own relaxation.
    lines: amplitude === undefined ? [] : [amplitude, ...shared, ...own].map(lineOf),
    result: `${withSd(amount)} ${amountUnit(amount.unit)}`,
    members,
  };
}
