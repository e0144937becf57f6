// Import of files and of the demo study, by the workflow that the command line uses too.
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ReaderError, toErrorRecord } from '../../core/domain/errors.ts';
import type { ImportFailure } from '../../core/pipeline/importFiles.ts';
import { importIntoStore } from '../../core/pipeline/studyWorkflow.ts';
import { readInputFiles } from '../../node/files/readInputFiles.ts';
import type { InputFile } from '../../node/files/readInputFiles.ts';
import type { HostHandlers, ImportOutcomeView } from '../hostMessages.ts';
import type { HandlerContext } from './context.ts';

/** Title of the demo study, which names no patient. */
const DEMO_TITLE = 'Demo study';

/** Reads path by path, so that one that can't be read keeps no other out. */
async function readEach(paths: readonly string[]): Promise<{ files: InputFile[]; failures: ImportFailure[] }> {
  const files = new Map<string, InputFile>();
  const failures: ImportFailure[] = [];
  for (const path of paths) {
    try {
      for (const file of await readInputFiles([path])) files.set(file.path, file);
    } catch (error) {
      failures.push({ fileName: basename(path), error: toErrorRecord(error) });
    }
  }
  return { files: [...files.values()], failures };
}

async function importPaths(
  { services, emit }: HandlerContext,
  paths: readonly string[],
  title: string | null,
): Promise<ImportOutcomeView> {
  const { files, failures } = await readEach(paths);
  const options = title === null ? {} : { title };
  const summary = await importIntoStore(files, services.store, { parse: services.parse }, options);
  const studies = summary.studies.map(({ outcome: { study }, isNew }) => ({
    studyId: study.id,
    title: study.title,
    isNew,
  }));
  for (const { studyId } of studies) emit('studies:changed', { studyId });
  return { studies, failures: [...failures, ...summary.failures] };
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

export function importHandlers(context: HandlerContext): Pick<HostHandlers, 'import:paths' | 'import:demo'> {
  return {
    'import:paths': ({ paths }) => importPaths(context, paths, null),
    'import:demo': async () => importPaths(context, await demoFiles(context.services.resources), DEMO_TITLE),
  };
}
