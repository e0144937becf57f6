// What the papers report, by set of the benchmark: to stand beside our figures. Values in the metric's own unit.
import type { Column } from './figures.ts';

export interface Published {
  /** Set of bench/quantification/sets.ts whose protocol it was measured on, or comes nearest to. */
  readonly set: string;
  /** Our method that it is to be held against; null for one that we don't build. */
  readonly method: string | null;
  /** As the paper calls it. */
  readonly label: string;
  readonly metric: Column;
  /** By our names. */
  readonly values: Readonly<Record<string, number>>;
  readonly source: string;
  /** Where a value is a bound only: "more than". */
  readonly atLeast?: true;
}

const CHEN = 'Chen D et al., IEEE Trans Biomed Eng 2024;71:1841, doi:10.1109/TBME.2024.3354123';
const HATAMI = 'Hatami N et al., MICCAI 2018, LNCS 11070:467, doi:10.1007/978-3-030-00928-1_53, Table 1';
const SHAMAEI = 'Shamaei A et al., Comput Biol Med 2023;158:106837, doi:10.1016/j.compbiomed.2023.106837, section 5';

/** Hatami's order of metabolites. */
const HATAMI_NAMES = ['Ala', 'Asc', 'Asp', 'Cr', 'GABA', 'GPC', 'GSH', 'Glc', 'Gln', 'Glu', 'Gly', 'Ins', 'Lac', 'NAA', 'NAAG', 'PCho', 'PCr', 'PE', 'Tau', 'Scyllo', 'Mac']; // prettier-ignore
const hatami = (...values: readonly number[]): Readonly<Record<string, number>> =>
  Object.fromEntries(HATAMI_NAMES.map((name, i) => [name, values[i] as number]));

export const PUBLISHED: readonly Published[] = [
  {
    ...{ set: 'qnet-fid10', method: 'qnet', label: 'QNet', metric: 'smapeMean', source: `${CHEN}, Table II` },
    values: { NAA: 1.98, NAAG: 13.98, Cr: 2.98, PCr: 5.02, GPC: 11.86, PCho: 12.05, Glu: 4.76, Gln: 6.87, Ins: 2.84 },
  },
  {
    ...{ set: 'qnet-7-20', method: 'qnet', label: 'QNet', metric: 'mape', source: `${CHEN}, Table II` },
    values: { tNAA: 4.35, tCr: 2.41, tCho: 2.59, Glx: 4.56, Ins: 7.47 },
  },
  {
    ...{ set: 'tumour', method: 'qnet', label: 'QNet', metric: 'mape', source: `${CHEN}, Table III` },
    values: { tNAA: 68.3, tCr: 54.1, tCho: 25.4, Glx: 33.6, GSH: 48.6, Ins: 17.5 },
  },
  {
    ...{ set: 'tumour', method: 'qnet-end-to-end', label: 'end-to-end QNet', metric: 'mape' },
    values: { tNAA: 516.6, tCr: 544.1 },
    source: `${CHEN}, Table III`,
    atLeast: true,
  },
  {
    ...{ set: 'tumour', method: 'qnet-end-to-end', label: 'end-to-end QNet', metric: 'mape' },
    values: { tCho: 42.1, Glx: 16.0, GSH: 17.8, Ins: 19.5 },
    source: `${CHEN}, Table III`,
  },
  {
    ...{ set: 'dq', method: 'dq-nmm', label: 'DQ-nMM', metric: 'r2', source: SHAMAEI },
    values: { Cr: 0.88, PCr: 0.54, GPC: 0.67, PCho: 0.62, NAA: 0.98, Glu: 0.68, Ins: 0.71, Tau: 0.66, NAAG: 0.46 },
  },
  {
    ...{ set: 'dq', method: 'dq-nmm', label: 'DQ-nMM', metric: 'mape', source: SHAMAEI },
    values: { Cr: 6.02, PCr: 9.12, GPC: 16.27, PCho: 18.2 },
  },
  {
    ...{ set: 'dq', method: 'quest', label: 'QUEST', metric: 'r2', source: SHAMAEI },
    values: { GPC: 0.1, PCr: 0.19, PCho: 0.1, Ins: 0.35, Tau: 0.42 },
  },
  {
    ...{ set: 'dq', method: 'quest', label: 'QUEST', metric: 'mape', source: SHAMAEI },
    values: { GPC: 26.06, PCr: 11.79, PCho: 25.75 },
  },
  {
    ...{ set: 'hatami', method: 'hatami-cnn', label: 'CNN', metric: 'smape', source: HATAMI },
    values: hatami(21.03, 20.64, 25.87, 19.64, 24.37, 13.67, 19.06, 20.85, 22.98, 22.29, 21.5, 20.2, 20.4, 18.95, 16.03, 14.27, 19.39, 23.29, 22.18, 14.09, 8.84), // prettier-ignore
  },
  {
    ...{ set: 'hatami', method: 'quest', label: 'QUEST', metric: 'smape', source: HATAMI },
    values: hatami(31.21, 28.8, 41.98, 26.3, 37.63, 25.06, 26.81, 33.42, 36.09, 34.88, 29.78, 28.03, 28.8, 26.69, 23.58, 21.44, 26.4, 43.29, 36.82, 23.02, 14.45), // prettier-ignore
  },
  {
    ...{ set: 'hatami', method: null, label: 'random forest', metric: 'smape', source: HATAMI },
    values: hatami(24.39, 24.24, 25.38, 22.92, 25.14, 19.33, 23.7, 24.07, 24.94, 24.82, 24.18, 23.73, 24.32, 22.93, 21.85, 19.6, 22.77, 24.84, 24.2, 17.72, 17.59), // prettier-ignore
  },
  {
    ...{ set: 'hatami-noiseless', method: 'hatami-cnn', label: 'CNN', metric: 'smape', source: HATAMI },
    values: hatami(2.8, 3.92, 5.23, 12.28, 5.98, 3.34, 4.44, 2.01, 9.89, 7.74, 9.81, 8.72, 2.43, 5.38, 3.76, 4.94, 11.19, 10.96, 11.65, 6.1, 0.86), // prettier-ignore
  },
  {
    ...{ set: 'hatami-noiseless', method: 'quest', label: 'QUEST', metric: 'smape', source: HATAMI },
    values: hatami(6.64, 6.44, 8.81, 10.31, 15.48, 5.53, 7.94, 10.89, 18.11, 15.97, 12.44, 11.84, 6.34, 9.26, 7.15, 6.13, 10.24, 17.64, 14.81, 6.8, 1.32), // prettier-ignore
  },
];

