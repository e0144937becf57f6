// LCModel's results as one more method beside ours: a QuantificationResult and the curves.
//
// Phases and shift. LCModel turns the data to the model: its corrected data are (source, FINOUT, output of FILCOR)
//   d'(t) = d(t) · e^{iφ0} · e^{−2πi·f0·δ·t}   and   D'(ppm) = FT[d'] · e^{iφ1·(ppm − 4.65)},
// with Ph = φ0 and φ1 and the data shift δ [ppm] as printed. Ours turn the model to the data (nlls/model.ts):
//   D(ppm) = e^{i(φ0 + φ1·(ppm − 4.65))} · FT[m(t) · e^{+2πi·f·t}].
// So φ0 and φ1 change sign, and f = +δ · f0. tests/golden/lcmodel-results.test.ts checks it on the data themselves.
import { ReaderError } from '../../domain/errors.ts';
import { basisSignalKind, canonicalMetaboliteName } from '../../domain/metaboliteNames.ts';
import type { Warning } from '../../domain/provenance.ts';
import type { FitCurves, QuantificationResult } from '../../domain/quantification.ts';
import { parseFortranReal } from '../../math/fortranText.ts';
import type { NamedEstimates } from './estimates.ts';
import { namedEstimates, ourName } from './estimates.ts';
import { describeMessage, messageKey, saysNotConverged } from './messages.ts';
import type {
  LcmodelCsv,
  LcmodelCurves,
  LcmodelMessage,
  LcmodelMisc,
  LcmodelPrint,
  LcmodelTables,
} from './resultTypes.ts';

/** Source: LCModel, FINOUT. */
export const LCMODEL_SNR_DEFINITION =
  'largest absolute value of fit minus baseline over twice the SD of the residual, to whole numbers (LCModel)';

/** What the result files don't say themselves. */
export interface LcmodelResultContext {
  /** Base name, for messages. */
  readonly fileName: string;
  readonly curves?: LcmodelCurves | null;
  readonly print?: LcmodelPrint | null;
  /** The scan's; else what the control parameters in the files say. */
  readonly spectrometerFrequencyMHz?: number | null;
  /** LCModel's name → the basis set's, where the basis set is known (lcmodelNames cuts long ones). */
  readonly names?: ReadonlyMap<string, string>;
  readonly elapsedMs?: number;
}

export interface LcmodelOutcome {
  readonly result: QuantificationResult;
  readonly curves: FitCurves | null;
}

/** Above every magnet's proton frequency. */
const HIGHEST_MHZ = 2000;

const isTrue = (text: string | undefined): boolean => /^\.?t/i.test(text ?? '');

function frequencyMHz(tables: LcmodelTables, context: LcmodelResultContext): number {
  const stated = tables.changes.get('HZPPPM') ?? context.print?.controls.get('HZPPPM')?.[0];
  const frequency = context.spectrometerFrequencyMHz ?? parseFortranReal(stated ?? '');
  if (frequency > 0 && frequency < HIGHEST_MHZ) return frequency;
  throw new ReaderError(
    'HEADER_MISSING',
    `${context.fileName} does not give the spectrometer frequency (HZPPPM), without which its ppm can't be turned into Hz; give it with the scan or as an option.`,
    { missing: ['spectrometer frequency'] },
  );
}

/** The concentrations are water-scaled where that was asked for and nothing went wrong with it. */
function isWaterScaled({ changes, messages }: LcmodelTables): boolean {
  const calibrated = parseFortranReal(changes.get('FCALIB') ?? '1') !== 1;
  return isTrue(changes.get('DOWS')) && !calibrated && !messages.some(({ level }) => level === 'error');
}

/** Mean Lorentzian broadening of the metabolites, weighted by concentration: Δ(1/T2)/π. [Hz] */
function meanBroadeningHz(print: LcmodelPrint | null | undefined): number | null {
  const rows = (print?.details ?? []).filter(
    ({ name }) => basisSignalKind(canonicalMetaboliteName(name)) === 'metabolite',
  );
  const total = rows.reduce((sum, row) => sum + row.concentration, 0);
  if (total <= 0) return null;
  return rows.reduce((sum, row) => sum + (row.concentration * row.deltaT2Rate) / Math.PI, 0) / total;
}

