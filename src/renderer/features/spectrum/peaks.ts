// Peaks by which a reader finds the way in a spectrum, by nucleus, most important first.

export interface Peak {
  readonly ppm: number;
  readonly text: string;
}

/** Source: Govindaraju 2000, doi:10.1002/1099-1492(200005)13:3<129::AID-NBM619>3.0.CO;2-V; lipids: Behar 1994, doi:10.1002/mrm.1910320304. */
const PROTON: readonly Peak[] = [
  { ppm: 2.01, text: 'tNAA' },
  { ppm: 3.03, text: 'tCr' },
  { ppm: 3.2, text: 'tCho' },
  { ppm: 3.56, text: 'mI' },
  { ppm: 3.91, text: 'tCr' },
  { ppm: 2.3, text: 'Glx' },
  { ppm: 3.75, text: 'Glx' },
  { ppm: 1.33, text: 'Lac' },
  { ppm: 0.9, text: 'Lip' },
  { ppm: 1.3, text: 'Lip' },
];

/** What the difference of ON and OFF keeps of them when GABA is edited; creatine's place is GABA's then. Source: as above. */
export const PROTON_DIFFERENCE: readonly Peak[] = [
  { ppm: 3.01, text: 'GABA+' },
  { ppm: 3.75, text: 'Glx' },
  { ppm: 2.01, text: 'tNAA' },
  { ppm: 2.35, text: 'Glx' },
];

/**
 * Source: Ren 2015, doi:10.1002/nbm.3384 (human brain): GPC for the diesters and PE for the monoesters, which are the strongest
 * of them. Pi moves with pH.
 */
const PHOSPHORUS: readonly Peak[] = [
  { ppm: 0, text: 'PCr' },
  { ppm: -2.5, text: 'γ-ATP' },
  { ppm: -7.6, text: 'α-ATP' },
  { ppm: -16.1, text: 'β-ATP' },
  { ppm: 4.8, text: 'Pi' },
  { ppm: 6.76, text: 'PME' },
  { ppm: 2.95, text: 'PDE' },
  { ppm: -8.3, text: 'NAD' },
];

export const PEAKS: Readonly<Record<string, readonly Peak[]>> = { '1H': PROTON, '31P': PHOSPHORUS };
