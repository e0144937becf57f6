// DICOM in the study host: this node and the others, tests of a connection, searches, fetches as jobs.
import { randomUUID } from 'node:crypto';
import type { FetchRequest } from '../../core/ports/dicomNetwork.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';
import type { DicomWebAccess, RemoteNode, TlsFiles } from '../../core/domain/dicomNode.ts';
import { CancelledError, toErrorRecord, UsageError } from '../../core/domain/errors.ts';
import type { ProgressListener } from '../../core/ports/progress.ts';
import { cancellationSource } from '../../node/workers/cancellation.ts';
import { checkRemoteNode } from '../../node/dicom/nodeSettings.ts';
import { dicomState } from '../dicomViews.ts';
import type { ChosenFile, ChosenTlsFiles, HostHandlers, HostRequest } from '../hostMessages.ts';
import type { JobOutcome } from '../jobs.ts';
import type { Services } from '../services.ts';
import type { HandlerContext } from './context.ts';

type Channels =
  | 'dicom:state'
  | 'host:dicom-configure'
  | 'host:dicom-save-node'
  | 'dicom:save-rules'
  | 'dicom:remove-node'
  | 'dicom:drop-stranded'
  | 'dicom:test-node'
  | 'dicom:find-studies'
  | 'dicom:offered-series'
  | 'dicom:find-scheduled'
  | 'dicom:cancel'
  | 'dicom:fetch';

const pathOf = (chosen: ChosenFile, kept: string | null): string | null =>
  chosen.kind === 'file' ? chosen.path : chosen.kind === 'kept' ? kept : null;

type KeptFiles = Readonly<Record<'certificateFile' | 'keyFile' | 'caFile', string | null>>;

function filesOf({ certificate, key, authorities }: ChosenTlsFiles, kept: KeptFiles | null): KeptFiles {
  return {
    certificateFile: pathOf(certificate, kept?.certificateFile ?? null),
    keyFile: pathOf(key, kept?.keyFile ?? null),
    caFile: pathOf(authorities, kept?.caFile ?? null),
  };
}

/** @throws UsageError without certificate or key */
function ownTlsFiles(chosen: ChosenTlsFiles, kept: TlsFiles | null): TlsFiles {
  const { certificateFile, keyFile, caFile } = filesOf(chosen, kept);
  if (certificateFile === null || keyFile === null) {
    throw new UsageError('TLS needs a certificate and its key; choose both files.');
  }
  return { certificateFile, keyFile, caFile };
}

const originOf = (url: string): string | null => (URL.canParse(url) ? new URL(url).origin : null);

/** A password that was kept goes to the server that it was given for, and to no other. @throws UsageError */
function webAccess(
  { url, userName, password, authorities }: NonNullable<HostRequest<'host:dicom-save-node'>['web']>,
  kept: DicomWebAccess | null,
): DicomWebAccess {
  if (password.kind === 'kept' && (kept === null || originOf(kept.url) !== originOf(url))) {
    throw new UsageError('The server has another address now; give the password again.');
  }
  return {
    ...{ url: url.trim(), userName: userName?.trim() || null, caFile: pathOf(authorities, kept?.caFile ?? null) },
    password:
      password.kind === 'given' ? password.password : password.kind === 'kept' ? (kept?.password ?? null) : null,
  };
}

/** @throws UsageError where another node has its name, or it can't be reached by what is said of it */
function remoteNode(services: Services, { id, dimse, web, ...node }: HostRequest<'host:dicom-save-node'>): RemoteNode {
  const nodes = services.store.listNodes();
  const before = id === null ? null : services.store.getNode(id);
  const name = node.name.trim();
  if (nodes.some((other) => other.id !== id && other.name.toLowerCase() === name.toLowerCase())) {
    throw new UsageError('Another node has this name already.');
  }
  const tls = dimse?.tls ?? null;
  const made: RemoteNode = {
    ...{ ...node, name, id: id ?? randomUUID() },
    dimse:
      dimse === null
        ? null
        : {
            ...{ aeTitle: dimse.aeTitle.trim(), host: dimse.host.trim(), port: dimse.port },
            tls: tls === null ? null : filesOf(tls, before?.dimse?.tls ?? null),
          },
    web: web === null ? null : webAccess(web, before?.web ?? null),
  };
  checkRemoteNode(made);
  return made;
}