/** Correlations in the order of `metabolites`; null where the .print is missing or has other names. */
function correlationOf(print: LcmodelPrint | null | undefined, ownNames: readonly string[]): number[] | null {
  const table = print?.correlation;
  if (table === null || table === undefined) return null;
  const at = ownNames.map((name) => table.names.indexOf(name));
  if (at.includes(-1)) return null;
  return at.flatMap((i) => at.map((j) => table.matrix[i * table.names.length + j] as number));
}

/**
 * Our curves: LCModel's data and fit hold the baseline and each metabolite's curve does too, except with SUBBAS, where none
 * does.
 */
function fitCurves(
  curves: LcmodelCurves,
  tables: LcmodelTables,
  names: ReadonlyMap<string, string> | undefined,
): FitCurves {
  const baseline = curves.background ?? new Float64Array(curves.ppm.length);
  const subtracted = isTrue(tables.changes.get('SUBBAS'));
  const withBaseline = (curve: Float64Array): Float64Array =>
    subtracted ? curve.map((v, i) => v + (baseline[i] as number)) : curve;
  return {
    ppm: curves.ppm,
    data: withBaseline(curves.data),
    fit: withBaseline(curves.fit),
    baseline,
    residual: curves.data.map((v, i) => v - (curves.fit[i] as number)),
    components: curves.metabolites.map(({ name, curve }) => ({
      name: ourName(name, names),
      curve: subtracted ? curve : curve.map((v, i) => v - (baseline[i] as number)),
    })),
  };
}

/** LCModel did its preliminary analysis only (DOFULL = F): neither baseline nor lineshape was regularised. */
const isPreliminary = (misc: LcmodelMisc | null): boolean => misc?.alphaB === 0 && misc.alphaS === 0;

function notConvergedReason(tables: LcmodelTables): string | null {
  const message = tables.messages.find(saysNotConverged);
  if (message !== undefined) return `${describeMessage(message)}.`;
  return isPreliminary(tables.misc)
    ? 'LCModel did only its preliminary analysis, so the concentrations are rough.'
    : null;
}

function warningsOf(tables: LcmodelTables, curves: FitCurves | null): Warning[] {
  const warnings = tables.messages.map((message: LcmodelMessage): Warning => {
    const times = message.count > 1 ? ` (${message.count} times)` : '';
    return { code: `lcmodel-${message.level}`, message: `${describeMessage(message)}${times}.` };
  });
  if (tables.misc === null) {
    warnings.push({
      code: 'lcmodel-figures-missing',
      message: 'The file holds concentrations only; S/N, linewidth, phases and shift are not known and stand as 0.',
    });
  }
  if (curves === null) {
    warnings.push({
      code: 'lcmodel-curves-missing',
      message: 'There are no curves without the .coord file; the SD of the residual is not known and stands as 0.',
    });
  }
  return warnings;
}

function diagnosticsOf(
  tables: LcmodelTables,
  context: LcmodelResultContext,
  waterScaled: boolean,
): QuantificationResult['diagnostics'] {
  const { misc, changes } = tables;
  const ppm = context.curves?.ppm;
  const stated = (key: string, standard: number): number | null => {
    const value = parseFortranReal(changes.get(key) ?? `${standard}`);
    return Number.isFinite(value) ? value : null;
  };
  return {
    messages: tables.messages.map((m) => `${m.count} × ${m.level} ${messageKey(m)}`).join('; '),
    ratiosTo: tables.reference,
    waterScaled,
    ...(waterScaled
      ? {
          waterConcentrationMM: stated('WCONC', 35880),
          waterAttenuation: stated('ATTH2O', 0.7),
          metaboliteAttenuation: stated('ATTMET', 1),
        }
      : {}),
    fwhmPpm: misc?.fwhmPpm ?? null,
    shiftPpm: misc?.shiftPpm ?? null,
    alphaB: misc?.alphaB ?? null,
    alphaS: misc?.alphaS ?? null,
    splineKnots: misc?.splineKnots ?? null,
    lineshapeSides: misc?.lineshapeSides ?? null,
    lineshapeStep: misc?.lineshapeStep ?? null,
    inflections: misc?.inflections ?? null,
    extrema: misc?.extrema ?? null,
    lorentzianKnown: meanBroadeningHz(context.print) !== null,
    fitRangeLowPpm: ppm?.at(-1) ?? null,
    fitRangeHighPpm: ppm?.[0] ?? null,
    fitPoints: ppm?.length ?? null,
  };
}

