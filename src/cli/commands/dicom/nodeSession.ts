// What the commands of `lineshape dicom` work with: the network's thread, settings of the database, and the service on top.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { DicomNodeSettings, RemoteNode } from '../../../core/domain/dicomNode.ts';
import { DEFAULT_DICOM_NODE } from '../../../core/domain/dicomNode.ts';
import { BugError, UsageError } from '../../../core/domain/errors.ts';
import type { DicomNetwork } from '../../../core/ports/dicomNetwork.ts';
import type { StudyStore } from '../../../core/ports/studyStore.ts';
import { createDicomService } from '../../../node/dicom/createDicomService.ts';
import type { DicomService, DicomServiceEvent } from '../../../node/dicom/dicomService.ts';
import { createDicomNetwork } from '../../../node/dicom/network/dicomNetwork.ts';
import { reportObjects, storedReport } from '../../../node/dicom/reportObjects.ts';
import type { CommonOptions } from '../../options.ts';
import { addCommonOptions } from '../../options.ts';
import { quantifyStudy } from '../../quantifyStudy.ts';
import { printedPage } from '../../reportFiles.ts';
import type { Session } from '../../session.ts';
import { requireStudyDb, withStudyDb } from '../../studyDatabase.ts';
import type { NodeOptions } from './nodeOptions.ts';
import { describedNode, isAdHoc, namedNode } from './nodeOptions.ts';

export interface DicomOptions extends CommonOptions {
  readonly db?: string;
  readonly aet?: string;
}

export function addDicomOptions(command: Command): Command {
  return addCommonOptions(command)
    .option('--db <path>', 'study database, with its settings and DICOM nodes')
    .option('--aet <title>', `AE title of this program (default: the database's, or ${DEFAULT_DICOM_NODE.aeTitle})`);
}

/** Runs work on the network's thread, which ends with it. */
export async function withNetwork<T>(work: (network: DicomNetwork) => Promise<T>): Promise<T> {
  const workerUrl = new URL('../workers/dicomNetwork.worker.js', import.meta.url);
  if (!existsSync(fileURLToPath(workerUrl))) {
    throw new BugError('The worker file dist/workers/dicomNetwork.worker.js is missing; run "npm run build" again.');
  }
  const network = createDicomNetwork({ workerUrl });
  try {
    return await work(network);
  } finally {
    await network.close();
  }
}

/** The node that is meant, and the AE title to call it by. */
export interface Conversation {
  readonly node: RemoteNode;
  readonly ownAeTitle: string;
}

/** @throws UsageError where a node is named without a database, or isn't in it */
export async function conversationOf(options: DicomOptions & NodeOptions): Promise<Conversation> {
  const own = options.aet ?? null;
  if (options.db === undefined) {
    if (!isAdHoc(options)) throw new UsageError(`"${options.peer}" names a node of a database; add --db.`);
    return { node: await describedNode(options), ownAeTitle: own ?? DEFAULT_DICOM_NODE.aeTitle };
  }
  requireStudyDb(options.db);
  const known = await withStudyDb(options.db, 'read', (store) => ({
    nodes: store.listNodes(),
    aeTitle: store.dicomSettings().aeTitle,
  }));
  const node = isAdHoc(options) ? await describedNode(options) : namedNode(known.nodes, options.peer);
  return { node, ownAeTitle: own ?? known.aeTitle };
}

/** The store with a node and settings of this command alone. */
function overlaid(store: StudyStore, settings: Partial<DicomNodeSettings>, node: RemoteNode | null): StudyStore {
  return {
    ...store,
    dicomSettings: () => ({ ...store.dicomSettings(), ...settings }),
    getNode: (id) => (node?.id === id ? node : store.getNode(id)),
  };
}

export interface ServiceParts {
  /** In the place of the database's, for this command. */
  readonly settings: Partial<DicomNodeSettings>;
  /** Of this command alone. */
  readonly node: RemoteNode | null;
  readonly onEvent: (event: DicomServiceEvent) => void;
}

/** Runs work on a DICOM node over a database; it is closed whatever happens. */
export async function withService<T>(
  store: StudyStore,
  session: Session,
  { settings, node, onEvent }: ServiceParts,
  work: (service: DicomService) => Promise<T>,
): Promise<T> {
  const { stamp, parseOnWorkers: parse, deps } = session;
  const paper = 'a4';
  const printer = {
    pdf: (html: string) => printedPage(html, 'pdf', paper),
    picture: (html: string) => printedPage(html, 'png', paper),
  };
  return withNetwork(async (network) => {
    const service = createDicomService({
      ...{ store: overlaid(store, settings, node), network, parse },
      host: {
        onEvent,
        quantify: (studyId, how, cancellation) =>
          quantifyStudy(store, studyId, how, { ...session, deps: { ...deps, cancellation } }),
        reportObjects: async (analysisId, kinds) => {
          const choice = { analysisId, voxel: null, language: 'en', paper } as const;
          return reportObjects(await storedReport(choice, { store, parse, stamp }), kinds, printer);
        },
      },
    });
    try {
      return await work(service);
    } finally {
      await service.close();
    }
  });
}
