// Families of sequences, told from the names that scanners and people give them.

/** Sequence families and the spellings met in protocol names; the first that matches counts. */
const FAMILIES: readonly (readonly [family: string, pattern: RegExp])[] = [
  ['MEGA-SLASER', /mega.*s[-_ ]?laser|s[-_ ]?laser.*mega/i],
  ['MEGA-PRESS', /mega|hermes|edit_?press/i],
  ['SLASER', /s(emi)?[-_ ]?laser/i],
  ['LASER', /laser/i],
  ['SPECIAL', /special/i],
  ['PRESS', /press|svs_se\b|csi_se\b|svs_se_|csi_se_/i],
  ['STEAM', /steam|svs_st\b|svs_st_|csi_st/i],
  ['SPIN-ECHO', /spin[-_ ]?echo/i],
  ['PULSE-ACQUIRE', /pulse[-_ ]?acquire|\bfid\b/i],
];

/**
 * Family of a sequence from its name in a file.
 * @param name e.g. "svs_se_30", "PRESS_35"
 * @returns e.g. "PRESS", or null where the name says nothing
 */
export function sequenceFamily(name: string | null): string | null {
  if (name === null) return null;
  return FAMILIES.find(([, pattern]) => pattern.test(name))?.[0] ?? null;
}
