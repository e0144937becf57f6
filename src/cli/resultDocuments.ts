// A scan's results as JSON (the schema of the command line), as CSV input, as report, and as a text table.
import type { BasisSet } from '../core/domain/basisSet.ts';
import type { JsonObject } from '../core/domain/json.ts';
import { distributionWords } from '../core/domain/methodValues.ts';
import type {
  ConcentrationConvention,
  MetaboliteEstimate,
  QuantificationResult,
  VoxelQuantification,
} from '../core/domain/quantification.ts';
import { refusedResult } from '../core/domain/refusedResult.ts';
import { describeDataset, reportScan } from '../core/pipeline/index.ts';
import {
  CRLB_LIMIT_PERCENT,
  QUALITY_WORDS,
  RELIABILITY_MARKS,
  buildReport,
  concentrationIn,
  formatCrlb,
  formatSignificant,
  resultRows,
  shownConcentration,
} from '../core/reports/index.ts';
import type { CsvInput, ReportInput, ReportModel } from '../core/reports/index.ts';
import { recipeSha256 } from '../node/files/hashing.ts';
import { agreementDocuments, agreementsOf } from './agreementText.ts';
import { fileEntry, plainJson, WRITTEN_BY } from './jsonDocuments.ts';
import type { ScanResult } from './quantifyScans.ts';
import { PROGRAM, VERSION } from './session.ts';
import { textTable } from './terminal.ts';

type Analysis = ScanResult['analyses'][number];

/** One voxel's result in that document. */
export function resultDocument(
  analysis: Pick<Analysis, 'voxels' | 'warnings'>,
  { voxel, result }: VoxelQuantification,
): unknown {
  const { correlation, diagnostics, warnings, metabolites, combined, ...rest } = result;
  const estimate = ({ crlbAbsolute, ...e }: (typeof metabolites)[number]): unknown => ({ ...e, crlbAbsolute });
  // With one voxel there is one place for warnings; over a grid those of the scan stand once, at the document's end.
  const all = analysis.voxels.length === 1 ? [...analysis.warnings, ...warnings] : warnings;
  const { method, version, status, reason, ...numbers } = rest;
  return {
    method,
    version,
    status,
    reason,
    metabolites: metabolites.map(estimate),
    combined: combined.map(estimate),
    ...numbers,
    warnings: all,
    voxel,
    correlation,
    diagnostics,
  };
}

/** A method's entry for a scan that it could not be given to: the reason, no numbers, and no voxel of its own. */
function refusedDocument({ method, error }: ScanResult['refused'][number]): JsonObject {
  const { version, status, reason, inDistribution } = refusedResult(method, error.message);
  const nothing = { metabolites: [], combined: [], inDistribution, warnings: [], voxel: null };
  return { method, version, status, reason, code: error.code, ...nothing };
}

const basisEntry = ({ id, sha256 }: BasisSet): JsonObject => ({ id, sha256 });

/** One scan's document, `lineshape.quantification/1`. */
export function quantificationDocument(result: ScanResult): JsonObject {
  const { scan, water, basis, analyses, refused } = result;
  const document = {
    schema: 'lineshape.quantification/1',
    input: fileEntry(scan),
    basis: basisEntry(analyses[0]?.outcome.basis ?? basis),
    results: [...analyses.flatMap((a) => a.voxels.map((v) => resultDocument(a, v))), ...refused.map(refusedDocument)],
    ...(analyses.length > 1 ? { agreement: agreementDocuments(agreementsOf(result)) } : {}),
    water: fileEntry(water),
    recipes: analyses.map((a) => ({
      method: a.method,
      basis: basisEntry(a.outcome.basis),
      sha256: recipeSha256(a.recipe),
      recipe: a.recipe,
    })),
    warnings: analyses[0]?.warnings ?? [],
    provenance: analyses[0]?.outcome.preprocessed.dataset.provenance ?? [],
    program: WRITTEN_BY,
  };
  return plainJson(document);
}

function hashesOf(result: ScanResult, analysis: Analysis): ReportModel['hashes'] {
  return {
    input: result.scan.sha256,
    water: result.water?.sha256 ?? null,
    recipe: recipeSha256(analysis.recipe),
    basis: analysis.outcome.basis.sha256,
  };
}

/** One entry a method, for the CSV writer. */
export function csvInputs(result: ScanResult): CsvInput[] {
  return result.analyses.map((analysis) => ({
    fileName: result.scan.fileName,
    grid: result.scan.dataset.data.shape.slice(0, 3),
    basisId: analysis.outcome.basis.id,
    recipeId: analysis.recipe.id,
    programVersion: VERSION,
    hashes: hashesOf(result, analysis),
    voxels: analysis.voxels,
  }));
}

/** What the other methods say of a voxel. */
function otherResults({ analyses }: ScanResult, own: Analysis, voxel: number): QuantificationResult[] {
  const others = analyses.filter((analysis) => analysis !== own);
  return others.flatMap(({ voxels }) => voxels.find((v) => v.voxel === voxel)?.result ?? []);
}

