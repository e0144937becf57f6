// The audit trail as the study database keeps it.
import type { AuditEntry, AuditEvent, AuditVerdict } from '../domain/audit.ts';

export interface AuditStore {
  /** Adds an entry; what the store does itself (imports, results, signatures, deletions) it enters itself. */
  readonly recordAudit: (event: AuditEvent) => AuditEntry;
  /** In their order. @param from sequence number of the first */
  readonly listAudit: (from?: number, count?: number) => AuditEntry[];
  readonly verifyAudit: () => AuditVerdict;
}
