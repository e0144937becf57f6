// Analyses: append-only results with everything that went in, and their voxels' figures and curves.
import { BugError } from '../../core/domain/errors.ts';
import type { ProvenanceEntry, Warning } from '../../core/domain/provenance.ts';
import type {
  QuantificationResult,
  QuantificationStatus,
  VoxelQuantification,
} from '../../core/domain/quantification.ts';
import type { Recipe } from '../../core/domain/recipe.ts';
import type { AnalysisRecord, AnalysisSummary, NewAnalysis } from '../../core/ports/studyStore.ts';
import { recipeJson, sha256Hex } from '../files/hashing.ts';
import { analysisDigest } from './analysisDigest.ts';
import type { StoredVoxel } from './analysisDigest.ts';
import { recordAudit } from './auditTrail.ts';
import type { Connection, RowReader, SqlValue } from './connection.ts';
import { decodeCurves, encodeCurves } from './curveBlob.ts';
import { getDataset } from './datasets.ts';
import { decodeExactJson, encodeExactJson } from './exactJson.ts';
import { fitFacts, rememberFit } from './facts.ts';
import { decodeStored, notFound } from './storeContext.ts';
import type { StoreContext } from './storeContext.ts';
import { getStudy } from './studies.ts';

const SUMMARY = `
SELECT analyses.id, study_id, dataset_id, water_dataset_id, method, recipe_sha256, recipes.recipe_id, recipes.json,
  basis_id, input_sha256, water_sha256, basis_sha256, app_version, status, provenance, warnings, created_at,
  (SELECT count(*) FROM analysis_voxels WHERE analysis_id = analyses.id) AS voxel_count
FROM analyses JOIN recipes ON recipes.sha256 = analyses.recipe_sha256`;

/**
 * Stores an analysis in one transaction and marks a new study as fitted.
 * @throws StudyDbError NOT_FOUND; BugError where the recipe's hash isn't that of its canonical JSON
 */
export function addAnalysis(context: StoreContext, analysis: NewAnalysis): AnalysisRecord {
  const { connection } = context;
  const recipe = recipeJson(analysis.recipe);
  if (sha256Hex(recipe) !== analysis.recipeSha256) throw new BugError("An analysis came with another recipe's hash.");
  // Compressed before the transaction starts, so that the write lock isn't held meanwhile.
  const voxels = analysis.voxels.map(({ voxel, result, curves }) => ({
    voxel,
    result: encodeExactJson(result),
    curves: curves === null ? null : encodeCurves(curves),
  }));
  const [id, createdAt, status] = [context.newId(), context.now(), overallStatus(analysis.voxels)];
  const facts = fitFacts(
    analysis.voxels.map(({ result }) => result),
    analysis.warnings,
  );
  connection.transaction(() => {
    checkReferences(context, analysis);
    connection.run('INSERT INTO recipes (sha256, recipe_id, json) VALUES (?, ?, ?) ON CONFLICT (sha256) DO NOTHING', [
      analysis.recipeSha256,
      analysis.recipe.id,
      recipe,
    ]);
    const row = analysisRow({ id, createdAt, status }, analysis);
    connection.run(INSERT_ANALYSIS, row);
    for (const { voxel, result, curves } of voxels) {
      connection.run('INSERT INTO analysis_voxels (analysis_id, voxel, result, curves) VALUES (?, ?, ?, ?)', [
        id,
        voxel,
        result,
        curves,
      ]);
    }
    if (status !== 'refused') rememberFit(context, analysis.studyId, facts);
    connection.run("UPDATE studies SET state = 'fitted' WHERE id = ? AND state = 'new'", [analysis.studyId]);
    const details = { analysisId: id, method: analysis.method, contentSha256: analysisDigest(row, voxels) };
    recordAudit(context, { kind: 'process', action: 'analysis', studyId: analysis.studyId, details });
  });
  return { ...analysis, id, recipeId: analysis.recipe.id, status, voxelCount: voxels.length, createdAt };
}

/** In the order they were made. */
export function listAnalyses({ connection }: StoreContext, studyId: string): AnalysisSummary[] {
  return connection.all(`${SUMMARY} WHERE study_id = ? ORDER BY analyses.row`, [studyId]).map(summary);
}

/** @throws StudyDbError NOT_FOUND, STUDY_DB_CORRUPT */
export function getAnalysis({ connection }: StoreContext, analysisId: string): AnalysisRecord {
  const row = connection.get(`${SUMMARY} WHERE analyses.id = ?`, [analysisId]);
  if (row === null) throw notFound('analysis', analysisId);
  const voxelRows = connection.all(
    'SELECT voxel, result, curves FROM analysis_voxels WHERE analysis_id = ? ORDER BY row',
    [analysisId],
  );
  return decodeStored(connection, 'an analysis', () => ({
    ...summary(row),
    waterDatasetId: row.textOrNull('water_dataset_id'),
    recipe: JSON.parse(row.text('json')) as Recipe,
    inputSha256: row.text('input_sha256'),
    waterSha256: row.textOrNull('water_sha256'),
    basisSha256: row.text('basis_sha256'),
    appVersion: row.text('app_version'),
    provenance: decodeExactJson(row.text('provenance')) as ProvenanceEntry[],
    warnings: decodeExactJson(row.text('warnings')) as Warning[],
    voxels: voxelRows.map(voxelQuantification),
  }));
}

