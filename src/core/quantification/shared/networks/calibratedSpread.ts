// From the spreads that a network (or the bound of its linear solve) states to SDs that keep their word, and to a covariance
// of the amplitudes whose sums keep theirs.
import type { QuantificationCard, SpreadCalibration } from '../../../domain/modelCard.ts';
import { COMBINED_METABOLITES, canonicalMetaboliteName } from '../../../domain/metaboliteNames.ts';
import type { NetworkEstimate } from './networkEstimate.ts';

/** Calibration of whatever has none of its own, such as the metabolites of a user's basis. */
const OTHERS = '*';
const AS_STATED: SpreadCalibration = { factor: 1, floor: 0 };
const NO_MISFIT = 0;

export interface CalibratedSpreads {
  /** Of each amplitude, in its units. */
  readonly sds: Float64Array;
  /**
   * M × M. Signals of which nothing joint is known count as independent, except within a sum that has an SD of its own. null
   * where no spread is known.
   */
  readonly covariance: Float64Array | null;
}

type Calibrate = (name: string, spread: number, misfitSpread: number) => number;

const tables = new WeakMap<QuantificationCard, ReadonlyMap<string, SpreadCalibration>>();

function tableOf(card: QuantificationCard): ReadonlyMap<string, SpreadCalibration> {
  const known = tables.get(card);
  if (known !== undefined) return known;
  const table = new Map(Object.entries(card.calibration).map(([name, c]) => [canonicalMetaboliteName(name), c]));
  tables.set(card, table);
  return table;
}

function calibrator(card: QuantificationCard, scale: number): Calibrate {
  const byName = tableOf(card);
  return (name, spread, misfitSpread) => {
    const { factor, floor, misfit = 0 } = byName.get(name) ?? byName.get(OTHERS) ?? AS_STATED;
    return Math.hypot(factor * spread, misfit * misfitSpread, floor * scale);
  };
}

/** One correlation within the members of a sum, so that their SDs give the sum's. */
function fitSum(covariance: Float64Array, sds: Float64Array, members: readonly number[], sumSd: number): void {
  const n = sds.length;
  let own = 0;
  let crossed = 0;
  for (const i of members) {
    own += (sds[i] as number) ** 2;
    for (const j of members) if (i !== j) crossed += (sds[i] as number) * (sds[j] as number);
  }
  if (!(crossed > 0)) return;
  const correlation = Math.max(-1, Math.min(1, (sumSd ** 2 - own) / crossed));
  for (const i of members) {
    for (const j of members) {
      if (i !== j) covariance[i * n + j] = correlation * (sds[i] as number) * (sds[j] as number);
    }
  }
}

/** @param scale of the network's input: floors are over it */
export function calibratedSpreads(
  estimate: Pick<NetworkEstimate, 'names' | 'spreads' | 'sumSpreads' | 'misfit' | 'covariance'>,
  card: QuantificationCard,
  scale: number,
): CalibratedSpreads {
  const { names, spreads, sumSpreads, misfit, covariance: stated } = estimate;
  const n = names.length;
  const calibrate = calibrator(card, scale);
  const sds = Float64Array.from(names, (name, i) =>
    calibrate(name, spreads[i] as number, misfit?.spreads[i] ?? NO_MISFIT),
  );
  if (!sds.every((sd) => Number.isFinite(sd))) return { sds, covariance: null };
  const covariance = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const part =
        stated === null ? 0 : (stated[i * n + j] as number) / ((spreads[i] as number) * (spreads[j] as number));
      const correlation = i === j ? 1 : Number.isFinite(part) ? part : 0;
      covariance[i * n + j] = correlation * (sds[i] as number) * (sds[j] as number);
    }
  }
  card.sums.forEach((name, k) => {
    const members = COMBINED_METABOLITES.find((sum) => sum.name === name)?.members ?? [];
    const at = members.map((member) => names.indexOf(member)).filter((i) => i >= 0);
    if (at.length < 2) return;
    const sumSd = calibrate(name, sumSpreads[k] as number, misfit?.sumSpreads[k] ?? NO_MISFIT);
    fitSum(covariance, sds, at, sumSd);
  });
  return { sds, covariance };
}
