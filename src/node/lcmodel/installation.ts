// Which LCModel is the user's: the path and time limit that the app's settings hold, or the environment's.
import { basename } from 'node:path';
import type { StudyStore } from '../../core/ports/studyStore.ts';
import type { LcmodelRunner } from '../../core/pipeline/lcmodelAnalysis.ts';
import { DEFAULT_TIME_LIMIT_S, runLcmodel } from './runLcmodel.ts';

export interface LcmodelInstallation {
  /** Path of the executable; null where none is set. */
  readonly executable: string | null;
  /** For one spectrum. */
  readonly timeLimitS: number;
}

export const LONGEST_TIME_LIMIT_S = 24 * 3600;
const PATH_KEY = 'lcmodel/executable';
const LIMIT_KEY = 'lcmodel/timeLimitS';

/** A path from the environment (LINESHAPE_LCMODEL), for machines that are set up by script. */
export const lcmodelOfEnvironment = (): string | null => process.env['LINESHAPE_LCMODEL'] || null;

/** What was set in the app; where nothing was, the environment's. */
export function readInstallation(store: Pick<StudyStore, 'getSetting'>): LcmodelInstallation {
  const limit = Number(store.getSetting(LIMIT_KEY) ?? DEFAULT_TIME_LIMIT_S);
  const isSound = limit > 0 && limit <= LONGEST_TIME_LIMIT_S;
  return {
    executable: store.getSetting(PATH_KEY) || lcmodelOfEnvironment(),
    timeLimitS: isSound ? limit : DEFAULT_TIME_LIMIT_S,
  };
}

/** @param installation what changes; an executable of null goes back to the environment's */
export function writeInstallation(
  store: Pick<StudyStore, 'setSetting'>,
  installation: Partial<LcmodelInstallation>,
): void {
  const { executable, timeLimitS } = installation;
  if (executable !== undefined) store.setSetting(PATH_KEY, executable ?? '');
  if (timeLimitS !== undefined) store.setSetting(LIMIT_KEY, String(timeLimitS));
}

/** Name of the executable, for lists and messages. */
export const executableName = (executable: string): string => basename(executable);

/**
 * LCModel as the pipeline runs it.
 * @param parallel LCModels at a time
 * @param basisFile content of a .BASIS file that LCModel is to read as it is; null: the basis set is written for it
 */
export function lcmodelRunner(
  installation: { readonly executable: string; readonly timeLimitS: number },
  parallel: number,
  basisFile: Uint8Array | null = null,
): LcmodelRunner {
  return ({ scan, water, settings, voxels }, basis, cancellation, onProgress) =>
    runLcmodel(
      { ...installation, parallel, scan, water, settings, voxels, basis: basisFile ?? basis },
      cancellation,
      onProgress,
    );
}
