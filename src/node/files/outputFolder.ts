// Writes several files into a folder: all of them, or none.
import { existsSync } from 'node:fs';
import { mkdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ProcessingError } from '../../core/domain/errors.ts';
import { atomicWrite } from './atomicWrite.ts';

export type OutputFiles = ReadonlyMap<string, string | Uint8Array>;

/** Folders that `mkdir -p` would make, outermost first. */
function missingFolders(folder: string): string[] {
  const missing: string[] = [];
  for (let f = resolve(folder); !existsSync(f); f = dirname(f)) missing.unshift(f);
  return missing;
}

/**
 * Writes files into a folder, which is made where it is missing. If one fails, those written before and the folders made
 * are taken away again (a file that was there before and has been replaced stays replaced).
 * @param files by base name, or by folder and base name
 * @throws ProcessingError WRITE_FAILED, DISK_FULL
 */
export async function writeOutputs(folder: string, files: OutputFiles): Promise<void> {
  const made = missingFolders(folder);
  const written: string[] = [];
  try {
    await mkdir(folder, { recursive: true });
    for (const [name, content] of files) {
      const path = join(folder, name);
      made.push(...missingFolders(dirname(path)));
      await mkdir(dirname(path), { recursive: true });
      const existed = existsSync(path);
      await atomicWrite(path, content);
      if (!existed) written.push(path);
    }
  } catch (error) {
    for (const path of written) await rm(path, { force: true });
    for (const f of made.reverse()) await rmdir(f).catch(() => undefined);
    if (error instanceof ProcessingError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new ProcessingError('WRITE_FAILED', `The output folder can't be made (${code}).`, { system: code }, error);
  }
}
