// Import: which of the given files are new, and to which study they go. One transaction each.
import type { DatasetRecord, ImportOutcome, NewDataset, NewStudy } from '../../core/ports/studyStore.ts';
import { sha256OfContent } from '../files/hashing.ts';
import { recordAudit } from './auditTrail.ts';
import { findBySha256, insertDataset } from './datasets.ts';
import type { HashedDataset } from './datasets.ts';
import { dicomContent } from './dicomInstances.ts';
import { refreshFactsOfPatient } from './facts.ts';
import { isCompatible } from './patients.ts';
import type { StoreContext } from './storeContext.ts';
import { getStudy, insertStudy, studyRecord } from './studies.ts';

/**
 * Imports files as one study. Where some are known already, the new ones join the study of the known ones, if that is
 * one study and its patient is not another; else they make a study of their own.
 */
export function importStudy(context: StoreContext, study: NewStudy, datasets: readonly NewDataset[]): ImportOutcome {
  return importHashed(context, study, hashEachOnce(datasets));
}

/** As importStudy. */
export function importHashed(context: StoreContext, study: NewStudy, hashed: readonly HashedDataset[]): ImportOutcome {
  return context.connection.transaction(() => {
    const { known, unknown } = split(context, hashed, null);
    const first = known[0];
    if (first !== undefined && unknown.length === 0) return outcome(context, first.studyId, [], known);
    const studyId = homeOf(context, study, known) ?? insertStudy(context, study);
    const added = unknown.map((dataset) => insertDataset(context, studyId, dataset));
    refreshFactsOfPatient(context, studyId);
    auditImport(context, studyId, added);
    return outcome(context, studyId, added, known);
  });
}

/**
 * Adds files to a study. Known is what this study has already; a file that only other studies have becomes a dataset of
 * this one too, and its content is still stored once.
 * @throws StudyDbError NOT_FOUND
 */
export function addDatasets(context: StoreContext, studyId: string, datasets: readonly NewDataset[]): ImportOutcome {
  return addHashed(context, studyId, hashEachOnce(datasets));
}

/** As addDatasets. */
export function addHashed(context: StoreContext, studyId: string, hashed: readonly HashedDataset[]): ImportOutcome {
  return context.connection.transaction(() => {
    getStudy(context, studyId);
    const { known, unknown } = split(context, hashed, studyId);
    const added = unknown.map((dataset) => insertDataset(context, studyId, dataset));
    refreshFactsOfPatient(context, studyId);
    auditImport(context, studyId, added);
    return outcome(context, studyId, added, known);
  });
}

/** Files stand by their hashes: names of files often hold the patient's. */
function auditImport(context: StoreContext, studyId: string, added: readonly DatasetRecord[]): void {
  if (added.length === 0) return;
  const datasets = added.map(({ id, role, sha256 }) => ({ id, role, sha256 }));
  recordAudit(context, { kind: 'import', action: 'datasets', studyId, details: { datasets } });
}

/** Hashes before the transaction starts, so that the write lock isn't held meanwhile; equal contents become one. */
export function hashEachOnce(datasets: readonly NewDataset[]): HashedDataset[] {
  const byHash = new Map<string, HashedDataset>();
  for (const dataset of datasets) {
    const sha256 = sha256OfContent(dataset);
    if (!byHash.has(sha256)) byHash.set(sha256, { ...dataset, sha256, dicom: dicomContent(dataset) });
  }
  return [...byHash.values()];
}

function split(
  context: StoreContext,
  datasets: readonly HashedDataset[],
  studyId: string | null,
): { known: DatasetRecord[]; unknown: HashedDataset[] } {
  const known: DatasetRecord[] = [];
  const unknown: HashedDataset[] = [];
  for (const dataset of datasets) {
    const record = findBySha256(context, dataset.sha256, studyId);
    if (record === null) unknown.push(dataset);
    else known.push(record);
  }
  return { known, unknown };
}

/** @returns the id of the one study that holds all known files, if its patient may be this one */
function homeOf(context: StoreContext, study: NewStudy, known: readonly DatasetRecord[]): string | null {
  const studyIds = new Set(known.map((record) => record.studyId));
  const [studyId] = studyIds;
  if (studyId === undefined || studyIds.size > 1) return null;
  return isCompatible(getStudy(context, studyId).patient, study.patient) ? studyId : null;
}

function outcome(
  context: StoreContext,
  studyId: string,
  datasets: readonly DatasetRecord[],
  alreadyKnown: readonly DatasetRecord[],
): ImportOutcome {
  return { study: studyRecord(getStudy(context, studyId)), datasets, alreadyKnown };
}
