// How often a network's in-distribution test is right: false alarms on spectra of the kind it knows, misses on others.
import type { DistributionCheck } from '../domain/quantification.ts';
import type { CaseEstimate } from './evaluation.ts';

export interface DistributionRate {
  readonly n: number;
  /** Cases that were found to be unlike what the network knows, or refused. [%] */
  readonly outsidePercent: number;
  /** The same by check; a case may fail several. [%] */
  readonly byCheck: Readonly<Partial<Record<DistributionCheck['check'], number>>>;
}

/**
 * On spectra that a network knows, `outsidePercent` is its false-alarm rate; on others 100 less it is its miss rate.
 * @param cases null where the method gave no number, which no one can believe by mistake: it counts as found out
 * @returns null where the method has no such test
 */
export function distributionRate(cases: readonly (CaseEstimate | null)[]): DistributionRate | null {
  const tested = cases.filter((c) => c === null || c.failedChecks !== undefined);
  if (tested.length === 0 || tested.every((c) => c === null)) return null;
  const percent = (count: number): number => (100 * count) / tested.length;
  const checks = new Set(tested.flatMap((c) => c?.failedChecks ?? []));
  const failing = (check: DistributionCheck['check']): number =>
    tested.filter((c) => c?.failedChecks?.includes(check)).length;
  return {
    n: tested.length,
    outsidePercent: percent(tested.filter((c) => c === null || (c.failedChecks?.length ?? 0) > 0).length),
    byCheck: Object.fromEntries([...checks].sort().map((check) => [check, percent(failing(check))])),
  };
}
