// Jobs by their ids: stopped, or taken up again after a crash.
import { z } from 'zod';
import { roleRefusal } from '../../core/domain/access.ts';
import { StudyDbError, UsageError } from '../../core/domain/errors.ts';
import type { JobRecord } from '../../core/ports/studyStore.ts';
import { neededRole } from '../../ipc/channelRights.ts';
import { CHANNELS } from '../../ipc/contract.ts';
import { importChoicesSchema } from '../../ipc/importContract.ts';
import { INTERRUPTED_KINDS } from '../../ipc/jobContract.ts';
import type { InterruptedJobView, InterruptedKind } from '../../ipc/jobContract.ts';
import { actingUser } from '../acting.ts';
import type { HostHandlers } from '../hostMessages.ts';
import type { DeepReadonly } from '../registrar.ts';
import type { Services } from '../services.ts';
import type { HandlerContext } from './context.ts';
import { importAgain } from './importHandlers.ts';

type Begins = 'fit:start' | 'lcmodel:run' | 'correction:start' | 'basis:simulate' | 'dicom:fetch';
type Begin = (request: unknown) => Promise<string>;

const importAgainSchema = z.object({ paths: z.array(z.string()).min(1), choices: importChoicesSchema });

/** What begins each kind of work again; a request is parsed anew, as a newer version may ask for more. */
function beginnings(context: HandlerContext, handlers: Pick<HostHandlers, Begins>): Record<string, Begin> {
  const by =
    <C extends Begins>(channel: C): Begin =>
    async (request) => {
      // Whoever takes work up needs the role that may begin it.
      const [user, needed] = [actingUser(), neededRole(channel)];
      const refusal = user === null || needed === null ? null : roleRefusal(user.role, needed);
      if (refusal !== null) throw refusal;
      const parsed = CHANNELS[channel].request.parse(request) as never;
      return (await handlers[channel](parsed)).jobId;
    };
  return {
    fit: by('fit:start'),
    lcmodel: by('lcmodel:run'),
    correction: by('correction:start'),
    simulate: by('basis:simulate'),
    fetch: by('dicom:fetch'),
    import: (request) => Promise.resolve(importAgain(context, importAgainSchema.parse(request))),
  };
}

const kindOf = (kind: string): InterruptedKind => INTERRUPTED_KINDS.find((one) => one === kind) ?? 'other';

/** null where it worked on no study, or the study is gone. */
function studyOf({ store }: Services, { studyId, request }: JobRecord): InterruptedJobView['study'] {
  const datasetId = request?.['datasetId'];
  let id = studyId;
  try {
    if (id === null && typeof datasetId === 'string') id = store.getDataset(datasetId).studyId;
  } catch (error) {
    if (!(error instanceof StudyDbError) || error.code !== 'NOT_FOUND') throw error;
  }
  const [found] = id === null ? [] : store.worklistRows([id]);
  return found === undefined ? null : { id: found.id, title: found.title, patient: found.patient };
}

type Channels = 'job:cancel' | 'job:interrupted' | 'job:resume' | 'job:give-up';

/** @param handlers what begins work, by the channels that begin it in the window */
export function jobHandlers(
  context: HandlerContext,
  handlers: Pick<HostHandlers, Begins>,
): Pick<HostHandlers, Channels> {
  const { services } = context;
  const { store, jobs } = services;
  const begin = beginnings(context, handlers);

  const interrupted = (): JobRecord[] => store.listUnfinishedJobs().filter(({ state }) => state === 'interrupted');
  const find = (jobId: string): JobRecord => {
    const job = interrupted().find(({ id }) => id === jobId);
    if (job === undefined) throw new UsageError('This work is not interrupted any more.');
    return job;
  };
  const view = (job: JobRecord): DeepReadonly<InterruptedJobView> => ({
    jobId: job.id,
    kind: kindOf(job.kind),
    study: studyOf(services, job),
    createdAt: job.createdAt,
    canResume: job.request !== null && begin[job.kind] !== undefined,
  });

  return {
    'job:cancel': ({ jobId }) => {
      jobs.cancel(jobId);
      return {};
    },
    'job:interrupted': () => interrupted().map(view),
    'job:resume': async ({ jobId }) => {
      const { kind, request } = find(jobId);
      const again = begin[kind];
      if (again === undefined || request === null) throw new UsageError('This work has to be begun anew by hand.');
      const resumed = await again(request);
      store.finishJob(jobId, 'cancelled', 'Interrupted, and begun again.');
      return { jobId: resumed };
    },
    'job:give-up': ({ jobId }) => {
      store.finishJob(find(jobId).id, 'cancelled', null);
      return {};
    },
  };
}
