// Relaxation times and water contents by substance, tissue and field: plain data that sites may edit, each number with
// its source. The numbers this program brings stand in quantification/waterScaling/data.

export type Tissue = 'GM' | 'WM' | 'CSF';

/** One relaxation time. */
export interface RelaxationEntry {
  /** "water", a canonical metabolite name, or "*" for every metabolite without its own entry. */
  readonly substance: string;
  /** "any" where grey and white matter aren't told apart. */
  readonly tissue: Tissue | 'any';
  readonly fieldT: number;
  readonly quantity: 'T1' | 'T2';
  readonly valueS: number;
  /** Citation; says so where the number could not be checked against the paper itself. */
  readonly source: string;
}

/** MR-visible water of a tissue, relative to the same volume of pure water. */
export interface WaterContentEntry {
  readonly tissue: Tissue;
  readonly relativeDensity: number;
  readonly source: string;
}

export interface RelaxationTable {
  readonly schema: 'lineshape.relaxation/1';
  readonly id: string;
  readonly title: string;
  readonly relaxation: readonly RelaxationEntry[];
  readonly waterContent: readonly WaterContentEntry[];
}

/** A value counts for fields within this part of its own: 2.89 T takes 3 T's, 4 T takes none. */
export const FIELD_TOLERANCE = 0.1;

const relaxationKey = (e: RelaxationEntry): string => [e.substance, e.tissue, e.fieldT, e.quantity].join('|');

/** Entries of both, `override` winning where both tell the same thing; its value for any tissue wins over each tissue's. */
export function mergeRelaxationTables(base: RelaxationTable, override: RelaxationTable): RelaxationTable {
  const replaced = new Set(override.relaxation.map(relaxationKey));
  const isReplaced = (e: RelaxationEntry): boolean =>
    replaced.has(relaxationKey(e)) || replaced.has(relaxationKey({ ...e, tissue: 'any' }));
  const tissues = new Set(override.waterContent.map((w) => w.tissue));
  return {
    schema: base.schema,
    id: `${base.id}+${override.id}`,
    title: `${base.title}, with ${override.title}`,
    relaxation: [...base.relaxation.filter((e) => !isReplaced(e)), ...override.relaxation],
    waterContent: [...base.waterContent.filter((w) => !tissues.has(w.tissue)), ...override.waterContent],
  };
}

export interface RelaxationQuery {
  readonly substance: string;
  readonly tissue: Tissue;
  readonly fieldT: number;
  readonly quantity: 'T1' | 'T2';
}

/**
 * The entry that fits best: the substance's own before "*", the tissue's own before "any", the nearest field within the
 * tolerance. Water never takes "*".
 * @returns null where none fits
 */
export function findRelaxation(table: RelaxationTable, query: RelaxationQuery): RelaxationEntry | null {
  const substances = query.substance === 'water' ? ['water'] : [query.substance, '*'];
  for (const substance of substances) {
    for (const tissue of [query.tissue, 'any']) {
      const fitting = table.relaxation
        .filter((e) => e.substance === substance && e.tissue === tissue && e.quantity === query.quantity)
        .map((entry) => ({ entry, distance: Math.abs(query.fieldT / entry.fieldT - 1) }))
        .filter(({ distance }) => distance <= FIELD_TOLERANCE)
        .sort((a, b) => a.distance - b.distance);
      const best = fitting[0];
      if (best !== undefined) return best.entry;
    }
  }
  return null;
}

/** @returns null where the table has none */
export function findWaterContent(table: RelaxationTable, tissue: Tissue): WaterContentEntry | null {
  return table.waterContent.find((w) => w.tissue === tissue) ?? null;
}
