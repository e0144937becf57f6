// The short-TE 3 T scans of the reference data, under names that say nothing of anyone.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export interface RealCase {
  readonly alias: string;
  /** Relative to the reference data. */
  readonly file: string;
  readonly water?: string;
  /** LCModel's .csv of the same spectrum. */
  readonly lcmodel?: string;
  /** The basis set that LCModel had, for one more fit. */
  readonly basis?: string;
  /** Where the file doesn't say it. [ms] */
  readonly echoTimeMs?: number;
}

const OSPREY = 'osprey/exampledata/sdat';
const PROCESSED = 'osprey_in_pregame/twix/derivatives/LCModelFiles';
const CHALLENGE = 'lcmodel_runs/ismrm_challenge';
/** Spectra of the fitting challenge that lie in the reference data. */
const CHALLENGE_SPECTRA = [1, 3, 4, 6, 7, 9, 10, 12, 13, 15, 16, 18, 19, 21] as const;

const SCANS: readonly RealCase[] = [
  {
    alias: 'Big GABA, PRESS 35',
    file: 'basisremy_biggaba/S01_PRESS_35_act.SDAT',
    water: 'basisremy_biggaba/S01_PRESS_35_ref.SDAT',
  },
  {
    alias: 'Osprey, PRESS 35',
    file: `${OSPREY}/UnEdited/sub-01/ses-01/mrs/sub-01_ses-01_press/sub-01_PRESS_35_act.sdat`,
    water: `${OSPREY}/UnEdited/sub-01/ses-01/mrs/sub-01_ses-01_press-ref/sub-01_PRESS_35_ref.sdat`,
  },
  {
    alias: 'the same processed by Osprey',
    file: 'lcmodel_runs/press35_sub-01/met.RAW',
    water: 'lcmodel_runs/press35_sub-01/h2o.RAW',
    lcmodel: 'lcmodel_runs/press35_sub-01/out.csv',
    basis: 'lcmodel_runs/press35_sub-01/basis.BASIS',
  },
  {
    alias: 'Osprey, PRESS 30',
    file: `${OSPREY}/UnEdited_with_MM_data/sub-01/ses-01/mrs/sub-01_ses-01_press/sub-01_ses-01_PRESS_raw-act_noID.SDAT`,
    water: `${OSPREY}/UnEdited_with_MM_data/sub-01/ses-01/mrs/sub-01_ses-01_press_ref/sub-01_ses-01_PRESS_raw-ref_noID.SDAT`,
  },
  {
    alias: 'Osprey, PRESS 30, processed',
    file: `${PROCESSED}/metabs/mrs_sub-01_ses-01_press_sub-01_PRESS30_LCM_A.RAW`,
    water: `${PROCESSED}/ref/mrs_sub-01_ses-01_press-ref_sub-01_PRESS30_w_LCM_REF.RAW`,
  },
  {
    alias: 'anterior cingulate, PRESS 30',
    file: 'osprey_in_pregame/rda/sub-01/mrs/sub-01_acc-press/ACC_PRESS.rda',
  },
  {
    alias: 'posterior cingulate, PRESS 30',
    file: 'osprey_in_pregame/rda/sub-01/mrs/sub-01_pcg-press/PCG_PRESS.rda',
  },
  { alias: 'suspect, PRESS 30', file: 'suspect/siemens/SVS_30.rda' },
  { alias: 'suspect XA60, PRESS 30', file: 'suspect/siemens/SVS_XA60.dcm' },
  {
    alias: "LCModel's test case",
    file: 'lcmodel_runs/test_case/data.raw',
    lcmodel: 'lcmodel_runs/test_case/out_full.csv',
    basis: 'lcmodel_runs/test_case/3t.basis',
    echoTimeMs: 30,
  },
  ...CHALLENGE_SPECTRA.map((n) => ({
    alias: `challenge ${n}, PRESS 30`,
    file: `${CHALLENGE}/d${n}.RAW`,
    lcmodel: `${CHALLENGE}/d${n}.csv`,
    basis: `${CHALLENGE}/challenge.BASIS`,
  })),
];

/** Those that lie in a folder, with whole paths. */
export function realCasesIn(dataDir: string): RealCase[] {
  const whole = (path: string): string => join(dataDir, path);
  return SCANS.filter(({ file }) => existsSync(whole(file))).map(({ file, water, lcmodel, basis, ...rest }) => ({
    ...rest,
    file: whole(file),
    ...(water === undefined ? {} : { water: whole(water) }),
    ...(lcmodel === undefined ? {} : { lcmodel: whole(lcmodel) }),
    ...(basis === undefined ? {} : { basis: whole(basis) }),
  }));
}
