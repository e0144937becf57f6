// Metabolite names in LCModel's files: METABO holds six characters (LCModel source, MYBASI: CHARACTER METABO*6), and
// LCModel's own tables of ratios and sums know some metabolites by other names than ours.
import { canonicalMetaboliteName } from '../../domain/metaboliteNames.ts';
import { wordTable } from '../../domain/wordTable.ts';

const METABO_LENGTH = 6;

/** Canonical name → LCModel's, where its default ratio priors and sums need it. */
const LCMODEL_SPELLING: Readonly<Record<string, string>> = wordTable({ PCho: 'PCh' });

/** Longer names are cut and numbered; a reader then takes the whole one from ID. */
const SHORTENED = /^(.*)~\d+$/;

function shortened(name: string, taken: ReadonlySet<string>): string {
  for (let i = 1; ; i++) {
    const tail = `~${i}`;
    const candidate = name.slice(0, METABO_LENGTH - tail.length) + tail;
    if (!taken.has(candidate)) return candidate;
  }
}

/**
 * METABO for each name: at most six printable ASCII characters, no two alike.
 * @param nucleus LCModel's spellings are those of its 1H tables
 */
export function lcmodelNames(names: readonly string[], nucleus: string): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const plain = name.replace(/[^\x21-\x7e]/g, '_');
    const spelling = nucleus === '1H' ? (LCMODEL_SPELLING[plain] ?? plain) : plain;
    const fits =
      spelling.length <= METABO_LENGTH &&
      !taken.has(spelling) &&
      !SHORTENED.test(spelling) &&
      (spelling === name || canonicalMetaboliteName(spelling) === name);
    const metabo = fits ? spelling : shortened(plain, taken);
    taken.add(metabo);
    return metabo;
  });
}

/** The whole name: METABO, or ID where METABO was shortened from it or is not there. */
export function wholeName(metabo: string | null, id: string | null): string | null {
  const stem = metabo === null ? null : SHORTENED.exec(metabo)?.[1];
  return metabo === null || (stem !== undefined && id !== null) ? id : metabo;
}
