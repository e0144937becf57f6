// Files that the command line or the file manager named: what leaves nothing to ask is imported at once, all else is
// shown first.
import { randomUUID } from 'node:crypto';
import type { ImportPreview } from '../core/domain/importPreview.ts';
import type { Emit } from './emit.ts';
import type { DeepReadonly } from './registrar.ts';
import type { StudyHost } from './studyHost.ts';

/** One study, nothing doubtful, nothing unreadable. */
export function leavesNothingToAsk({ studies, failures }: DeepReadonly<ImportPreview>): boolean {
  const [study] = studies;
  if (study === undefined || studies.length > 1 || failures.length > 0) return false;
  return study.warnings.length === 0 && study.items.every((item) => item.warnings.length === 0);
}

/**
 * Imports the files, or has the page ask about them.
 * @param host answers import:inspect-paths and import:commit
 * @param emit tells the page
 * @param paths at least one
 */
export async function importOpening(host: Pick<StudyHost, 'ask'>, emit: Emit, paths: readonly string[]): Promise<void> {
  const token = randomUUID();
  let asks = false;
  try {
    const inspection = await host.ask('import:inspect-paths', { token, paths: [...paths] });
    if (inspection === null) return;
    asks = !leavesNothingToAsk(inspection.preview);
    if (asks) emit('import:inspected', inspection);
    else {
      const choices = { roles: {}, deidentify: false };
      emit('import:finished', await host.ask('import:commit', { token, choices }));
    }
  } finally {
    if (!asks) emit('import:ended', { token });
  }
}
