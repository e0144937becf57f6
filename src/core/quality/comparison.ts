// Two methods' results of the same spectra → their agreement, metabolite by metabolite.
import type { MetaboliteEstimate, QuantificationResult } from '../domain/quantification.ts';
import { pairedAgreement } from '../math/pairedAgreement.ts';
import type { PairedAgreement } from '../math/pairedAgreement.ts';

export type ComparedQuantity = 'ratio' | 'amplitude' | 'concentration';
export const COMPARED_QUANTITIES: readonly ComparedQuantity[] = ['ratio', 'amplitude', 'concentration'];

type ComparedEstimate = Pick<MetaboliteEstimate, 'name' | 'amplitude' | 'ratioToTCr' | 'concentrationMM'>;

/** A result of one spectrum, under a key that is the same in both series. */
export interface KeyedResult {
  readonly key: string;
  readonly result: Pick<QuantificationResult, 'status'> & {
    readonly metabolites: readonly ComparedEstimate[];
    readonly combined: readonly ComparedEstimate[];
  };
}

export interface ComparisonRow extends PairedAgreement {
  readonly name: string;
  readonly isSum: boolean;
  /** One a spectrum, for a scatter or a Bland–Altman plot. */
  readonly pairs: readonly { readonly key: string; readonly a: number; readonly b: number }[];
}

export interface Comparison {
  readonly rows: readonly ComparisonRow[];
  /** Spectra that both have an estimate of. */
  readonly common: number;
  readonly onlyA: number;
  readonly onlyB: number;
}

function valueOf(estimate: ComparedEstimate, quantity: ComparedQuantity): number | null {
  const { amplitude, ratioToTCr, concentrationMM } = estimate;
  const value = { ratio: ratioToTCr, amplitude, concentration: concentrationMM }[quantity];
  return value === null || !Number.isFinite(value) ? null : value;
}

type Pair = ComparisonRow['pairs'][number];

/** By "name" with what kind it is, sums first, in the order of A. */
function pairsByName(
  matched: readonly (readonly [KeyedResult, KeyedResult])[],
  kind: 'combined' | 'metabolites',
  quantity: ComparedQuantity,
): Map<string, Pair[]> {
  const pairs = new Map<string, Pair[]>();
  for (const [a, b] of matched) {
    for (const estimate of a.result[kind]) {
      const other = b.result[kind].find((e) => e.name === estimate.name);
      const va = valueOf(estimate, quantity);
      const vb = other === undefined ? null : valueOf(other, quantity);
      if (va === null || vb === null) continue;
      const list = pairs.get(estimate.name) ?? [];
      pairs.set(estimate.name, list);
      list.push({ key: a.key, a: va, b: vb });
    }
  }
  return pairs;
}

/**
 * @param a,b results of two methods; the keys of each are different from one another
 * @param quantity what is compared; of a ratio to total creatine, tCr itself says nothing and has no row
 */
export function compareResults(
  a: readonly KeyedResult[],
  b: readonly KeyedResult[],
  quantity: ComparedQuantity,
): Comparison {
  const fitted = (list: readonly KeyedResult[]): readonly KeyedResult[] =>
    list.filter(({ result }) => result.status !== 'refused');
  const ofB = new Map(fitted(b).map((keyed) => [keyed.key, keyed]));
  const matched = fitted(a).flatMap((keyed) => {
    const other = ofB.get(keyed.key);
    return other === undefined ? [] : [[keyed, other] as const];
  });
  const rows = (['combined', 'metabolites'] as const).flatMap((kind) =>
    [...pairsByName(matched, kind, quantity)].flatMap(([name, pairs]) => {
      if (quantity === 'ratio' && name === 'tCr') return [];
      const agreement = pairedAgreement(pairs.map((p) => p.a), pairs.map((p) => p.b)); // prettier-ignore
      return agreement === null ? [] : [{ name, isSum: kind === 'combined', ...agreement, pairs }];
    }),
  );
  const common = matched.length;
  return { rows, common, onlyA: fitted(a).length - common, onlyB: ofB.size - common };
}
