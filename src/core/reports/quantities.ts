// Ratios, amounts and verdict of a result as report, CSV and command line show them.
import type { QualityGrade } from '../domain/qualityGrade.ts';
import type {
  ConcentrationConvention,
  ConcentrationEstimate,
  MetaboliteEstimate,
  QuantificationResult,
} from '../domain/quantification.ts';
import { formatSignificant, formatTrimmed } from './tables.ts';

/** Grades in words; their symbols stand with them where there is room. */
export const QUALITY_WORDS: Readonly<Record<QualityGrade, string>> = {
  good: 'good',
  average: 'average',
  borderline: 'borderline, read with care',
  fail: 'insufficient, not to be relied on',
};

export const CONVENTION_NAMES: Readonly<Record<ConcentrationConvention, string>> = {
  molality: 'Molality',
  molarity: 'Molarity',
  lcmodel: 'LCModel’s convention',
};

/** A convention with its unit, as the result gives it. */
export interface ShownConcentration {
  readonly convention: ConcentrationConvention;
  readonly unit: string;
}

/** @returns null where the estimate has no amount in this convention */
export function concentrationIn(
  { concentrations }: MetaboliteEstimate,
  convention: ConcentrationConvention,
): ConcentrationEstimate | null {
  return concentrations?.find((c) => c.convention === convention) ?? null;
}

const estimatesOf = (result: QuantificationResult): readonly MetaboliteEstimate[] => [
  ...result.combined,
  ...result.metabolites,
];

/** The convention chosen for display: the one whose value `concentrationMM` repeats. Null without amounts. */
export function shownConcentration(result: QuantificationResult): ShownConcentration | null {
  const displayed = estimatesOf(result).flatMap(({ concentrations = [], concentrationMM }) =>
    concentrations.filter(({ value }) => value === concentrationMM && value > 0),
  );
  const [found] = displayed;
  return found === undefined ? null : { convention: found.convention, unit: found.unit };
}

/** Whether the amounts came scaled by water from LCModel itself, so that no factor of ours stands behind them. */
export function isScaledByLcmodel(result: QuantificationResult): boolean {
  return result.method === 'lcmodel' && result.waterScaling === undefined && shownConcentration(result) !== null;
}

/** The factors that LCModel told of its own water scaling, by its names for them. Empty where it told none. */
export function lcmodelFactorsText({ diagnostics }: QuantificationResult): string {
  const factor = (name: string, key: string, unit: string): string[] => {
    const value = diagnostics[key];
    return typeof value === 'number' ? [`${name} ${formatTrimmed(value, 5)}${unit}`] : [];
  };
  return [
    ...factor('WCONC', 'waterConcentrationMM', ' mM'),
    ...factor('ATTH2O', 'waterAttenuation', ''),
    ...factor('ATTMET', 'metaboliteAttenuation', ''),
  ].join(', ');
}

/** Every convention that the result has amounts in. */
export function conventionsOf({ waterScaling }: QuantificationResult): readonly ShownConcentration[] {
  return (waterScaling?.conventions ?? []).map(({ convention, unit }) => ({ convention, unit }));
}

/** Denominators of the result's ratios, in their order. */
export function ratioReferences(result: QuantificationResult): readonly string[] {
  return [...new Set(estimatesOf(result).flatMap(({ ratios = [] }) => ratios.map((r) => r.reference)))];
}

/** "1.30 ± 0.04"; the value alone where its SD is unknown, a dash without a value. */
export function withSd(found: { readonly value: number; readonly sd: number | null } | null | undefined): string {
  if (found === null || found === undefined) return '–';
  const value = formatSignificant(found.value, 3);
  return found.sd === null ? value : `${value} ± ${formatSignificant(found.sd, 2)}`;
}
