// A folder for what a target reads from the disk, as the program does; gone with the process.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let folder: string | null = null;

/** The process's own folder, made at the first call. */
export function scratchFolder(): string {
  if (folder !== null) return folder;
  const made = mkdtempSync(join(tmpdir(), 'lineshape-fuzz-files-'));
  process.on('exit', () => rmSync(made, { recursive: true, force: true }));
  folder = made;
  return made;
}

/** Writes a file there. @returns its path */
export function scratchFile(name: string, bytes: Uint8Array): string {
  const path = join(scratchFolder(), name);
  writeFileSync(path, bytes);
  return path;
}
