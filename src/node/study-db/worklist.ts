// The worklist: studies searched, filtered and sorted by SQLite over study_facts, and rows read a screen at a time.
import type { QualityGrade } from '../../core/domain/qualityGrade.ts';
import { plainText, searchWords } from '../../core/domain/searchWords.ts';
import type { SearchMeaning, WorklistQuery, WorklistSortKey } from '../../core/domain/worklistQuery.ts';
import type { WorklistAnswer, WorklistRow } from '../../core/ports/worklist.ts';
import type { SqlValue } from './connection.ts';
import type { StoreContext } from './storeContext.ts';
import { STUDY_COLUMNS, studySummary } from './studies.ts';

const TABLES = `studies JOIN patients ON patients.id = studies.patient JOIN study_facts ON study_id = studies.id`;

const RESULTS = '(SELECT count(*) FROM analyses WHERE analyses.study_id = studies.id)';
const GRADE_RANK = "CASE quality WHEN 'fail' THEN 0 WHEN 'borderline' THEN 1 WHEN 'average' THEN 2 WHEN 'good' THEN 3 END"; // prettier-ignore
const STATE_RANK = "CASE state WHEN 'new' THEN 0 WHEN 'fitted' THEN 1 WHEN 'reviewed' THEN 2 ELSE 3 END";

/** What a column is sorted by. */
const SORTED_BY: Readonly<Record<WorklistSortKey, string>> = {
  patient: 'CASE WHEN coalesce(patients.name, patients.patient_id) IS NULL THEN NULL ELSE search END',
  studyDate: 'study_date',
  region: 'lower(region)',
  sequence: 'lower(sequence)',
  fieldT: 'field_t',
  echoTimeS: 'echo_time_s',
  scanner: 'lower(scanner)',
  state: STATE_RANK,
  quality: GRADE_RANK,
  results: RESULTS,
  warnings: 'import_warnings + fit_warnings',
  createdAt: 'studies.created_at',
};

/** Fields are called by round numbers: 2.89 T is a "3 T" scanner. */
const NOMINAL_SHARE = 0.05;

interface Condition {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

const anyOf = (column: string, values: readonly string[]): Condition => ({
  sql: `${column} IN (${values.map(() => '?').join(', ')})`,
  values,
});

function fieldCondition(fieldsT: readonly number[]): Condition {
  return {
    sql: `(${fieldsT.map(() => 'abs(field_t - ?) <= ?').join(' OR ')})`,
    values: fieldsT.flatMap((field) => [field, NOMINAL_SHARE * field]),
  };
}

const stateIs = (states: readonly string[]): Condition => anyOf('state', states);
const gradeIs = (grades: readonly string[]): Condition => anyOf("coalesce(quality, 'none')", grades);

/** A word stands in the row, or says what its state or grade is called. */
function wordCondition(word: string, meanings: readonly SearchMeaning[]): Condition {
  const stands = {
    sql: "instr(search || char(10) || state || char(10) || coalesce(quality, ''), ?) > 0",
    values: [word],
  };
  const meant = meanings
    .filter((meaning) => plainText(meaning.word) === word)
    .flatMap(({ states, grades }) => [
      ...(states.length > 0 ? [stateIs(states)] : []),
      ...(grades.length > 0 ? [gradeIs(grades)] : []),
    ]);
  const all = [stands, ...meant];
  return { sql: `(${all.map(({ sql }) => sql).join(' OR ')})`, values: all.flatMap(({ values }) => values) };
}

function conditionsOf(query: WorklistQuery): Condition[] {
  const { states, grades, fieldsT, from, to, withMrsi } = query;
  const all = searchWords(query.search).map((word) => wordCondition(word, query.meanings));
  if (states.length > 0) all.push(stateIs(states));
  if (grades.length > 0) all.push(gradeIs(grades));
  if (fieldsT.length > 0) all.push(fieldCondition(fieldsT));
  if (from !== null) all.push({ sql: 'study_date >= ?', values: [from] });
  // A date with a time of day is of that day too.
  if (to !== null) all.push({ sql: 'substr(study_date, 1, 10) <= ?', values: [to] });
  if (withMrsi) all.push({ sql: 'voxels > 1', values: [] });
  return all;
}

/** Ids come as one JSON text: ten thousand rows cost the driver more than the search. */
export function queryWorklist({ connection }: StoreContext, query: WorklistQuery): WorklistAnswer {
  const conditions = conditionsOf(query);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`;
  const direction = query.descending ? 'DESC' : 'ASC';
  const found = connection.get(
    `SELECT json_group_array(id) AS ids FROM (
       SELECT studies.id FROM ${TABLES} ${where}
       ORDER BY ${SORTED_BY[query.sortBy]} ${direction} NULLS LAST, studies.created_at DESC, studies.row DESC)`,
    conditions.flatMap(({ values }) => values),
  );
  return {
    ids: JSON.parse(found?.text('ids') ?? '[]') as string[],
    total: connection.get('SELECT count(*) AS total FROM studies')?.number('total') ?? 0,
    fieldsT: connection
      .all('SELECT DISTINCT field_t FROM study_facts WHERE field_t IS NOT NULL ORDER BY field_t')
      .map((row) => row.number('field_t')),
  };
}

/** In the order of the ids, without those that are gone. */
export function worklistRows({ connection }: StoreContext, ids: readonly string[]): WorklistRow[] {
  return ids.flatMap((id) => {
    const row = connection.get(
      `SELECT ${STUDY_COLUMNS}, scanner, voxels, quality, import_warnings, fit_warnings FROM ${TABLES}
       WHERE studies.id = ?`,
      [id],
    );
    if (row === null) return [];
    return {
      ...studySummary(row),
      scanner: row.textOrNull('scanner'),
      voxels: row.number('voxels'),
      quality: row.textOrNull('quality') as QualityGrade | null,
      importWarnings: row.number('import_warnings'),
      fitWarnings: row.number('fit_warnings'),
    };
  });
}
