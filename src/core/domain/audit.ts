// The audit trail: what was done to the study database, by whom and when, each entry chained to the one before.
import type { JsonObject } from './json.ts';

export const AUDIT_KINDS = ['import', 'view', 'process', 'sign', 'export', 'delete', 'settings', 'login'] as const;
export type AuditKind = (typeof AUDIT_KINDS)[number];

/** What happened. Nothing in it names a patient: studies stand by their id, patients by their pseudonym. */
export interface AuditEvent {
  readonly kind: AuditKind;
  /** What exactly: 'study', 'analysis', 'report', 'amend', 'state', 'referenceRange'… */
  readonly action: string;
  readonly studyId: string | null;
  /** Numbers, hashes, ids and words of this program; never free text of a user. */
  readonly details: JsonObject;
}

/** Who did it. */
export interface AuditActor {
  /** The local user's name; without login, the account's at the operating system. */
  readonly user: string;
  readonly program: string;
  readonly version: string;
}

export interface AuditEntry extends AuditEvent, AuditActor {
  /** From 1, without gaps. */
  readonly sequence: number;
  /** ISO 8601, UTC, by the computer's clock. */
  readonly at: string;
  /** As in de-identified exports; null where no study is concerned or its files name nobody. */
  readonly patient: string | null;
  /** Of the entry before; 64 zeros for the first. */
  readonly previousSha256: string;
  /** Of the canonical JSON of everything else here. */
  readonly sha256: string;
}

/** What a check of the chain found. */
export interface AuditVerdict {
  readonly entries: number;
  /** SHA-256 of the last entry; whoever notes it elsewhere can tell whether later entries were taken away. */
  readonly head: string | null;
  /** The first link that is not right, and why; null: the chain is whole. */
  readonly firstBroken: { readonly sequence: number; readonly reason: string } | null;
  /** Entries whose time lies before that of the one before them: the clock was set back. */
  readonly clockSetBack: number;
}
