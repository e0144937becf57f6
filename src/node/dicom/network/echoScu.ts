// Whether a node answers: C-ECHO (PS3.4, annex A).
import { CEchoRequest } from './dimseLibrary.ts';
import { notOffered, queryFailure } from './failures.ts';
import { ScuAssociation } from './scuAssociation.ts';
import type { ScuTarget } from './scuAssociation.ts';
import { VERIFICATION } from './storageScp.ts';
import { QUERY_SYNTAXES } from './transferSyntaxes.ts';

/**
 * @returns from the opening of the line to the answer [ms]
 * @throws NetworkError, CancelledError
 */
export async function echo(target: ScuTarget, signal: AbortSignal): Promise<number> {
  const startMs = performance.now();
  const contexts = [{ abstractSyntax: VERIFICATION, transferSyntaxes: QUERY_SYNTAXES }];
  const association = await ScuAssociation.open(target, contexts, signal);
  try {
    if (association.accepted(VERIFICATION) === null) throw notOffered(target.name, 'C-ECHO');
    const status = (await association.ask(new CEchoRequest())).getStatus();
    if (status !== 0) throw queryFailure(target.name, target.ownAeTitle, status);
    return performance.now() - startMs;
  } finally {
    await association.release();
  }
}
