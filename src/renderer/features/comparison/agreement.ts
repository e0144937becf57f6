// Two methods over many spectra: which pairs count, how well they agree, and that in words and as a table.
import { t } from '../../app/i18n/index.ts';
import { methodLabel } from '../../../core/domain/methodNames.ts';
import { agreementIntervals, type AgreementIntervals, type Interval } from '../../../core/math/limitsOfAgreement.ts';
import { pairedAgreement, type PairedAgreement } from '../../../core/math/pairedAgreement.ts';
import { csvRow } from '../../../core/reports/csvTable.ts';
import { formatFixed, formatSignificant } from '../../../core/reports/tables.ts';
import type { AgreementView, ComparedMethodView } from '../../../ipc/contract.ts';

type Row = AgreementView['rows'][number];
export type Point = Row['points'][number];
export type Spectrum = AgreementView['spectra'][number];

/** Why a pair is left out; the first that applies. */
export type Exclusion = 'zero' | 'notConverged' | 'crlb';

export interface Selection {
  readonly points: readonly Point[];
  readonly excluded: Readonly<Record<Exclusion, number>>;
}

/** @param crlbLimit of either value; null: no limit. [%] */
export function exclusionOf(point: Point, spectrum: Spectrum, crlbLimit: number | null): Exclusion | null {
  if (point.a === 0 || point.b === 0) return 'zero';
  if (spectrum.statusA !== 'converged' || spectrum.statusB !== 'converged') return 'notConverged';
  const above = (crlb: number | null): boolean => crlbLimit !== null && crlb !== null && crlb > crlbLimit;
  return above(point.crlbPercentA) || above(point.crlbPercentB) ? 'crlb' : null;
}

export function selectPoints(row: Row, spectra: readonly Spectrum[], crlbLimit: number | null): Selection {
  const excluded = { zero: 0, notConverged: 0, crlb: 0 };
  const points = row.points.filter((point) => {
    const spectrum = spectra[point.spectrum];
    if (spectrum === undefined) return false;
    const why = exclusionOf(point, spectrum, crlbLimit);
    if (why !== null) excluded[why] += 1;
    return why === null;
  });
  return { points, excluded };
}

/** What was left out and why; empty where nothing was. */
export function excludedSentence({ excluded }: Selection, crlbLimit: number | null): string {
  const { zero, notConverged, crlb } = excluded;
  const all = zero + notConverged + crlb;
  if (all === 0) return '';
  const reasons = [
    ...(zero > 0 ? [t('comparison.agreement.withZero', { number: zero })] : []),
    ...(notConverged > 0 ? [t('comparison.agreement.notConverged', { number: notConverged })] : []),
    ...(crlb > 0 ? [t('comparison.agreement.aboveCrlb', { number: crlb, limit: crlbLimit ?? 0 })] : []),
  ];
  return t('comparison.agreement.leftOut', { count: all, reasons: reasons.join(', ') });
}

export interface Agreement {
  readonly paired: PairedAgreement | null;
  readonly intervals: AgreementIntervals | null;
}

export function agreementOf(points: readonly Point[]): Agreement {
  const paired = pairedAgreement(points.map((p) => p.a), points.map((p) => p.b)); // prettier-ignore
  return { paired, intervals: paired === null ? null : agreementIntervals(paired) };
}

export interface Fact {
  readonly name: string;
  readonly value: string;
  readonly title: string;
}

const range = (interval: Interval | null): string =>
  interval === null
    ? ''
    : ` ${t('comparison.agreement.range', { low: formatSignificant(interval[0]), high: formatSignificant(interval[1]) })}`;

/** Figures of agreement with their 95 % intervals in brackets. */
export function agreementFacts({ paired, intervals }: Agreement): Fact[] {
  if (paired === null) return [];
  const { n, bias, biasPercent, sd, limits, correlation, slope, intercept, icc } = paired;
  const percent = biasPercent === null ? '' : `, ${formatFixed(biasPercent, 1)} %`;
  const line =
    slope === null || intercept === null
      ? '–'
      : `${formatSignificant(slope)} · B ${intercept < 0 ? '−' : '+'} ${formatSignificant(Math.abs(intercept))}`;
  return [
    { name: t('comparison.facts.pairs'), value: String(n), title: t('comparison.facts.pairsTitle') },
    {
      name: t('comparison.facts.bias'),
      value: `${formatSignificant(bias)}${range(intervals?.bias ?? null)}${percent}`,
      title: t('comparison.facts.biasTitle'),
    },
    {
      name: t('comparison.facts.upper'),
      value: `${formatSignificant(limits?.[1] ?? null)}${range(intervals?.highLimit ?? null)}`,
      title: t('comparison.facts.upperTitle'),
    },
    {
      name: t('comparison.facts.lower'),
      value: `${formatSignificant(limits?.[0] ?? null)}${range(intervals?.lowLimit ?? null)}`,
      title: t('comparison.facts.lowerTitle'),
    },
    { name: t('comparison.facts.sd'), value: formatSignificant(sd), title: t('comparison.facts.sdTitle') },
    { name: t('comparison.facts.r'), value: formatFixed(correlation, 3), title: t('comparison.facts.rTitle') },
    { name: 'ICC(A,1)', value: formatFixed(icc, 3), title: t('comparison.facts.iccTitle') },
    { name: t('comparison.facts.deming'), value: `A = ${line}`, title: t('comparison.facts.demingTitle') },
  ];
}

/** A place that names no patient: the study's number, and the voxel of a grid. */
export function placeWords({ studyNumber, voxel }: Spectrum, isGrid: boolean): string {
  if (isGrid) return t('comparison.agreement.voxel', { voxel });
  return voxel > 0
    ? t('comparison.agreement.studyVoxel', { number: studyNumber, voxel })
    : t('comparison.agreement.study', { number: studyNumber });
}

/** Read-out of a point. */
export function pointWords(name: string, point: Point, place: string): string {
  return `${place}   ${name}   A ${formatSignificant(point.a)}   B ${formatSignificant(point.b)}`;
}

/** Name of a method in a list. */
export function methodTitle({ method, recipeId, changed, studies }: ComparedMethodView): string {
  const setUp = recipeId === null ? '' : `, ${recipeId}${changed === '' ? '' : `: ${changed}`}`;
  return t('comparison.agreement.method', { title: `${methodLabel(method)}${setUp}`, count: studies });
}

/** Its short name on axes. */
export const methodName = ({ method, changed }: ComparedMethodView): string =>
  changed === '' ? methodLabel(method) : `${methodLabel(method)}, ${changed}`;

/** All pairs of all metabolites as CSV, with what is left out marked; plain numbers, no patient. */
export function agreementCsv(
  view: AgreementView,
  names: readonly [a: string, b: string],
  crlbLimit: number | null,
): string {
  const head = ['metabolite', 'study', 'voxel', 'method_a', 'method_b', 'a', 'b', 'difference', 'crlb_a_percent', 'crlb_b_percent', 'left_out']; // prettier-ignore
  const lines = view.rows.flatMap(({ name, points }) =>
    points.flatMap((point) => {
      const spectrum = view.spectra[point.spectrum];
      if (spectrum === undefined) return [];
      const { a, b, crlbPercentA, crlbPercentB } = point;
      const cells = [name, spectrum.studyNumber, spectrum.voxel, ...names, a, b, a - b, crlbPercentA, crlbPercentB, exclusionOf(point, spectrum, crlbLimit)]; // prettier-ignore
      return [csvRow(cells)];
    }),
  );
  return `${[csvRow(head), ...lines].join('\n')}\n`;
}
