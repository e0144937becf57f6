// The one table of metabolite names: canonical name, synonyms, and the sums that are reported.

/** Canonical name → other spellings met in basis sets and papers (compared without case, '-', '_' and spaces). */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  Ala: ['alanine', 'l-ala'],
  Asc: ['ascorbate', 'vitc', 'ascorbicacid', 'vitaminc'],
  Asp: ['aspartate', 'aspartic acid'],
  Ace: ['acetate', 'act'],
  bHB: ['b-hb', 'betahb', 'hb', 'betahydroxybutyrate', 'b-hydroxybutyrate', '3-hydroxybutyrate', 'hydroxybutyrate'],
  bHG: ['2hg', 'bhg', '2-hg', 'hg', '2-hydroxyglutarate', 'betahydroxyglutarate', 'hydroxyglutarate'],
  Cho: ['choline', 'ch', 'fcho', 'freecholine'],
  Cit: ['citrate'],
  Cr: ['creatine', 'cre'],
  Cystat: ['cystathionine', 'cysta', 'cyst'],
  EtOH: ['ethanol', 'eth'],
  GABA: ['gaba', 'gamma-aminobutyric acid', 'gamma-aminobutyrate'],
  Glc: ['glucose', 'gluc', 'glca', 'glcb'],
  Gln: ['glutamine', 'glutamin'],
  Glu: ['glutamate', 'glutamic acid'],
  Gly: ['glycine', 'glyc', 'glyn'],
  GPC: ['glycerophosphocholine', 'gpcho', 'glycerophosphorylcholine'],
  GSH: ['glutathione', 'gluth'],
  H2O: ['water', 'h20'],
  Ins: ['mi', 'myo', 'mins', 'myoins', 'm-ins', 'myoinositol', 'inositol'],
  Lac: ['lactate', 'lactic acid'],
  Mac: ['mm', 'mmexp', 'mac', 'macro', 'mmol', 'macromolecules', 'mmmeas', 'mm_cmr'],
  NAA: ['nacetylaspartate', 'n-acetylaspartic acid'],
  NAAG: ['nacetylaspartylglutamate'],
  PCho: ['pch', 'phosphocholine', 'phosphorylcholine'],
  PCr: ['phosphocreatine', 'pcre'],
  PE: ['pea', 'peth', 'phosphoethanolamine', 'phosphorylethanolamine'],
  Phenyl: ['phenylalanine', 'phe'],
  Pyr: ['pyruvate', 'pyruvic acid'],
  Scyllo: ['sins', 'sioi', 'si', 'scy', 'scylloinositol', 's-ins', 'scylloins'],
  Ser: ['serine'],
  Suc: ['succinate', 'succ', 'succinic acid'],
  Tau: ['taurine'],
  Thr: ['threonine'],
  Tyr: ['tyrosine', 'tyros'],
  Val: ['valine'],
  '-CrCH2': ['crch2', 'negcrch2', '-crch2'],
};

const normalise = (name: string): string => name.toLowerCase().replace(/[-_\s.]/g, '');

const CANONICAL_BY_SPELLING: ReadonlyMap<string, string> = new Map(
  Object.entries(SYNONYMS).flatMap(([canonical, spellings]) =>
    [canonical, ...spellings].map((s) => [normalise(s), canonical] as const),
  ),
);

/**
 * Canonical metabolite name of any known spelling; unknown names are returned trimmed, as they are.
 * @param name as a file or a user has it
 */
export function canonicalMetaboliteName(name: string): string {
  const trimmed = name.trim();
  return CANONICAL_BY_SPELLING.get(normalise(trimmed)) ?? trimmed;
}

/** Sums reported beside single metabolites. Members absent from a basis are left out; a sum with no member is not reported. */
export const COMBINED_METABOLITES: readonly { readonly name: string; readonly members: readonly string[] }[] = [
  { name: 'tNAA', members: ['NAA', 'NAAG'] },
  { name: 'tCr', members: ['Cr', 'PCr'] },
  { name: 'tCho', members: ['GPC', 'PCho', 'Cho'] },
  { name: 'Glx', members: ['Glu', 'Gln'] },
  { name: 'mI', members: ['Ins'] },
];

/** The sum that an edited scan gives, GABA and the macromolecules edited with it; reported of difference spectra alone. */
export const EDITED_SUM = { name: 'GABA+', members: ['GABA', 'MM3co'] } as const;

const MACROMOLECULE_PATTERN = /^(mm|mac)/i;
const LIPID_PATTERN = /^lip/i;

/** Kind of a basis signal from its canonical name. */
export function basisSignalKind(canonicalName: string): 'metabolite' | 'macromolecule' | 'lipid' | 'correction' {
  if (canonicalName === '-CrCH2') return 'correction';
  if (LIPID_PATTERN.test(canonicalName)) return 'lipid';
  return MACROMOLECULE_PATTERN.test(canonicalName) ? 'macromolecule' : 'metabolite';
}