/** The report of one voxel, without a database. */
export function reportOf(
  result: ScanResult,
  analysis: Analysis,
  voxel: VoxelQuantification,
  choices: Pick<ReportInput, 'language' | 'conclusion' | 'referenceRanges' | 'images'> & { readonly now: string },
): ReportModel {
  const { now, ...chosen } = choices;
  const { scan, water } = result;
  const { basis } = analysis.outcome;
  const { dataset } = scan;
  const record = { fileName: scan.fileName, description: describeDataset(dataset) };
  const waterName = water ?? (scan.water === null ? null : scan);
  return buildReport({
    patient: dataset.patient,
    study: { title: scan.fileName, date: dataset.acquisition.acquiredAt, region: dataset.acquisition.region },
    scan: reportScan(dataset, record, waterName),
    voxel: voxel.voxel,
    result: voxel.result,
    otherResults: otherResults(result, analysis, voxel.voxel),
    curves: voxel.curves,
    recipe: analysis.recipe,
    basis: { id: basis.id, title: basis.title },
    hashes: hashesOf(result, analysis),
    provenance: analysis.outcome.preprocessed.dataset.provenance,
    warnings: analysis.warnings,
    program: PROGRAM,
    programVersion: VERSION,
    analysedAt: result.analysedAt,
    generatedAt: now,
    ...chosen,
  });
}

function concentrationCells(estimate: MetaboliteEstimate, convention: ConcentrationConvention): string[] {
  const found = concentrationIn(estimate, convention);
  return [formatSignificant(found?.value ?? null, 3), formatSignificant(found?.sd ?? null, 2)];
}

function intervalCell({ interval95 }: MetaboliteEstimate): string {
  if (interval95 === undefined) return '–';
  return `${formatSignificant(interval95.low, 3)} to ${formatSignificant(interval95.high, 3)}`;
}

/** The verdict on the spectrum, with a sentence for each figure that is not good. */
function qualityLine({ quality }: QuantificationResult): string {
  const grade = quality?.assessment.grade ?? null;
  if (quality === undefined || grade === null) return '';
  const { thresholds, figures } = quality.assessment;
  const reasons = figures.filter((f) => f.grade !== 'good').map((f) => f.words);
  return [`Quality by ${thresholds}: ${QUALITY_WORDS[grade]}.`, ...reasons].join(' ');
}

/** Which network the numbers are of, what ran it, and whether it knows such spectra; empty for a fit. */
function networkLine({ doubt, executionProvider }: QuantificationResult): string {
  if (doubt === undefined) return '';
  const { id, version } = doubt.model;
  return `\nNetwork ${id}, version ${version}, run by ${executionProvider}. ${distributionWords(doubt)}`;
}

/** The table of one voxel as text, with the truth beside it where it is known. */
export function resultTable(voxel: VoxelQuantification, truth: ReadonlyMap<string, number> | null = null): string {
  const shown = shownConcentration(voxel.result);
  const withIntervals = resultRows(voxel.result).some(({ estimate }) => estimate.interval95 !== undefined);
  const header = [
    ...['Metabolite', 'Amplitude', 'CRLB %', 'to tCr', ''],
    ...(shown === null ? [] : [shown.unit, '± SD']),
    ...(withIntervals ? ['95 % of the amplitude'] : []),
    ...(truth === null ? [] : ['Truth', 'Diff. %']),
  ];
  const rows = resultRows(voxel.result).map(({ name, estimate, reliability }) => {
    const true_ = truth?.get(name);
    const ratio = estimate.ratioToTCr;
    const difference = true_ === undefined || ratio === null || true_ === 0 ? null : 100 * (ratio / true_ - 1);
    return [
      name,
      formatSignificant(estimate.amplitude, 3),
      formatCrlb(estimate.crlbPercent),
      formatSignificant(ratio, 3),
      RELIABILITY_MARKS[reliability].symbol,
      ...(shown === null ? [] : concentrationCells(estimate, shown.convention)),
      ...(withIntervals ? [intervalCell(estimate)] : []),
      ...(truth === null
        ? []
        : [formatSignificant(true_ ?? null, 3), difference === null ? '–' : difference.toFixed(1).replace('-', '−')]),
    ];
  });
  const { snr, fwhmHz, status, reason } = voxel.result;
  const verdict = qualityLine(voxel.result);
  const quality = `SNR ${formatSignificant(snr.value, 3)}, FWHM ${formatSignificant(fwhmHz, 3)} Hz, ${status}${reason === null ? '' : ` (${reason})`}`;
  return `${textTable(header, rows)}\n${quality}; ${RELIABILITY_MARKS.uncertain.symbol} CRLB above ${CRLB_LIMIT_PERCENT} %, ${RELIABILITY_MARKS.undetermined.symbol} not determined.${verdict === '' ? '' : `\n${verdict}`}${networkLine(voxel.result)}`;
}