function requireEstimates(tables: LcmodelTables, fileName: string): NonNullable<LcmodelTables['estimates']> {
  if (tables.estimates !== null && tables.estimates.length > 0) return tables.estimates;
  const fatal = tables.messages.find(({ level }) => level === 'fatal' || level === 'illogical');
  throw new ReaderError(
    'FORMAT_INVALID',
    `${fileName} holds no concentrations${fatal === undefined ? '' : `, since LCModel gave up: ${describeMessage(fatal)}`}.`,
  );
}

const negated = (value: number | null | undefined): number => 0 - (value ?? 0);

/**
 * Turns what the readers found into a result.
 * @param tables of the .coord or .table file (the .print adds correlations and broadenings, the .coord the curves)
 * @throws ReaderError FORMAT_INVALID without concentrations, HEADER_MISSING without a spectrometer frequency
 */
export function lcmodelResult(tables: LcmodelTables, context: LcmodelResultContext): LcmodelOutcome {
  const rows = requireEstimates(tables, context.fileName);
  const { misc } = tables;
  const f0 = misc === null ? 0 : frequencyMHz(tables, context);
  const waterScaled = isWaterScaled(tables);
  const estimates: NamedEstimates = namedEstimates(tables, rows, waterScaled, context.names);
  const curves = context.curves ? fitCurves(context.curves, tables, context.names) : null;
  const residual = curves?.residual ?? new Float64Array(1);
  const reason = notConvergedReason(tables);
  const result: QuantificationResult = {
    method: 'lcmodel',
    version: tables.version,
    status: reason === null ? 'converged' : 'notConverged',
    reason,
    metabolites: estimates.metabolites,
    combined: estimates.combined,
    phase0Deg: negated(misc?.phase0Deg),
    phase1DegPerPpm: negated(misc?.phase1DegPerPpm),
    shiftHz: (misc?.shiftPpm ?? 0) * f0,
    lorentzianHz: meanBroadeningHz(context.print) ?? 0,
    gaussianHz: 0,
    snr: { value: misc?.snr ?? 0, definition: LCMODEL_SNR_DEFINITION },
    fwhmHz: (misc?.fwhmPpm ?? 0) * f0,
    residualSd: Math.sqrt(residual.reduce((sum, v) => sum + v * v, 0) / residual.length),
    elapsedMs: context.elapsedMs ?? 0,
    inDistribution: true,
    executionProvider: 'cpu',
    warnings: warningsOf(tables, curves),
    correlation: correlationOf(context.print, estimates.ownNames),
    diagnostics: diagnosticsOf(tables, context, waterScaled),
  };
  return { result, curves };
}

/**
 * The results of a .csv file, which has concentrations and nothing else, in the order of its lines.
 * @throws ReaderError FORMAT_INVALID
 */
export function lcmodelCsvResults(
  csv: LcmodelCsv,
  context: LcmodelResultContext,
): { readonly row: number; readonly column: number; readonly result: QuantificationResult }[] {
  return csv.voxels.map(({ row, column, estimates }) => {
    const tables: LcmodelTables = {
      version: 'not stated',
      voxel: { slice: null, row, column },
      reference: csv.reference,
      estimates,
      misc: null,
      messages: [],
      changes: new Map(),
    };
    return { row, column, result: lcmodelResult(tables, { ...context, curves: null }).result };
  });
}
