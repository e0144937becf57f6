// Provenance: what was done to a dataset, in the NIfTI-MRS standard's ProcessingApplied form, and warnings.
import type { JsonObject } from './json.ts';

/** One applied step. Written to NIfTI-MRS as {Time, Program, Version, Method, Details}. */
export interface ProvenanceEntry {
  /** ISO 8601 date and time, UTC; given by the caller (kernels have no clock). */
  readonly time: string;
  readonly program: string;
  readonly version: string;
  /** The standard's name of the step where it has one, e.g. "RF coil combination", "Frequency and phase correction". */
  readonly method: string;
  /** Options and measured outcome of the step. */
  readonly details: JsonObject;
}

/** Something the reader of the result must know: a skipped, degraded or doubtful step. */
export interface Warning {
  /** Stable, kebab-case, e.g. "water-reference-missing". */
  readonly code: string;
  /** One sentence for the user. */
  readonly message: string;
}

/** Who stamps provenance entries: made once per run by the application, passed down. */
export interface ProvenanceStamp {
  readonly program: string;
  readonly version: string;
  readonly now: () => string;
}

/** Makes a provenance entry from the stamp of the run. */
export function provenanceEntry(stamp: ProvenanceStamp, method: string, details: JsonObject): ProvenanceEntry {
  return { time: stamp.now(), program: stamp.program, version: stamp.version, method, details };
}
