// How much of a metabolite a normal adult human brain holds, with its source.
import { broken, fields, finite, source } from './recordFields.ts';
import type { Fields } from './recordFields.ts';

export interface Concentration {
  /** [mM] */
  readonly lowMM: number;
  /** [mM] */
  readonly highMM: number;
  /** Key into SPIN_SYSTEM_SOURCES. */
  readonly source: string;
}

/**
 * The "concentration" of a spin-system record.
 * @returns null where the record has null or nothing
 * @throws ModelError MODEL_INVALID
 */
export function concentrationOf(record: Fields, where: string): Concentration | null {
  const value = record['concentration'] ?? null;
  if (value === null) return null;
  const object = fields(value, `${where} (concentration)`);
  const lowMM = finite(object, 'lowMM', where);
  const highMM = finite(object, 'highMM', where);
  if (lowMM < 0) throw broken(where, `its least concentration, ${lowMM} mM, is negative`);
  if (lowMM > highMM) {
    throw broken(where, `its least concentration, ${lowMM} mM, is above its greatest, ${highMM} mM`);
  }
  return { lowMM, highMM, source: source(object, `${where} (concentration)`) };
}
