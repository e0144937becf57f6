// Where a command's output goes.
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UsageError } from '../core/domain/errors.ts';

/** Checks before the work that its result can be written. @throws UsageError */
export function requireFolderOf(path: string): void {
  if (!existsSync(dirname(resolve(path)))) throw new UsageError(`The folder for the output ${path} does not exist.`);
}
