// A fitted series as JSON, as CSV files, and as text tables.
import type { FileBasisSet } from '../core/basis/files/index.ts';
import type { JsonObject } from '../core/domain/json.ts';
import type { Warning } from '../core/domain/provenance.ts';
import type { MetaboliteEstimate } from '../core/domain/quantification.ts';
import type { SeriesOutcome, SeriesRequest } from '../core/pipeline/index.ts';
import type { SeriesFit, SeriesPoint } from '../core/quantification/dynamicSeries/index.ts';
import { csvRow, formatCrlb, formatSignificant } from '../core/reports/index.ts';
import type { CsvCell } from '../core/reports/index.ts';
import { recipeSha256 } from '../node/files/hashing.ts';
import { fileEntry, plainJson, WRITTEN_BY } from './jsonDocuments.ts';
import type { ScanInput } from './scanInputs.ts';
import { textTable } from './terminal.ts';

export interface SeriesResult {
  readonly scan: ScanInput;
  readonly water: ScanInput | null;
  readonly basis: FileBasisSet;
  readonly request: SeriesRequest;
  readonly outcome: SeriesOutcome;
  readonly warnings: readonly Warning[];
}

/** `lineshape.series/1`. */
export function seriesDocument({ scan, water, basis, request, outcome, warnings }: SeriesResult): JsonObject {
  const { fit, preprocessed } = outcome;
  const { recipe, dimension, bins, voxel, options } = request;
  const document = {
    schema: 'lineshape.series/1',
    input: fileEntry(scan),
    water: fileEntry(water),
    basis: { id: basis.id, sha256: basis.sha256 },
    series: { dimension, ...bins, voxel, x: { name: fit.xName, unit: fit.xUnit } },
    options,
    converged: fit.converged,
    iterations: fit.iterations,
    chiSquare: fit.chiSquare,
    points: fit.points.map(({ index, x, result }) => ({ index, x, result })),
    shared: fit.shared,
    models: fit.models,
    recipe: { sha256: recipeSha256(recipe), recipe },
    warnings,
    provenance: preprocessed.dataset.provenance,
    program: WRITTEN_BY,
  };
  return plainJson(document);
}

const csv = (rows: readonly (readonly CsvCell[])[]): string => `${rows.map(csvRow).join('\r\n')}\r\n`;

const estimatesOf = ({ result }: SeriesPoint): readonly MetaboliteEstimate[] => [
  ...result.metabolites,
  ...result.combined.filter((c) => !result.metabolites.some((m) => m.name === c.name)),
];

/** One row a point: amplitudes with their bounds side by side. */
export function pointsCsv({ points, xName, xUnit }: SeriesFit): string {
  const names = points[0] === undefined ? [] : estimatesOf(points[0]).map((e) => e.name);
  const x = xUnit === '' ? xName : `${xName}_${xUnit}`;
  const header = ['point', x, 'status', 'snr', 'fwhm_Hz', 'shift_Hz', 'phase0_deg', ...names.flatMap((n) => [n, `${n}_crlb`])]; // prettier-ignore
  const rows = points.map((point) => {
    const { status, snr, fwhmHz, shiftHz, phase0Deg } = point.result;
    const amplitudes = estimatesOf(point).flatMap((e) => [e.amplitude, e.crlbAbsolute]);
    return [point.index, point.x, status, snr.value, fwhmHz, shiftHz, phase0Deg, ...amplitudes];
  });
  return csv([header, ...rows]);
}

interface ParameterRow {
  readonly of: string;
  readonly model: string;
  readonly name: string;
  readonly value: number;
  readonly sd: number | null;
  readonly unit: string;
}

/** Parameters of the models first, then what the points share. */
function parameterRows({ models, shared }: SeriesFit): ParameterRow[] {
  return [
    ...models.flatMap(({ metabolite, model, parameters }) => parameters.map((p) => ({ of: metabolite, model, ...p }))),
    ...shared.map(({ name, group, value, sd }) => ({ of: group ?? 'all', model: 'shared', name, value, sd, unit: '' })),
  ];
}

export function parametersCsv(fit: SeriesFit): string {
  const rows = parameterRows(fit).map(({ of, model, name, value, sd, unit }) => [of, model, name, value, sd, unit]);
  return csv([['metabolite', 'model', 'parameter', 'value', 'sd', 'unit'], ...rows]);
}

/** The sums that are read, or without them the strongest signals, so that the table fits a screen. */
const SHOWN = ['tNAA', 'tCr', 'tCho', 'Ins', 'Glx', 'Glu', 'Lac', 'GABA'] as const;

export function pointsTable({ points, xName, xUnit }: SeriesFit): string {
  const first = points[0];
  if (first === undefined) return '';
  const there = estimatesOf(first).map((e) => e.name);
  const shown = SHOWN.filter((name) => there.includes(name));
  const names: readonly string[] = shown.length > 0 ? shown : there.slice(0, SHOWN.length);
  const header = [
    'Point',
    xUnit === '' ? xName : `${xName} ${xUnit}`,
    'Shift Hz',
    ...names.flatMap((n) => [n, 'CRLB %']),
  ];
  const rows = points.map((point) => {
    const estimates = new Map(estimatesOf(point).map((e) => [e.name, e]));
    const cells = names.flatMap((name) => {
      const estimate = estimates.get(name);
      return [formatSignificant(estimate?.amplitude ?? null, 3), formatCrlb(estimate?.crlbPercent ?? null)];
    });
    return [String(point.index), formatSignificant(point.x, 4), point.result.shiftHz.toFixed(2), ...cells];
  });
  return textTable(header, rows);
}

export function parametersTable(fit: SeriesFit): string {
  const own = parameterRows(fit).filter(({ of, model }) => model !== 'shared' || of === 'all');
  const rows = own.map(({ of, model, name, value, sd, unit }) => [
    of,
    model,
    name,
    formatSignificant(value, 4),
    formatSignificant(sd, 2),
    unit,
  ]);
  const end = fit.converged ? '' : '\nThe fit was still improving when it was stopped.';
  return `${textTable(['Of', 'Model', 'Parameter', 'Value', 'SD', 'Unit'], rows)}${end}`;
}
