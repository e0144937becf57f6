// LCModel beside our own fit: readers of its result files, their results as ours, and the settings of its control file.
export { readLcmodelCoord } from './coordFile.ts';
export { readLcmodelCsv } from './csvFile.ts';
export { readLcmodelPrint } from './printFile.ts';
export { readLcmodelTable } from './tableFile.ts';
export { describeMessage } from './messages.ts';
export { lcmodelMessagesIn } from './messagesInText.ts';
export { lcmodelFileKind, readLcmodelRun } from './readRun.ts';
export type { LcmodelFile, LcmodelFileKind } from './readRun.ts';
export { lcmodelFileSets, readLcmodelFileSet } from './resultSets.ts';
export type { LcmodelFileSet, LcmodelRunResults, PlacedLcmodelFile } from './resultSets.ts';
export { LCMODEL_SNR_DEFINITION, lcmodelCsvResults, lcmodelResult } from './result.ts';
export type { LcmodelOutcome, LcmodelResultContext } from './result.ts';
export type * from './resultTypes.ts';
export { DEFAULT_LCMODEL_SETTINGS, lcmodelControlEntries, parseLcmodelSettings } from './controlFile.ts';
export type { LcmodelSettings } from './controlFile.ts';
export { controlAssignments } from './controlAssignments.ts';
export { analysisParameters } from './namelistKeys.ts';
