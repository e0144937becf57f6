// Sends objects by C-STORE, all in one association, each byte for byte in the transfer syntax it has (PS3.4, annex B).
import type { SentObject, SentVerdict } from '../../../core/ports/dicomNetwork.ts';
import { CancelledError } from '../../../core/domain/errors.ts';
import { dataSetOf } from './part10.ts';
import { CStoreRequest } from './dimseLibrary.ts';
import { storeVerdict } from './failures.ts';
import { RawDataset } from './rawDataset.ts';
import { ScuAssociation, SCU_TIMEOUTS } from './scuAssociation.ts';
import type { ScuTarget, WantedContext } from './scuAssociation.ts';

/** One context for each kind of object and syntax: nothing is encoded anew to suit the other side. */
function contextsFor(objects: readonly SentObject[]): WantedContext[] {
  const kinds = new Map(objects.map((object) => [`${object.sopClassUid} ${object.transferSyntaxUid}`, object]));
  return [...kinds.values()].map(({ sopClassUid, transferSyntaxUid }) => ({
    abstractSyntax: sopClassUid,
    transferSyntaxes: [transferSyntaxUid],
  }));
}

async function sendOne(association: ScuAssociation, name: string, object: SentObject): Promise<SentVerdict> {
  const { sopClassUid, sopInstanceUid, transferSyntaxUid } = object;
  if (association.accepted(sopClassUid, transferSyntaxUid) === null) {
    return `${name} does not take objects of this kind.`;
  }
  const names = { SOPClassUID: sopClassUid, SOPInstanceUID: sopInstanceUid };
  const request = new CStoreRequest(new RawDataset(dataSetOf(object.bytes), transferSyntaxUid, names));
  return storeVerdict(name, (await association.ask(request, SCU_TIMEOUTS.storeMs)).getStatus());
}

/**
 * @returns in the order of the objects
 * @throws NetworkError where the node can't be reached or breaks off; CancelledError
 */
export async function send(
  target: ScuTarget,
  objects: readonly SentObject[],
  signal: AbortSignal,
): Promise<readonly SentVerdict[]> {
  if (objects.length === 0) return [];
  const association = await ScuAssociation.open(target, contextsFor(objects), signal);
  const cancel = (): void => association.cut(new CancelledError());
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const verdicts: SentVerdict[] = [];
    for (const object of objects) verdicts.push(await sendOne(association, target.name, object));
    return verdicts;
  } finally {
    signal.removeEventListener('abort', cancel);
    await association.release();
  }
}