/** Mean SMAPE over metabolites of wavelet scattering, by the paper's data set (9.4 T, 15 metabolites). [%] */
export const PUBLISHED_SCATTERING = {
  source: 'Shamaei A et al., BIOSIGNALS 2021:268, doi:10.5220/0010318502680275, section 3',
  meanSmape: { DSS2: 1.13, DSS3: 1.38, DSS4: 1.7, DSS5: 3.46, DSS6: 5.92, DSS7: 6.12 },
} as const;

/** Time a signal. [ms] */
export const PUBLISHED_SPEED = {
  source: SHAMAEI,
  msPerSpectrum: { 'DQ-nMM (GPU)': 0.031, 'DQ-pMM (GPU)': 0.507, 'DQ-rpMM (GPU)': 0.517, QUEST: 560, FiTAID: 2500 },
  secondsFor10000: { 'DQ on a standard computer': 80 },
} as const;

/** What Rizzo 2023 (doi:10.1002/mrm.29561, section 3.2) says of a · R² by group of metabolites: networks and model fitting. */
export const PUBLISHED_RIZZO = {
  source: 'Rizzo R et al., Magn Reson Med 2023;89:1707, doi:10.1002/mrm.29561, section 3.2',
  groups: [
    { names: ['NAA', 'tCho', 'tCr', 'Ins', 'Glu'], networks: 'above 0.80', fitting: 'above 0.95' },
    { names: ['Glc', 'NAAG', 'Gln', 'GSH'], networks: '0.50 to 0.75', fitting: '0.75 to 0.90' },
    { names: ['Scyllo', 'Gly', 'Asp', 'PE', 'Tau', 'Lac', 'GABA'], networks: 'below 0.40', fitting: 'below 0.65' },
  ],
} as const;

/** Ratios to tCr in vivo (Big GABA, PRESS TE 35, five subjects, DQ-rpMM): lowest and highest subject. */
export const PUBLISHED_IN_VIVO = {
  source: SHAMAEI.replace('section 5', 'Table 6'),
  ratios: { tNAA: [1.62, 1.73], tCho: [0.21, 0.26], Ins: [1.0, 1.19], Glx: [1.28, 1.42] },
} as const;
