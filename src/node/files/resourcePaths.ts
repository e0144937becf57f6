// Where the files that come with the program lie: in the checkout, beside a bundle, or beside a packaged app.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ModelError } from '../../core/domain/errors.ts';

/** Only the right folder holds this. */
const MARK = 'basis';

/**
 * @param given the folder `resources` where the caller knows it (a packaged app does); else it is looked for upwards
 * from this file, which finds it from the checkout's src/ and from the bundled dist/
 * @returns path of the folder `resources`
 * @throws ModelError BASIS_MISSING where there is none
 */
export function resourcesDir(given?: string): string {
  const found = given === undefined ? findResources() : given;
  if (found !== null && existsSync(join(found, MARK))) return found;
  throw new ModelError(
    'BASIS_MISSING',
    'The folder resources/basis that belongs to Lineshape was not found; please install the program again.',
  );
}

/** Where the networks lie within the folder `resources`. */
export const modelsFolder = (resources: string): string => join(resources, 'models');

/** @returns the folder `resources` that belongs to this checkout or bundle; null where there is none */
export const findResources = (): string | null => findUpwards(dirname(fileURLToPath(import.meta.url)));

function findUpwards(start: string): string | null {
  for (let folder = start; ; folder = dirname(folder)) {
    const candidate = join(folder, 'resources');
    if (existsSync(join(candidate, MARK))) return candidate;
    if (dirname(folder) === folder) return null;
  }
}
