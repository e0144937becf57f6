// The reports of several studies, one file each, in a new folder: what fails is listed, the others go on.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ProcessingError, toErrorRecord } from '../core/domain/errors.ts';
import type { ChannelRequest, ReportsResultView } from '../ipc/contract.ts';
import { atomicWrite } from '../node/files/atomicWrite.ts';
import { sha256Hex } from '../node/files/hashing.ts';
import type { StudyReportContent } from './hostMessages.ts';

type Request = Omit<ChannelRequest<'export:reports'>, 'token'>;

export interface ReportFolderDeps {
  /** @throws what can be said to the user */
  readonly reportOf: (studyId: string) => Promise<StudyReportContent>;
  readonly titleOf: (studyId: string) => Promise<string>;
  /** Prints a page. */
  readonly print: (html: string) => Promise<Uint8Array>;
  readonly record: (file: { readonly analysisId: string; readonly sha256: string }) => Promise<unknown>;
  readonly isCancelled: () => boolean;
  readonly onProgress: (fraction: number, message: string) => void;
}

/** A name that nothing in the folder has yet. */
function freeName(folder: string, name: string, ending: string): string {
  let free = `${name}${ending}`;
  for (let n = 2; existsSync(join(folder, free)); n++) free = `${name} (${n})${ending}`;
  return free;
}

/** @param day of the export, YYYY-MM-DD @returns path of the new folder @throws ProcessingError WRITE_FAILED */
async function newFolder(parent: string, day: string): Promise<string> {
  const folder = join(parent, freeName(parent, `Reports ${day}`, ''));
  await mkdir(folder).catch((error: unknown) => {
    const system = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new ProcessingError('WRITE_FAILED', `The output folder can't be made (${system}).`, { system }, error);
  });
  return folder;
}

/**
 * Writes them one after the other.
 * @param parent folder that the user chose
 * @throws ProcessingError where the folder can't be made
 */
export async function writeReports(
  { studyIds, format }: Request,
  parent: string,
  day: string,
  deps: ReportFolderDeps,
): Promise<{ readonly folder: string } & Omit<ReportsResultView, 'folderName'>> {
  const folder = await newFolder(parent, day);
  const failures: { title: string; message: string }[] = [];
  let fileCount = 0;
  for (const [i, studyId] of studyIds.entries()) {
    if (deps.isCancelled()) return { folder, fileCount, failures, stopped: true };
    const title = await deps.titleOf(studyId);
    deps.onProgress(i / studyIds.length, title);
    try {
      const report = await deps.reportOf(studyId);
      const printed = format === 'pdf' ? (report.pdf ?? (await deps.print(report.text))) : null;
      const bytes = printed ?? new TextEncoder().encode(report.text);
      await atomicWrite(join(folder, freeName(folder, report.suggestedName, `.${format}`)), bytes);
      fileCount++;
      await deps.record({ analysisId: report.analysisId, sha256: sha256Hex(bytes) });
    } catch (error) {
      failures.push({ title, message: toErrorRecord(error).message });
    }
  }
  return { folder, fileCount, failures, stopped: false };
}
