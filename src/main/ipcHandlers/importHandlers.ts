// Import: files are read into a plan, the plan waits for the user's choices, and then it is stored. By the workflow that
// the command line uses too.
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CancelledError, ReaderError, toErrorRecord } from '../../core/domain/errors.ts';
import type { ImportChoices } from '../../core/domain/importPreview.ts';
import { deidentifyImport } from '../../core/pipeline/deidentifyImport.ts';
import type { DeidentifyDeps } from '../../core/pipeline/deidentifyImport.ts';
import { applyChoices, planImport } from '../../core/pipeline/importFiles.ts';
import type { ImportFailure, ImportOptions, ImportPlan } from '../../core/pipeline/importFiles.ts';
import { storeImport } from '../../core/pipeline/studyWorkflow.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';
import type { ProgressListener, ProgressReport } from '../../core/ports/progress.ts';
import { readInputFiles } from '../../node/files/readInputFiles.ts';
import type { FoundFile } from '../../node/files/readInputFiles.ts';
import { pseudonymOf } from '../../node/study-db/pseudonyms.ts';
import { NEVER_CANCELLED } from '../../node/workers/cancellation.ts';
import type { HostHandlers, ImportOutcomeView } from '../hostMessages.ts';
import { createImportSessions } from '../importSessions.ts';
import type { JobWork } from '../jobs.ts';
import type { HandlerContext } from './context.ts';

/** Title of the demo study, which names no patient. */
const DEMO_TITLE = 'Demo study';
/** Share of the time that goes into reading bytes, before anything is recognised. */
const FILES_SHARE = 0.3;
/** Without names, numbers and dates taken out, and every role as it was recognised. */
const AS_RECOGNISED: ImportChoices = { roles: {}, deidentify: false };

interface Watch {
  readonly cancellation: Cancellation;
  readonly onProgress: ProgressListener;
}

const UNWATCHED: Watch = { cancellation: NEVER_CANCELLED, onProgress: () => undefined };

/** Reads path by path, so that one that can't be read keeps no other out. */
async function readEach(
  paths: readonly string[],
  { cancellation, onProgress }: Watch,
): Promise<{ files: FoundFile[]; failures: ImportFailure[] }> {
  const files = new Map<string, FoundFile>();
  const failures: ImportFailure[] = [];
  for (const [index, path] of paths.entries()) {
    cancellation.throwIfCancelled();
    const onFile = (name: string, read: number, all: number): void => {
      cancellation.throwIfCancelled();
      onProgress({ fraction: (FILES_SHARE * (index + read / all)) / paths.length, message: `Reading ${name}` });
    };
    try {
      for (const file of await readInputFiles([path], { onFile })) files.set(file.absolutePath, file);
    } catch (error) {
      if (error instanceof CancelledError) throw error;
      failures.push({ fileName: basename(path), error: toErrorRecord(error) });
    }
  }
  return { files: [...files.values()], failures };
}

/** What the paths hold, with what could not be read at all. */
async function planPaths(
  { services }: HandlerContext,
  paths: readonly string[],
  options: ImportOptions,
  watch: Watch,
): Promise<ImportPlan> {
  const { files, failures } = await readEach(paths, watch);
  const deps = {
    parse: services.parse,
    cancellation: watch.cancellation,
    onProgress: ({ fraction, message }: ProgressReport) =>
      watch.onProgress({ fraction: FILES_SHARE + (1 - FILES_SHARE) * fraction, message }),
  };
  const plan = await planImport(files, deps, options);
  const unread = failures.map(({ fileName, error }) => ({ fileName, message: error.message }));
  return {
    ...plan,
    failures: [...failures, ...plan.failures],
    preview: { ...plan.preview, failures: [...unread, ...plan.preview.failures] },
  };
}

async function store(
  { services, emit }: HandlerContext,
  plan: ImportPlan,
  choices: ImportChoices,
): Promise<ImportOutcomeView> {
  const chosen = applyChoices(plan, choices);
  const deidentifyDeps: DeidentifyDeps = {
    parse: services.parse,
    pseudonymOf: (patient, content) => pseudonymOf(services.store, patient, content),
  };
  const clean = choices.deidentify ? await deidentifyImport(chosen, deidentifyDeps) : { ...chosen, report: null };
  const summary = storeImport(clean, services.store);
  const studies = summary.studies.map(({ outcome: { study }, isNew }) => ({
    studyId: study.id,
    title: study.title,
    isNew,
  }));
  for (const { studyId } of studies) emit('studies:changed', { studyId });
  return { studies, failures: summary.failures, deidentification: clean.report };
}

async function demoFiles(resources: string): Promise<string[]> {
  const folder = join(resources, 'demo');
  const names = await readdir(folder).catch(() => [] as string[]);
  const scans = names.filter((name) => /\.nii(\.gz)?$|truth\.json$/i.test(name)).sort();
  if (scans.length === 0) {
    throw new ReaderError('READ_FAILED', 'The demo study is missing; please install Lineshape again.');
  }
  return scans.map((name) => join(folder, name));
}

/** An import that was interrupted: what is in the database already is recognised and not stored twice. */
export interface ImportAgain {
  readonly paths: readonly string[];
  readonly choices: ImportChoices;
}

/** Reads and stores again by the choices that were made, as a job. */
export function importAgain(context: HandlerContext, request: ImportAgain): string {
  const work: JobWork = async (cancellation, onProgress) => {
    const plan = await planPaths(context, request.paths, {}, { cancellation, onProgress });
    cancellation.throwIfCancelled();
    const { failures } = await store(context, plan, request.choices);
    return { analysisId: null, basisIds: [], problems: failures.map(({ error }) => error.message) };
  };
  return context.services.jobs.start('import', null, work, request);
}

type Channels = 'import:inspect-paths' | 'import:cancel' | 'import:commit' | 'import:discard' | 'import:demo';

export function importHandlers(context: HandlerContext): Pick<HostHandlers, Channels> {
  const sessions = createImportSessions(context.emit);
  const pathsOf = new WeakMap<ImportPlan, readonly string[]>();
  return {
    'import:inspect-paths': async ({ token, paths }) => {
      const plan = await sessions.read(token, (cancellation, onProgress) =>
        planPaths(context, paths, {}, { cancellation, onProgress }),
      );
      if (plan !== null) pathsOf.set(plan, paths);
      return plan === null ? null : { token, preview: plan.preview };
    },
    'import:cancel': ({ token }) => {
      sessions.cancel(token);
      return {};
    },
    'import:commit': async ({ token, choices }) => {
      // The plan stays until it is stored: after a full disk the same choices can be tried again.
      const plan = sessions.plan(token);
      const request: ImportAgain = { paths: pathsOf.get(plan) ?? [], choices };
      const outcome = await context.services.jobs.record('import', request, () => store(context, plan, choices));
      sessions.forget(token);
      return outcome;
    },
    'import:discard': ({ token }) => {
      sessions.forget(token);
      return {};
    },
    'import:demo': async () => {
      const paths = await demoFiles(context.services.resources);
      return store(context, await planPaths(context, paths, { title: DEMO_TITLE }, UNWATCHED), AS_RECOGNISED);
    },
  };
}
