// The site's reference ranges.
import type {
  RangeQuantity,
  RangeTissue,
  ReferenceRange,
  StoredReferenceRange,
} from '../../core/domain/referenceRange.ts';
import { recordAudit } from './auditTrail.ts';
import type { RowReader, SqlValue } from './connection.ts';
import { notFound } from './storeContext.ts';
import type { StoreContext } from './storeContext.ts';

const COLUMNS = `metabolite, quantity, denominator, nucleus, field_t, echo_time_min_ms, echo_time_max_ms, sequence, region,
  tissue, age_min_years, age_max_years, mean, sd, n, citation`;

const values = (range: ReferenceRange): SqlValue[] => [
  range.metabolite,
  range.quantity,
  range.denominator,
  range.nucleus,
  range.fieldT,
  range.echoTimeMinMs,
  range.echoTimeMaxMs,
  range.sequence,
  range.region,
  range.tissue,
  range.ageMinYears,
  range.ageMaxYears,
  range.mean,
  range.sd,
  range.n,
  range.citation,
];

/** In the order they were entered. */
export function listReferenceRanges({ connection }: StoreContext): StoredReferenceRange[] {
  return connection.all(`SELECT id, changed_at, ${COLUMNS} FROM reference_ranges ORDER BY row`).map(stored);
}

export function addReferenceRange(context: StoreContext, range: ReferenceRange): StoredReferenceRange {
  const [id, changedAt] = [context.newId(), context.now()];
  context.connection.transaction(() => {
    context.connection.run(
      `INSERT INTO reference_ranges (id, changed_at, ${COLUMNS})
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [id, changedAt, ...values(range)],
    );
    auditRange(context, 'added', id);
  });
  return { ...range, id, changedAt };
}

/** @throws StudyDbError NOT_FOUND */
export function changeReferenceRange(context: StoreContext, id: string, range: ReferenceRange): StoredReferenceRange {
  const changedAt = context.now();
  const sets = COLUMNS.split(',').map((column) => `${column.trim()} = ?`);
  context.connection.transaction(() => {
    const changed = context.connection.run(
      `UPDATE reference_ranges SET ${sets.join(', ')}, changed_at = ? WHERE id = ?`,
      [...values(range), changedAt, id],
    );
    if (changed === 0) throw notFound('reference range', id);
    auditRange(context, 'changed', id);
  });
  return { ...range, id, changedAt };
}

/** @throws StudyDbError NOT_FOUND */
export function deleteReferenceRange(context: StoreContext, id: string): void {
  const { connection } = context;
  connection.transaction(() => {
    if (connection.run('DELETE FROM reference_ranges WHERE id = ?', [id]) === 0) throw notFound('reference range', id);
    auditRange(context, 'deleted', id);
  });
}

function auditRange(context: StoreContext, change: 'added' | 'changed' | 'deleted', id: string): void {
  recordAudit(context, { kind: 'settings', action: 'referenceRange', studyId: null, details: { change, id } });
}

/** All or none, without those that are there already. @returns how many were new */
export function addReferenceRanges(context: StoreContext, ranges: readonly ReferenceRange[]): number {
  return context.connection.transaction(() => {
    const known = new Set(listReferenceRanges(context).map((range) => JSON.stringify(values(range))));
    const fresh = ranges.filter((range) => {
      const key = JSON.stringify(values(range));
      return known.has(key) ? false : known.add(key) !== undefined;
    });
    for (const range of fresh) addReferenceRange(context, range);
    return fresh.length;
  });
}

function stored(row: RowReader): StoredReferenceRange {
  return {
    id: row.text('id'),
    changedAt: row.text('changed_at'),
    metabolite: row.text('metabolite'),
    quantity: row.text('quantity') as RangeQuantity,
    denominator: row.textOrNull('denominator'),
    nucleus: row.text('nucleus'),
    fieldT: row.number('field_t'),
    echoTimeMinMs: row.number('echo_time_min_ms'),
    echoTimeMaxMs: row.number('echo_time_max_ms'),
    sequence: row.textOrNull('sequence'),
    region: row.text('region'),
    tissue: row.textOrNull('tissue') as RangeTissue | null,
    ageMinYears: row.numberOrNull('age_min_years'),
    ageMaxYears: row.numberOrNull('age_max_years'),
    mean: row.number('mean'),
    sd: row.number('sd'),
    n: row.number('n'),
    citation: row.text('citation'),
  };
}
