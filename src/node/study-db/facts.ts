// study_facts: what the worklist shows, sorts and searches of a study, derived from its datasets, patient and results.
import type { QualityGrade } from '../../core/domain/qualityGrade.ts';
import type { Warning } from '../../core/domain/provenance.ts';
import type { QuantificationResult } from '../../core/domain/quantification.ts';
import { plainText } from '../../core/domain/searchWords.ts';
import type { DatasetDescription } from '../../core/ports/studyStore.ts';
import type { Connection } from './connection.ts';
import { parseDescription } from './datasets.ts';
import { decodeExactJson } from './exactJson.ts';
import { decodeStored } from './storeContext.ts';
import type { StoreContext } from './storeContext.ts';

/** What of a fit the worklist shows. */
export interface FitFacts {
  readonly quality: QualityGrade | null;
  readonly warnings: number;
}

const FROM_BEST: readonly QualityGrade[] = ['good', 'average', 'borderline', 'fail'];

/**
 * The verdict of a fit, and how many different warnings it raised.
 * @param results of its voxels; in a grid the grade counts that half of the graded voxels reach
 */
export function fitFacts(
  results: readonly Pick<QuantificationResult, 'quality' | 'warnings'>[],
  warnings: readonly Warning[],
): FitFacts {
  const grades = results
    .flatMap(({ quality }) => quality?.assessment.grade ?? [])
    .sort((a, b) => FROM_BEST.indexOf(a) - FROM_BEST.indexOf(b));
  const all = [...warnings, ...results.flatMap((result) => result.warnings)];
  return {
    quality: grades[Math.ceil(grades.length / 2) - 1] ?? null,
    warnings: new Set(all.map(({ message }) => message)).size,
  };
}

/** A new fit takes the place of the one before; a verdict stays where the new one has none. Call inside a transaction. */
export function rememberFit({ connection }: StoreContext, studyId: string, { quality, warnings }: FitFacts): void {
  connection.run('UPDATE study_facts SET quality = coalesce(?, quality), fit_warnings = ? WHERE study_id = ?', [
    quality,
    warnings,
    studyId,
  ]);
}

/** Derives the facts of every study of a patient again, for one study's files may name them. Call inside a transaction. */
export function refreshFactsOfPatient(context: StoreContext, studyId: string): void {
  const studies = context.connection.all(
    'SELECT id FROM studies WHERE patient = (SELECT patient FROM studies WHERE id = ?)',
    [studyId],
  );
  for (const row of studies) refreshFacts(context, row.text('id'));
}

/** Adds the facts of studies that an earlier version stored. */
export function fillMissingFacts(context: StoreContext): void {
  const { connection } = context;
  const missing = 'SELECT id FROM studies WHERE NOT EXISTS (SELECT 1 FROM study_facts WHERE study_id = studies.id)';
  if (connection.get(`${missing} LIMIT 1`) === null) return;
  connection.transaction(() => {
    for (const row of connection.all(missing)) {
      const studyId = row.text('id');
      refreshFacts(context, studyId);
      const newest = newestFit(connection, studyId);
      if (newest !== null) rememberFit(context, studyId, newest);
    }
  });
}

function refreshFacts({ connection }: StoreContext, studyId: string): void {
  const datasets = connection
    .all('SELECT role, description FROM datasets WHERE study_id = ? ORDER BY row', [studyId])
    .map((row) => ({
      role: row.text('role'),
      // Whatever an earlier version left out must not keep the database from being opened.
      description: decodeStored<Partial<DatasetDescription>>(connection, 'a description', () =>
        parseDescription(row.text('description')),
      ),
    }));
  const scans = datasets.filter(({ role }) => role === 'metabolite').map(({ description }) => description);
  const first = scans[0];
  const scanner = [first?.manufacturer, first?.scannerModel].filter(Boolean).join(' ') || null;
  const voxels = Math.max(1, ...scans.map(({ grid = [] }) => grid.slice(0, 3).reduce((n, length) => n * length, 1)));
  const warnings = datasets.reduce((sum, { description }) => sum + (description.warnings ?? []).length, 0);
  connection.run(
    `INSERT INTO study_facts (study_id, sequence, field_t, echo_time_s, repetition_time_s, scanner, voxels,
       import_warnings, fit_warnings, quality, search)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, NULL, ?)
     ON CONFLICT (study_id) DO UPDATE SET sequence = excluded.sequence, field_t = excluded.field_t,
       echo_time_s = excluded.echo_time_s, repetition_time_s = excluded.repetition_time_s, scanner = excluded.scanner,
       voxels = excluded.voxels, import_warnings = excluded.import_warnings, search = excluded.search`,
    [
      studyId,
      first?.sequence ?? null,
      first?.fieldT ?? null,
      first?.echoTimeS ?? null,
      first?.repetitionTimeS ?? null,
      scanner,
      voxels,
      warnings,
      searchText(connection, studyId, [first?.sequence ?? null, scanner, voxels > 1 ? 'MRSI' : null]),
    ],
  );
}

/** The patient first: the same text sorts by name. */
function searchText(connection: Connection, studyId: string, more: readonly (string | null)[]): string {
  const row = connection.get(
    `SELECT name, patient_id, title, study_date, region FROM studies JOIN patients ON patients.id = studies.patient
     WHERE studies.id = ?`,
    [studyId],
  );
  const fields = ['name', 'patient_id', 'title', 'study_date', 'region'].map((name) => row?.textOrNull(name) ?? null);
  return plainText([...fields, ...more].filter((part) => part !== null).join('\n'));
}

/** Of the newest analysis with numbers; the verdict of the newest that has one. */
function newestFit(connection: Connection, studyId: string): FitFacts | null {
  const analyses = connection.all(
    "SELECT id, warnings FROM analyses WHERE study_id = ? AND status <> 'refused' ORDER BY row DESC",
    [studyId],
  );
  let newestWarnings: number | null = null;
  for (const analysis of analyses) {
    const results = connection
      .all('SELECT result FROM analysis_voxels WHERE analysis_id = ?', [analysis.text('id')])
      .map((row) => decodeStored(connection, 'an analysis', () => decodeExactJson(row.text('result'))));
    const warnings = decodeStored(connection, 'an analysis', () => decodeExactJson(analysis.text('warnings')));
    const facts = fitFacts(results as QuantificationResult[], warnings as Warning[]);
    newestWarnings ??= facts.warnings;
    if (facts.quality !== null) return { quality: facts.quality, warnings: newestWarnings };
  }
  return newestWarnings === null ? null : { quality: null, warnings: newestWarnings };
}
