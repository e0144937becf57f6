// What the app was asked for when it was started: files to import, the demo study.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export interface Opening {
  readonly demo: boolean;
  /** Absolute paths. */
  readonly files: readonly string[];
}

const openingSchema = z.object({ demo: z.boolean(), files: z.array(z.string().min(1).max(4096)).max(5000) });

/** A file manager may name a file by its address. */
function pathOf(name: string, cwd: string): string {
  if (!name.startsWith('file://')) return resolve(cwd, name);
  try {
    return fileURLToPath(name);
  } catch {
    return resolve(cwd, name); // no file's address; it is not there, then
  }
}

/**
 * Reads the arguments. Chromium adds switches of its own, so an unknown one is not an error here.
 * @param argv process.argv
 * @param appFolder app.getAppPath(): as development starts have it for an argument
 * @param cwd what relative names start from
 */
export function parseArguments(argv: readonly string[], appFolder: string, cwd: string): Opening {
  const names = argv.slice(1).filter((argument) => argument !== '' && !argument.startsWith('-'));
  const paths = names.map((name) => pathOf(name, cwd)).filter((path) => path !== resolve(appFolder));
  return { demo: argv.includes('--open-demo'), files: paths.filter((path) => existsSync(path)) };
}

/** Work on the database's key that is done instead of opening the window. */
export type Maintenance = 'add-passphrase' | 'rekey';

export function maintenanceOf(argv: readonly string[]): Maintenance | null {
  return (['add-passphrase', 'rekey'] as const).find((name) => argv.includes(`--${name}`)) ?? null;
}

/** What a second instance handed over, or null where it is not that. */
export function parseHandover(data: unknown): Opening | null {
  const parsed = openingSchema.safeParse(data);
  return parsed.success ? parsed.data : null;
}

/** @returns whether there is anything to do */
export function isEmptyOpening(opening: Opening): boolean {
  return !opening.demo && opening.files.length === 0;
}
