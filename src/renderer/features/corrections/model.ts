// What can be compared, how methods are called, and the table's figures as text.
import { formatFixed, formatSignificant } from '../../../core/reports/tables.ts';
import { t } from '../../app/i18n/index.ts';
import type {
  CorrectionMethodId,
  CorrectionMethodView,
  CorrectionTableView,
  DatasetView,
} from '../../../ipc/contract.ts';

/** A side of the comparison: a method, or whatever "auto" takes. */
export type SideChoice = CorrectionMethodId | 'auto';
export type SpectraMode = 'overlay' | 'waterfall' | 'wipe' | 'means';

export const SPECTRA_MODES: readonly SpectraMode[] = ['overlay', 'waterfall', 'wipe', 'means'];

const SHORT_NAMES: Readonly<Record<Exclude<CorrectionMethodId, 'none' | 'water-peak'>, string>> = {
  'robust-sr': 'Robust SR',
  rats: 'RATS',
  sr: 'SR',
  srf: 'SRF',
  crr: 'CrR',
  corr: 'Corr',
  corrf: 'CorrF',
  dcrr: 'dCrR',
  dcrrf: 'dCrRF',
  dsr: 'dSR',
  dsrf: 'dSRF',
  tapper: 'Tapper 2021',
  ma: 'Ma 2022',
};

/** As systems and papers abbreviate it. */
export function shortName(id: CorrectionMethodId): string {
  return id === 'none' || id === 'water-peak' ? t(`corrections.names.${id}`) : SHORT_NAMES[id];
}

/** Why a scan has no transients to compare, in words; null where it has. */
export function obstacleOf(dataset: DatasetView | null): string | null {
  if (dataset === null) return t('corrections.obstacles.noStudy');
  const { role, description } = dataset;
  if (role === 'water') return t('corrections.obstacles.water');
  const transients = description.dimensions.find((d) => d.tag === 'DIM_DYN')?.length ?? 1;
  if (transients < 2) {
    return t('corrections.obstacles.averaged');
  }
  if (description.nucleus !== '1H') {
    return t('corrections.obstacles.nucleus', { nucleus: description.nucleus ?? t('corrections.obstacles.unknown') });
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

export const COLUMNS = ['si', 'similarity', 'width', 'snr', 'driftHz', 'driftDeg', 'time', 'rejected'] as const;

function timeText(elapsedMs: number, transients: number): string {
  if (elapsedMs <= 0) return '–';
  const each = formatSignificant(elapsedMs / transients, 2);
  return t('corrections.table.time', { all: formatSignificant(elapsedMs, 2), each });
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
      t('corrections.nOf', { n: rejected.length, all: table.transients }),
    ];
    const which = rejected
      .map((r) => t('corrections.table.rejected', { at: r.transient + 1, reason: r.reason }))
      .join('\n');
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
