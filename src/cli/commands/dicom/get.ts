// lineshape dicom get: a study from an archive into the study database.
import type { Command } from 'commander';
import { UsageError } from '../../../core/domain/errors.ts';
import type { StudyStore } from '../../../core/ports/studyStore.ts';
import type { DicomService } from '../../../node/dicom/dicomService.ts';
import type { DicomNodeSettings, RemoteNode } from '../../../core/domain/dicomNode.ts';
import { collect, wholeNumber } from '../../options.ts';
import type { Session } from '../../session.ts';
import { withSession } from '../../session.ts';
import { withStudyDb } from '../../studyDatabase.ts';
import { printJson, printText, say } from '../../terminal.ts';
import type { NodeOptions } from './nodeOptions.ts';
import { addNodeOptions, addWayOptions, describedNode, isAdHoc, namedNode } from './nodeOptions.ts';
import type { DicomOptions } from './nodeSession.ts';
import { addDicomOptions, withService } from './nodeSession.ts';

interface GetOptions extends DicomOptions, NodeOptions {
  readonly port?: string;
  readonly address?: string;
  readonly series: readonly string[];
  readonly all?: boolean;
}

/** The series that were named, or those that are suggested; null: the whole study. */
async function wantedSeries(
  service: DicomService,
  nodeId: string,
  study: string,
  { series, all }: GetOptions,
  session: Session,
): Promise<readonly string[] | null> {
  if (all === true) return null;
  if (series.length > 0) return series;
  const offered = await service.offeredSeries(nodeId, study, session.deps.cancellation);
  if (offered.length === 0) throw new UsageError('The archive has no such study.');
  const suggested = offered.filter(({ isSuggested }) => isSuggested);
  if (suggested.length === 0) {
    throw new UsageError('Nothing of this study is offered by itself (spectroscopy, raw data, images of its frame of reference), or all of it is here; name --series, or --all.'); // prettier-ignore
  }
  return suggested.map(({ seriesInstanceUid }) => seriesInstanceUid);
}

/** What is fetched by C-MOVE comes as a transfer of its own, for which this command listens: to the archive alone. */
function settingsFor(
  { fetchBy, dimse }: RemoteNode,
  { aet, port, address }: GetOptions,
  { callers }: DicomNodeSettings,
): Partial<DicomNodeSettings> {
  const archive = dimse === null ? [] : [{ aeTitle: dimse.aeTitle, address: null }];
  return {
    isReceiving: fetchBy === 'c-move',
    callers: callers.length === 0 ? archive : callers,
    ...(aet === undefined ? {} : { aeTitle: aet }),
    ...(port === undefined ? {} : { port: wholeNumber('--port', port, 1, 65_535) }),
    ...(address === undefined ? {} : { address }),
  };
}

async function getStudy(study: string, options: GetOptions, store: StudyStore): Promise<void> {
  const node = isAdHoc(options) ? await describedNode(options) : namedNode(store.listNodes(), options.peer);
  const settings = settingsFor(node, options, store.dicomSettings());
  const outcome = await withSession(options, (session) =>
    withService(store, session, { settings, node, onEvent: () => undefined }, async (service) => {
      await service.start();
      const seriesInstanceUids = await wantedSeries(service, node.id, study, options, session);
      const request = { studyInstanceUid: study, seriesInstanceUids };
      const { cancellation, onProgress } = session.deps;
      return service.fetch(node.id, request, cancellation, onProgress);
    }),
  );
  for (const problem of outcome.problems) say(`Not all is well: ${problem}`);
  if (options.json === true) printJson({ node: node.name, ...outcome });
  else printText(`${outcome.instances} instances fetched; studies: ${outcome.studyIds.join(', ') || 'none'}`);
}

export function addGetCommand(dicom: Command): void {
  addWayOptions(addNodeOptions(addDicomOptions(dicom.command('get'))))
    .description(
      'fetch a study from an archive into the database: spectroscopy, raw data, images of its frame of reference',
    )
    .argument('<study>', 'its StudyInstanceUID (see "dicom find")')
    .option('--series <uid>', 'this series; again for more', collect, [])
    .option('--all', 'every series')
    .option('--port <n>', 'port that the archive sends to by C-MOVE (default: the database’s)')
    .option('--address <ip>', 'interface of that port')
    .action(async (study: string, options: GetOptions) => {
      const { db } = options;
      if (db === undefined) throw new UsageError('Fetching needs a study database: add --db.');
      await withStudyDb(db, 'write', (store) => getStudy(study, options, store));
    });
}
