// Sends objects by C-STORE, all in one association, each byte for byte in the transfer syntax it has (PS3.4, annex B); in the
// default one, which every node has to take (PS3.5, 10.1), where the other side takes no other.
import type { SentObject, SentVerdict } from '../../../core/ports/dicomNetwork.ts';
import { CancelledError } from '../../../core/domain/errors.ts';
import { implicitDataSet } from '../../../core/formats/write/dicomImplicit.ts';
import { dataSetOf } from './part10.ts';
import { CStoreRequest } from './dimseLibrary.ts';
import { storeVerdict } from './failures.ts';
import { RawDataset } from './rawDataset.ts';
import { ScuAssociation, SCU_TIMEOUTS } from './scuAssociation.ts';
import type { ScuTarget, WantedContext } from './scuAssociation.ts';
import { EXPLICIT_LITTLE_ENDIAN_UID, IMPLICIT_LITTLE_ENDIAN_UID } from './transferSyntaxes.ts';

/** One context for each kind of object and syntax, and one for the default syntax. */
function contextsFor(objects: readonly SentObject[]): WantedContext[] {
  const offered = objects.flatMap(({ sopClassUid, transferSyntaxUid }) =>
    transferSyntaxUid === EXPLICIT_LITTLE_ENDIAN_UID
      ? [`${sopClassUid} ${transferSyntaxUid}`, `${sopClassUid} ${IMPLICIT_LITTLE_ENDIAN_UID}`]
      : [`${sopClassUid} ${transferSyntaxUid}`],
  );
  return [...new Set(offered)].map((kind) => {
    const [abstractSyntax, syntax] = kind.split(' ') as [string, string];
    return { abstractSyntax, transferSyntaxes: [syntax] };
  });
}

/** The data set in a syntax that the other side takes; null: it takes none that this object can have. */
function acceptedDataSet(
  association: ScuAssociation,
  { sopClassUid, transferSyntaxUid, bytes }: SentObject,
): { readonly bytes: Uint8Array; readonly transferSyntaxUid: string } | null {
  if (association.accepted(sopClassUid, transferSyntaxUid) !== null) {
    return { bytes: dataSetOf(bytes), transferSyntaxUid };
  }
  if (association.accepted(sopClassUid, IMPLICIT_LITTLE_ENDIAN_UID) === null) return null;
  const implicit = implicitDataSet(bytes);
  return implicit === null ? null : { bytes: implicit, transferSyntaxUid: IMPLICIT_LITTLE_ENDIAN_UID };
}

async function sendOne(association: ScuAssociation, name: string, object: SentObject): Promise<SentVerdict> {
  const dataSet = acceptedDataSet(association, object);
  if (dataSet === null) return `${name} does not take objects of this kind.`;
  const names = { SOPClassUID: object.sopClassUid, SOPInstanceUID: object.sopInstanceUid };
  const request = new CStoreRequest(new RawDataset(dataSet.bytes, dataSet.transferSyntaxUid, names));
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
