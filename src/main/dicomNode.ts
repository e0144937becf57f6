// The DICOM node of the window's program: the service with its network thread, rules that fit and report, and what the page
// is told of it.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ReceiverState } from '../core/domain/dicomNode.ts';
import { createDicomService } from '../node/dicom/createDicomService.ts';
import type { DicomServiceEvent } from '../node/dicom/dicomService.ts';
import { createDicomNetwork } from '../node/dicom/network/dicomNetwork.ts';
import { reportObjectsBy } from './dicomReportObjects.ts';
import type { Emit } from './emit.ts';
import type { EventLog } from './eventLog.ts';
import type { HostStart } from './hostMessages.ts';
import { studyFit } from './ipcHandlers/batchHandlers.ts';
import type { MainRequests } from './mainRequests.ts';
import type { BaseServices, Services } from './services.ts';
import { reportOfAnalysis } from './studyReport.ts';

interface NodePorts {
  readonly emit: Emit;
  readonly log: EventLog;
  readonly print: MainRequests['print'];
}

/** Tells the page no more often than an eye can follow; the last state is always told. [ms] */
const RECEIVER_EVERY_MS = 200;

/** How a rule's report is laid out, where nobody chose. */
const RULE_LAYOUT = { language: 'en', paper: 'a4' } as const;

function receiverTold(emit: Emit): { readonly tell: (state: ReceiverState) => void; readonly stop: () => void } {
  let newest: ReceiverState | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;
  return {
    tell: (state) => {
      newest = state;
      timer ??= setTimeout(() => {
        timer = null;
        if (newest !== null) emit('dicom:receiver', newest);
      }, RECEIVER_EVERY_MS);
    },
    stop: () => {
      if (timer !== null) clearTimeout(timer);
    },
  };
}

/** What the page is told. A transfer changes its study's sign on the worklist. */
function tellPage(event: DicomServiceEvent, { store }: BaseServices, emit: Emit): void {
  switch (event.kind) {
    case 'imported':
      if (event.studyIds.length > 0) emit('studies:changed', { studyId: null });
      for (const studyId of event.studyIds) emit('studies:changed', { studyId });
      if (!event.isFetched) {
        const { studyIds, problems, senders } = event;
        emit('dicom:imported', { studyIds, problems, senders });
      }
      break;
    case 'processed': {
      const rule = store.dicomSettings().rules.find(({ id }) => id === event.ruleId);
      emit('studies:changed', { studyId: event.studyId });
      emit('dicom:processed', { studyId: event.studyId, ruleName: rule?.name ?? '', message: event.message });
      break;
    }
    case 'transfer':
      emit('dicom:transfer', event.transfer);
      if (event.transfer.state !== 'sending') emit('studies:changed', { studyId: event.transfer.studyId });
      break;
    case 'receiver':
  }
}

/**
 * @param base the study host's services
 * @param start where the worker files are
 * @returns the services with the DICOM node, which is begun by its own `start`
 */
export function withDicom(base: BaseServices, start: Pick<HostStart, 'workers'>, ports: NodePorts): Services {
  const { emit, print } = ports;
  const { store } = base;
  const receiver = receiverTold(emit);
  const reportObjects = reportObjectsBy(base, print);
  const fit = studyFit(base);
  const workerUrl = pathToFileURL(join(start.workers, 'dicomNetwork.worker.js'));
  const dicom = createDicomService({
    store,
    network: createDicomNetwork({ workerUrl }),
    parse: base.parse,
    host: {
      quantify: async (studyId, settings, cancellation) =>
        (await fit(studyId, settings, cancellation, () => undefined)).analysisIds[0] ?? null,
      reportObjects: (analysisId, kinds) =>
        reportObjects({ ...reportOfAnalysis(store, analysisId), ...RULE_LAYOUT }, kinds),
      onEvent: (event) => {
        if (event.kind === 'receiver') receiver.tell(event.state);
        else tellPage(event, base, emit);
      },
    },
  });
  return {
    ...base,
    dicom,
    reportObjects,
    close: async () => {
      receiver.stop();
      // Fetches first, so that they count as interrupted and not as failed.
      await base.jobs.cancelAll();
      await dicom.close();
      await base.close();
    },
  };
}