/** One voxel of an analysis, or null. @throws StudyDbError NOT_FOUND, STUDY_DB_CORRUPT */
export function getAnalysisVoxel(
  { connection }: StoreContext,
  analysisId: string,
  voxel: number,
): VoxelQuantification | null {
  if (connection.get('SELECT id FROM analyses WHERE id = ?', [analysisId]) === null) throw notFound('analysis', analysisId); // prettier-ignore
  const row = connection.get('SELECT voxel, result, curves FROM analysis_voxels WHERE analysis_id = ? AND voxel = ?', [
    analysisId,
    voxel,
  ]);
  return row === null ? null : decodeStored(connection, 'an analysis', () => voxelQuantification(row));
}

/** Study and datasets exist and belong together. @throws StudyDbError NOT_FOUND */
function checkReferences(context: StoreContext, { studyId, datasetId, waterDatasetId }: NewAnalysis): void {
  getStudy(context, studyId);
  for (const id of waterDatasetId === null ? [datasetId] : [datasetId, waterDatasetId]) {
    if (getDataset(context, id).studyId !== studyId) throw notFound('dataset of this study', id);
  }
}

const ANALYSIS_COLUMNS = `id, study_id, dataset_id, water_dataset_id, method, recipe_sha256, basis_id, input_sha256,
  water_sha256, basis_sha256, app_version, status, provenance, warnings, created_at`;
const INSERT_ANALYSIS = `INSERT INTO analyses (${ANALYSIS_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** In the order of ANALYSIS_COLUMNS. */
function analysisRow(
  { id, createdAt, status }: Pick<AnalysisRecord, 'id' | 'createdAt' | 'status'>,
  analysis: NewAnalysis,
): SqlValue[] {
  return [
    id,
    analysis.studyId,
    analysis.datasetId,
    analysis.waterDatasetId,
    analysis.method,
    analysis.recipeSha256,
    analysis.basisId,
    analysis.inputSha256,
    analysis.waterSha256,
    analysis.basisSha256,
    analysis.appVersion,
    status,
    encodeExactJson(analysis.provenance),
    encodeExactJson(analysis.warnings),
    createdAt,
  ];
}

/** The digest of an analysis as it stands in the database now; null where it isn't there. */
export function storedDigest({ connection }: StoreContext, analysisId: string): string | null {
  const row = connection.get(`SELECT ${ANALYSIS_COLUMNS} FROM analyses WHERE id = ?`, [analysisId]);
  if (row === null) return null;
  const values = ANALYSIS_COLUMNS.split(',').map((column) => row.textOrNull(column.trim()));
  return analysisDigest(values, storedVoxels(connection, analysisId));
}

/** One at a time: a grid's curves need not be in memory together. */
function* storedVoxels(connection: Connection, analysisId: string): Generator<StoredVoxel> {
  const rows = connection.all('SELECT row FROM analysis_voxels WHERE analysis_id = ? ORDER BY row', [analysisId]);
  for (const { row } of rows.map((one) => ({ row: one.number('row') }))) {
    const voxel = connection.get('SELECT voxel, result, curves FROM analysis_voxels WHERE row = ?', [row]);
    if (voxel === null) continue;
    yield { voxel: voxel.number('voxel'), result: voxel.text('result'), curves: voxel.blobOrNull('curves') };
  }
}

/** Refused voxels (air, in a grid) don't count beside fitted ones, of which the worst does. */
function overallStatus(voxels: readonly VoxelQuantification[]): QuantificationStatus {
  const statuses = new Set(voxels.map(({ result }) => result.status));
  if (statuses.has('notConverged')) return 'notConverged';
  return statuses.has('converged') ? 'converged' : 'refused';
}

function summary(row: RowReader): AnalysisSummary {
  return {
    id: row.text('id'),
    studyId: row.text('study_id'),
    datasetId: row.text('dataset_id'),
    method: row.text('method'),
    recipeId: row.text('recipe_id'),
    recipeSha256: row.text('recipe_sha256'),
    basisId: row.text('basis_id'),
    status: row.text('status'),
    voxelCount: row.number('voxel_count'),
    createdAt: row.text('created_at'),
  };
}

function voxelQuantification(row: RowReader): VoxelQuantification {
  const curves = row.blobOrNull('curves');
  return {
    voxel: row.number('voxel'),
    result: decodeExactJson(row.text('result')) as QuantificationResult,
    curves: curves === null ? null : decodeCurves(curves),
  };
}
