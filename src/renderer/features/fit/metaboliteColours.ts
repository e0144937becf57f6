// One colour a metabolite, everywhere and always. Okabe & Ito 2008, "Color Universal Design": told apart with any
// common colour vision; blue is left to the fit, black to the data.

const ORANGE = '#E69F00';
const GREEN = '#009E73';
const PURPLE = '#CC79A7';
const YELLOW = '#D2CD55';
const VERMILLION = '#D55E00';
const SKY = '#56B4E9';
const BLUE = '#3F86C4';
const GREY = '#8C96A3';

const COLOURS: Readonly<Record<string, `#${string}`>> = {
  tNAA: ORANGE,
  NAA: ORANGE,
  NAAG: ORANGE,
  tCr: GREEN,
  Cr: GREEN,
  PCr: GREEN,
  '-CrCH2': GREEN,
  tCho: PURPLE,
  GPC: PURPLE,
  PCho: PURPLE,
  Cho: PURPLE,
  mI: YELLOW,
  Ins: YELLOW,
  Scyllo: YELLOW,
  Glx: VERMILLION,
  Glu: VERMILLION,
  Gln: VERMILLION,
  GABA: SKY,
  GSH: BLUE,
  Lac: SKY,
  Ala: BLUE,
  Asp: BLUE,
  Asc: SKY,
  Tau: BLUE,
  PE: SKY,
  Glc: SKY,
  Gly: BLUE,
};

/** @param name canonical metabolite or sum; macromolecules, lipids and the unlisted are grey */
export function metaboliteColour(name: string): `#${string}` {
  return COLOURS[name] ?? GREY;
}

const ORDER = [
  'tNAA',
  'NAA',
  'NAAG',
  'tCr',
  'Cr',
  'PCr',
  'tCho',
  'GPC',
  'PCho',
  'Cho',
  'mI',
  'Ins',
  'Glx',
  'Glu',
  'Gln',
];

/** Rank for lists: the five that are always read first, then the rest as it came, macromolecules and lipids last. */
export function metaboliteRank(name: string): number {
  const at = ORDER.indexOf(name);
  if (at >= 0) return at;
  return /^(mm|mac|lip)/i.test(name) || name === '-CrCH2' ? ORDER.length + 1 : ORDER.length;
}
