// LCModel's simulated macromolecules and lipids, the one table of them: positions, least widths and proton numbers are
// CHSIMU's, ratios CHRATO's (Provencher, LCModel & LCMgui User's Manual §11.7, §11.8). The later programs have the same
// figures: TARQUIN (Wilson 2011, Magn Reson Med 65:1, doi:10.1002/mrm.22579), Osprey (Oeltzschner 2020, J Neurosci Methods
// 343:108827, doi:10.1016/j.jneumeth.2020.108827; its file MMLipLCModel.json) and, for the shifts and proton numbers of
// the macromolecules, FSL-MRS (Clarke 2021, Magn Reson Med 85:2950, doi:10.1002/mrm.28630; MM09 … MM21, shifts rounded
// to 0.1 ppm, widths left to the user).

/** One Gaussian. */
export interface BroadLine {
  readonly ppm: number;
  /** FWHM; in ppm, so that it scales with the field. */
  readonly widthPpm: number;
  /** Area; as for metabolites, protons per unit concentration. */
  readonly protons: number;
}

export interface BroadGroup {
  readonly name: string;
  readonly kind: 'macromolecule' | 'lipid';
  readonly lines: readonly BroadLine[];
}

const line = (ppm: number, widthPpm: number, protons: number): BroadLine => ({ ppm, widthPpm, protons });
const macromolecule = (name: string, ...lines: BroadLine[]): BroadGroup => ({ name, kind: 'macromolecule', lines });
const lipid = (name: string, ...lines: BroadLine[]): BroadGroup => ({ name, kind: 'lipid', lines });

/** Five signals of eight lines: methyl, methylene and lysine groups of proteins, and what rises with them near 2 and 3 ppm. */
export const LCMODEL_MACROMOLECULES: readonly BroadGroup[] = [
  macromolecule('MM09', line(0.91, 0.14, 3)),
  macromolecule('MM12', line(1.21, 0.15, 2)),
  macromolecule('MM14', line(1.43, 0.17, 2)),
  macromolecule('MM17', line(1.67, 0.15, 2)),
  macromolecule('MM20', line(2.08, 0.15, 1.33), line(2.25, 0.2, 0.33), line(1.95, 0.15, 0.33), line(3.0, 0.2, 0.4)),
];

const LIP09 = lipid('Lip09', line(0.89, 0.14, 3));
const METHYLENE_BROAD = line(1.28, 0.15, 2);
const METHYLENE_NARROW = line(1.28, 0.089, 2);
const LIP20 = lipid('Lip20', line(2.04, 0.15, 1.33), line(2.25, 0.15, 0.67), line(2.8, 0.2, 0.87));

/** LCModel's four lipid signals: it has the methylene line at 1.28 ppm in two widths. */
export const LCMODEL_LIPIDS: readonly BroadGroup[] = [
  LIP09,
  lipid('Lip13a', METHYLENE_BROAD),
  lipid('Lip13b', METHYLENE_NARROW),
  LIP20,
];

/** Three lipid signals, one a shift: the methylene line has the first of LCModel's two widths. */
export const LIPIDS_3: readonly BroadGroup[] = [LIP09, lipid('Lip13', METHYLENE_BROAD), LIP20];

/**
 * The 13 Gaussians of the FSL-MRS/Osprey line: eight macromolecule lines in five signals, five lipid lines in three. (13
 * is the count in Shamaei 2023, Comput Biol Med 158:106837, for "lipid and MM basis signals" on Big GABA data; Osprey's
 * own code adds LCModel's narrow Lip13b to Lip13 with a width of 0.89 ppm, ten times LCModel's 0.089, and is not followed.)
 */
export const OSPREY_13: readonly BroadGroup[] = [...LCMODEL_MACROMOLECULES, ...LIPIDS_3];

export interface ExpectedRatio {
  readonly signal: string;
  /** The ratio is to the sum of these. */
  readonly references: readonly string[];
  readonly ratio: number;
  readonly sd: number;
}

/** Expected ratios of concentrations and their standard deviations: LCModel's defaults. */
export const LCMODEL_RATIOS: readonly ExpectedRatio[] = [
  { signal: 'MM20', references: ['MM09'], ratio: 1.5, sd: 0.375 },
  { signal: 'MM12', references: ['MM09'], ratio: 0.3, sd: 0.1 },
  { signal: 'MM14', references: ['MM09'], ratio: 0.75, sd: 0.45 },
  { signal: 'MM17', references: ['MM09'], ratio: 0.375, sd: 0.24 },
  { signal: 'Lip09', references: ['Lip13a', 'Lip13b'], ratio: 0.267, sd: 0.1 },
  { signal: 'Lip20', references: ['Lip13a', 'Lip13b'], ratio: 0.15, sd: 0.07 },
];
