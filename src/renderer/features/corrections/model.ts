// What can be compared, how methods are called, and the table's figures as text.
import { formatFixed, formatSignificant } from '../../../core/reports/tables.ts';
import type {
  CorrectionMethodId,
  CorrectionMethodView,
  CorrectionTableView,
  DatasetView,
} from '../../../ipc/contract.ts';

/** A side of the comparison: a method, or whatever "auto" takes. */
export type SideChoice = CorrectionMethodId | 'auto';
export type SpectraMode = 'overlay' | 'waterfall' | 'wipe' | 'means';

export const SPECTRA_MODES: readonly { readonly value: SpectraMode; readonly text: string; readonly title: string }[] =
  [
    { value: 'overlay', text: 'Overlay', title: 'All transients laid over each other' },
    { value: 'waterfall', text: 'Waterfall', title: 'Transients one behind the other, the first in front' },
    { value: 'wipe', text: 'Wipe', title: 'A left of the line, B right of it, on one axis' },
    { value: 'means', text: 'Means', title: 'Averaged spectra and their difference' },
  ];

const SHORT_NAMES: Readonly<Record<CorrectionMethodId, string>> = {
  none: 'As measured',
  'robust-sr': 'Robust SR',
  rats: 'RATS',
  sr: 'SR',
  srf: 'SRF',
  crr: 'CrR',
  corr: 'Corr',
  corrf: 'CorrF',
  'water-peak': 'Water peak',
  dcrr: 'dCrR',
  dcrrf: 'dCrRF',
  dsr: 'dSR',
  dsrf: 'dSRF',
  tapper: 'Tapper 2021',
  ma: 'Ma 2022',
};

/** As systems and papers abbreviate it. */
export const shortName = (id: CorrectionMethodId): string => SHORT_NAMES[id];

/** Why a scan has no transients to compare, in words; null where it has. */
export function obstacleOf(dataset: DatasetView | null): string | null {
  if (dataset === null) return 'Open a study with a spectrum first.';
  const { role, description } = dataset;
  if (role === 'water') return 'This is a water reference: choose the metabolite scan above.';
  const transients = description.dimensions.find((d) => d.tag === 'DIM_DYN')?.length ?? 1;
  if (transients < 2) {
    return 'This scan has no separate transients: they were averaged before it was stored, so that none can be corrected any more. Import the raw data of the scanner to compare corrections.';
  }
  if (description.nucleus !== '1H') {
    return `Frequency and phase are corrected by lines of ¹H spectra, and this scan is of ${description.nucleus ?? 'an unknown nucleus'}.`;
  }
  return null;
}

/** The method that a side shows. */
export function methodOf(table: CorrectionTableView, choice: SideChoice): CorrectionMethodId {
  return choice === 'auto' ? table.chosen : choice;
}

export function findMethod(table: CorrectionTableView | null, id: CorrectionMethodId): CorrectionMethodView | null {
  return table?.methods.find((m) => m.id === id) ?? null;
}

export interface TableRow {
  readonly id: CorrectionMethodId;
  readonly short: string;
  readonly title: string;
  readonly citation: string;
  readonly isNetwork: boolean;
  readonly isChosen: boolean;
  readonly failure: string | null;
  /** In the order of COLUMNS. */
  readonly figures: readonly string[];
  readonly warnings: readonly string[];
  /** Which transients, and why. */
  readonly rejected: string;
}

export const COLUMNS: readonly { readonly text: string; readonly title: string }[] = [
  { text: 'SI', title: 'Similarity index of the transients, 2.5–3.5 ppm (Shamaei 2023); 1 is equal' },
  { text: 'Similarity w/o baseline', title: 'The same over 1.85–4.1 ppm without the baseline; “auto” chooses by it' },
  { text: 'Cr width (Hz)', title: 'Width of creatine’s line in the mean, at half its height' },
  { text: 'SNR of mean', title: 'Height of creatine’s line in the mean over the SD of noise' },
  { text: 'Drift left (Hz)', title: 'SD of the shift that is left in means of neighbouring transients' },
  { text: 'Drift left (°)', title: 'SD of the phase that is left in means of neighbouring transients' },
  { text: 'Time (ms)', title: 'Of the estimate for all transients, and for each' },
  { text: 'Rejected', title: 'Transients that the rejection of outliers would take out afterwards' },
];

function timeText(elapsedMs: number, transients: number): string {
  if (elapsedMs <= 0) return '–';
  return `${formatSignificant(elapsedMs, 2)} (${formatSignificant(elapsedMs / transients, 2)} each)`;
}

export function tableRows(table: CorrectionTableView): TableRow[] {
  return table.methods.map(({ id, title, citation, isNetwork, failure, outcome }): TableRow => {
    const what = { id, short: shortName(id), title, citation, isNetwork, isChosen: id === table.chosen, failure };
    if (outcome === null) return { ...what, figures: [], warnings: [], rejected: '' };
    const { scores, elapsedMs, rejected, warnings } = outcome;
    const figures = [
      formatFixed(scores.similarityIndex, 3),
      formatFixed(scores.metaboliteSimilarity, 3),
      formatFixed(scores.creatineWidthHz, 2),
      formatFixed(scores.snr, 1),
      formatFixed(scores.driftHz, 2),
      formatFixed(scores.driftDeg, 1),
      timeText(elapsedMs, table.transients),
      `${rejected.length} of ${table.transients}`,
    ];
    const which = rejected.map((r) => `Transient ${r.transient + 1}: ${r.reason}`).join('\n');
    return { ...what, figures, warnings, rejected: which };
  });
}

/** The table as a file. */
export function tableCsv(table: CorrectionTableView): string {
  const head =
    'method,title,chosen,similarity_index,similarity_without_baseline,creatine_width_hz,snr,drift_hz,drift_deg,time_ms,rejected,failure';
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const cell = (value: number | null): string => (value === null ? '' : String(Number(value.toPrecision(6))));
  const lines = table.methods.map(({ id, title, failure, outcome }) => {
    const s = outcome?.scores;
    const figures =
      s === undefined || outcome === null
        ? Array<string>(8).fill('')
        : [
            ...[s.similarityIndex, s.metaboliteSimilarity, s.creatineWidthHz, s.snr, s.driftHz, s.driftDeg].map(cell),
            cell(outcome.elapsedMs),
            String(outcome.rejected.length),
          ];
    return [id, quoted(title), id === table.chosen ? 'auto' : '', ...figures, quoted(failure ?? '')].join(',');
  });
  return `${[head, ...lines].join('\n')}\n`;
}