/** Fetches one study after the other; where one fails, the others are still fetched. */
async function fetchAll(
  services: Services,
  nodeId: string,
  studies: readonly FetchRequest[],
  cancellation: Cancellation,
  onProgress: ProgressListener,
): Promise<JobOutcome> {
  const studyIds = new Set<string>();
  const problems: string[] = [];
  let failure: unknown = null;
  for (const [i, study] of studies.entries()) {
    cancellation.throwIfCancelled();
    try {
      const outcome = await services.dicom.fetch(nodeId, study, cancellation, ({ fraction, message }) =>
        onProgress({ fraction: (i + fraction) / studies.length, message }),
      );
      for (const studyId of outcome.studyIds) studyIds.add(studyId);
      problems.push(...outcome.problems);
    } catch (error) {
      if (error instanceof CancelledError) throw error;
      failure = error;
      problems.push(toErrorRecord(error).message);
    }
  }
  if (failure !== null && studyIds.size === 0) throw failure;
  return { analysisId: null, basisIds: [], studyIds: [...studyIds], problems: [...new Set(problems)] };
}

/** Work that can be stopped by the token that it was begun under. */
function stoppable() {
  const running = new Map<string, () => void>();
  return {
    stop: (token: string): void => running.get(token)?.(),
    /** @returns null where it was cancelled @throws what the work throws */
    run: async <T>(token: string, work: (cancellation: Cancellation) => Promise<T>): Promise<T | null> => {
      if (running.has(token)) throw new UsageError('This search was started already.');
      const { cancellation, cancel } = cancellationSource();
      running.set(token, cancel);
      try {
        return await work(cancellation);
      } catch (error) {
        if (error instanceof CancelledError) return null;
        throw error;
      } finally {
        running.delete(token);
      }
    },
  };
}

export function dicomHandlers({ services }: HandlerContext): Pick<HostHandlers, Channels> {
  const { store, dicom, jobs } = services;
  const state = (): ReturnType<typeof dicomState> => dicomState(store, dicom);
  const searches = stoppable();
  return {
    'dicom:state': state,
    'host:dicom-configure': async ({ tls, ...settings }) => {
      const before = store.dicomSettings();
      const files = tls === null ? null : ownTlsFiles(tls, before.tls);
      const own = files === null || tls === null ? null : { ...files, requiresClientCertificate: tls.requiresClientCertificate }; // prettier-ignore
      await dicom.configure({ ...settings, tls: own, rules: before.rules });
      return state();
    },
    'dicom:save-rules': async ({ rules }) => {
      await dicom.configure({ ...store.dicomSettings(), rules });
      return state();
    },
    'host:dicom-save-node': (change) => {
      store.saveNode(remoteNode(services, change));
      return state();
    },
    'dicom:remove-node': ({ nodeId }) => {
      const users = store.dicomSettings().rules.filter(({ send }) => send?.nodeIds.includes(nodeId) === true);
      const [user] = users;
      if (user !== undefined)
        throw new UsageError(`The rule “${user.name}” sends to this node; change the rule first.`);
      store.removeNode(nodeId);
      return state();
    },
    'dicom:drop-stranded': ({ ids }) => {
      dicom.dropInstances(ids);
      return state();
    },
    'dicom:test-node': async ({ nodeId }) => ({ elapsedMs: await dicom.echo(store.getNode(nodeId)) }),
    'dicom:find-studies': ({ token, nodeId, query }) =>
      searches.run(token, (cancellation) => dicom.findStudies(nodeId, query, cancellation)),
    'dicom:offered-series': ({ token, nodeId, studyInstanceUid }) =>
      searches.run(token, (cancellation) => dicom.offeredSeries(nodeId, studyInstanceUid, cancellation)),
    'dicom:find-scheduled': ({ token, nodeId, query }) =>
      searches.run(token, (cancellation) => dicom.findScheduled(nodeId, query, cancellation)),
    'dicom:cancel': ({ token }) => {
      searches.stop(token);
      return {};
    },
    'dicom:fetch': (request) => {
      store.getNode(request.nodeId); // says so where there is none
      const { nodeId, studies } = request;
      const jobId = jobs.start(
        'fetch',
        null,
        (cancellation, onProgress) => fetchAll(services, nodeId, studies, cancellation, onProgress),
        request,
      );
      return { jobId };
    },
  };
}
