// Which studies an administrator's rules are still to be applied to: noted in the transaction that imports, so that neither a
// crash loses one nor a restart repeats it.
import type { RuleRun } from '../../core/ports/dicomStore.ts';
import { sha256Hex } from '../files/hashing.ts';
import { recordAudit } from './auditTrail.ts';
import type { Connection } from './connection.ts';
import type { StoreContext } from './storeContext.ts';

/** Names the scans of a study as they are: images that come later change nothing. */
function scansSha256(connection: Connection, studyId: string): string {
  const rows = connection.all(
    "SELECT sha256 FROM datasets WHERE study_id = ? AND role IN ('metabolite', 'water') ORDER BY sha256",
    [studyId],
  );
  return sha256Hex(rows.map((row) => row.text('sha256')).join(''));
}

/** Once for each state of the study's scans. Call inside the transaction that adds datasets. */
export function noteForRules(connection: Connection, studyId: string): void {
  connection.run("INSERT OR IGNORE INTO dicom_rule_runs (study_id, scans_sha256, state) VALUES (?, ?, 'pending')", [
    studyId,
    scansSha256(connection, studyId),
  ]);
}

/** Oldest first. */
export function pendingRuleRuns({ connection }: StoreContext): RuleRun[] {
  return connection
    .all("SELECT study_id, scans_sha256 FROM dicom_rule_runs WHERE state = 'pending' ORDER BY row")
    .map((row) => ({ studyId: row.text('study_id'), scansSha256: row.text('scans_sha256') }));
}

/** A study that was deleted meanwhile took its run along. */
export function endRuleRun(
  context: StoreContext,
  { studyId, scansSha256: sha256 }: RuleRun,
  ruleId: string | null,
  message: string | null,
): void {
  const { connection } = context;
  connection.transaction(() => {
    const state = message === null ? 'done' : 'failed';
    const changed = connection.run(
      'UPDATE dicom_rule_runs SET state = ?, rule_id = ?, message = ? WHERE study_id = ? AND scans_sha256 = ?',
      [state, ruleId, message, studyId, sha256],
    );
    if (changed === 0 || ruleId === null) return;
    recordAudit(context, { kind: 'process', action: 'receivingRule', studyId, details: { ruleId, state } }, BY_RULE);
  });
}

/** Whom the audit trail names for what nobody clicked. */
export const BY_RULE = 'receiving rule';
