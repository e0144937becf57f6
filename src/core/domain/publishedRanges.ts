// Published reference ranges that come with the program: only series whose mean, SD, number of persons and conditions were
// read in a source. Zöllner 2021 (Big GABA: three manufacturers, linear-combination fit) is read from the open database of
// Gudmundson 2023 (github.com/agudmundson/mrs-database, MIT: Values_Concentrations.csv and References_Concentrations.csv,
// study 2021_zollner_34, row 10: LCModel, all manufacturers).
import type { ReferenceRange } from './referenceRange.ts';

/** A range with a name that stays: a site that deletes it is not offered it again. */
export interface PublishedRange {
  readonly key: string;
  readonly range: ReferenceRange;
}

const BIG_GABA = {
  quantity: 'ratio',
  denominator: 'tCr',
  nucleus: '1H',
  fieldT: 3,
  echoTimeMinMs: 35,
  echoTimeMaxMs: 35,
  sequence: 'PRESS',
  region: 'medial parietal',
  tissue: null,
  // The source gives 26.4 ± 4.6 years: completed years within mean ± 2 SD.
  ageMinYears: 18,
  ageMaxYears: 35,
  n: 277,
  citation:
    'Zöllner HJ et al., NMR Biomed 2021:e4482, doi:10.1002/nbm.4482 (Big GABA, LCModel, 26.4 ± 4.6 y), as given in doi:10.1016/j.ab.2023.115227',
} as const;

const ofBigGaba = (metabolite: string, mean: number, sd: number): PublishedRange => ({
  key: `zollner-2021-lcmodel-${metabolite}`,
  range: { ...BIG_GABA, metabolite, mean, sd },
});

/**
 * Glx is left out: its row for all manufacturers is not the mean of the rows of each (it repeats tNAA's figures), so one of
 * them is a slip of the pen.
 */
export const PUBLISHED_RANGES: readonly PublishedRange[] = [
  ofBigGaba('tNAA', 1.45, 0.15),
  ofBigGaba('tCho', 0.18, 0.02),
  ofBigGaba('mI', 0.83, 0.09),
];
