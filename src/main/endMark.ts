// Whether the program ended as it should: a file that is there while it runs, and gone after a clean end.
import { closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export interface EndMark {
  /** The run before this one was killed, or the machine went down. */
  readonly endedBadly: boolean;
  /** Call at a clean end. */
  readonly clear: () => void;
}

/** Sets the mark for this run. @param userData folder of the app's own data, which is there */
export function setEndMark(userData: string): EndMark {
  const path = join(userData, 'running');
  const endedBadly = existsSync(path);
  try {
    closeSync(openSync(path, 'w'));
  } catch {
    // Without the mark a crash goes unnoticed at the next start, and nothing else is lost.
  }
  return { endedBadly, clear: () => rmSync(path, { force: true }) };
}
