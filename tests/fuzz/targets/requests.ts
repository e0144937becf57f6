// Requests of the page: runs of up to eight, through the real registrar to the real handlers, over a real encrypted database
// with the demo study and a fit. Channels that open a dialog or print need Electron and are left out;
// tests/contract/hostileRequests.test.ts feeds those.
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError, ProcessingError } from '../../../src/core/domain/errors.ts';
import { CHANNELS } from '../../../src/ipc/contract.ts';
import type { ChannelName, EventName, IpcResult } from '../../../src/ipc/contract.ts';
import { createEmit } from '../../../src/main/emit.ts';
import { createEventLog } from '../../../src/main/eventLog.ts';
import type { HostHandlers } from '../../../src/main/hostMessages.ts';
import { createHostHandlers } from '../../../src/main/ipcHandlers/index.ts';
import { registerHandlers } from '../../../src/main/registrar.ts';
import type { Handlers, InvokeEvent } from '../../../src/main/registrar.ts';
import { withDicom } from '../../../src/main/dicomNode.ts';
import { createServices } from '../../../src/main/services.ts';
import type { Services } from '../../../src/main/services.ts';
import { findResources } from '../../../src/node/files/resourcePaths.ts';
import { newDatabaseKey } from '../../../src/node/study-db/keys/keyWraps.ts';
import { sampleOf } from '../../contract/sampleOfSchema.ts';
import { messageFault } from '../engine/findings.ts';
import type { FuzzCase, FuzzFile, FuzzTarget } from '../engine/fuzzCase.ts';
import { scratchFolder } from './scratch.ts';
import { withoutLogin } from '../../fixtures/accessSessions.ts';

const EVENT: InvokeEvent = { senderFrame: { url: 'app://lineshape/index.html', parent: null }, sender: { id: 1 } };
const WORKERS = fileURLToPath(new URL('../workers', import.meta.url));
const MOST_REQUESTS = 8;
/** Rounds after which a database is exchanged for the first one's copy, however it looks. */
const LONGEST_LIFE = 300;
const TOKEN = '2f1e8f5c-95d5-4e0a-9a0f-5a3c7d1b6e42';
/** How long a cancelled job may take to end. [ms] */
const JOB_END_MS = 60_000;

type Listener = (event: InvokeEvent, request: unknown) => Promise<IpcResult<unknown>>;

interface Asked {
  readonly channel: ChannelName;
  readonly request: unknown;
}

interface Host {
  readonly services: Services;
  readonly handlers: HostHandlers;
  readonly listeners: Map<string, Listener>;
  /** Ids that stand for themselves in cases, as each database has its own. */
  readonly ids: ReadonlyMap<string, string>;
  readonly faults: string[];
  readonly openJobs: Set<string>;
  rounds: number;
}

const KEY = newDatabaseKey();
const FIELD_IDS: Readonly<Record<string, string>> = {
  studyId: '$study',
  studyIds: '$study',
  datasetId: '$scan',
  waterDatasetId: '$water',
  imageDatasetId: '$image',
  imageId: '$image',
  analysisId: '$analysis',
  basisId: '$basis',
  token: TOKEN,
};

let host: Promise<Host> | null = null;
/** Ids of the first database, which its copies share. */
let firstIds: ReadonlyMap<string, string> | null = null;

function start(folder: string): Host {
  const faults: string[] = [];
  const openJobs = new Set<string>();
  const log = createEventLog(
    (line) => {
      if (line.includes('event-malformed')) faults.push(line);
    },
    () => '2026-01-01T00:00:00Z',
  );
  const emit = createEmit(
    (event: EventName, payload) => {
      if (event === 'job:finished') openJobs.delete((payload as { jobId: string }).jobId);
    },
    { validate: true, log },
  );
  const base = createServices(
    {
      database: join(folder, 'study.db'),
      databaseKey: KEY,
      resources: findResources() ?? '',
      manifest: null,
      userBases: join(folder, 'basis'),
      workers: WORKERS,
      appVersion: '0.0.0',
    },
    emit,
    log,
  );
  // Nothing prints here; the node is never started, so that nobody listens.
  const print = () => Promise.reject(new ProcessingError('PROCESSING_FAILED', 'The report could not be laid out.'));
  const services = withDicom(base, { workers: WORKERS }, { emit, log, print });
  const handlers = createHostHandlers({ services, emit });
  const listeners = new Map<string, Listener>();
  registerHandlers(
    { handle: (channel, listener) => listeners.set(channel, listener) },
    handlers as unknown as Handlers,
    {
      origin: 'app://lineshape',
      mainPage: () => 1,
      validateResponses: true,
      access: async () => withoutLogin(),
      log,
    },
  );
  return { services, handlers, listeners, ids: firstIds ?? new Map(), faults, openJobs, rounds: 0 };
}

async function jobsEnded({ openJobs }: Host): Promise<void> {
  const began = performance.now();
  while (openJobs.size > 0) {
    if (performance.now() - began > JOB_END_MS) throw new Error('a job has not ended a minute after it was cancelled');
    await new Promise((wake) => setTimeout(wake, 5));
  }
}

/** The first database: the demo study with a fit of its scan. */
async function furnished(folder: string): Promise<Host> {
  const made = start(folder);
  const { studies } = await made.handlers['import:demo']({});
  const studyId = studies[0]?.studyId ?? '';
  const { datasets } = await made.handlers['study:open']({ studyId });
  const named = (name: string): string => datasets.find(({ fileName }) => fileName.startsWith(name))?.id ?? '';
  const [scan, water] = [named('svs_press'), named('svs_water')];
  const request = { ...(sampleOf(CHANNELS['fit:start'].request) as object), datasetId: scan, waterDatasetId: water, recipeId: 'svs-default', basisId: 'lineshape-3t-press-te30-123mhz', methods: ['nlls'], options: {}, voxels: null }; // prettier-ignore
  const answer = await made.listeners.get('fit:start')?.(EVENT, request);
  if (answer?.ok === true) {
    made.openJobs.add((answer.value as { jobId: string }).jobId);
    await jobsEnded(made);
  }
  const opened = await made.handlers['study:open']({ studyId });
  firstIds = new Map([
    ['$study', studyId],
    ['$scan', scan],
    ['$water', water],
    ['$image', named('t1')],
    ['$grid', named('mrsi')],
    ['$analysis', opened.analyses[0]?.id ?? ''],
    ['$basis', 'lineshape-3t-press-te30-123mhz'],
  ]);
  await made.services.close();
  return made;
}

async function opened(): Promise<Host> {
  const [first, used] = [join(scratchFolder(), 'first'), join(scratchFolder(), 'used')];
  if (firstIds === null) {
    mkdirSync(first, { recursive: true });
    await furnished(first);
  }
  rmSync(used, { recursive: true, force: true });
  cpSync(first, used, { recursive: true });
  return start(used);
}

/** Requests that the page may send at any time, with ids of the demo study where the field's name says so. */
function withIds(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((held) => withIds(held, key));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, withIds(held, name)]));
  return typeof value === 'string' && FIELD_IDS[key] !== undefined ? FIELD_IDS[key] : value;
}

const REALISTIC: readonly (readonly [ChannelName, unknown])[] = [
  [
    'view:set',
    { studyId: '$study', value: JSON.stringify({ selection: { datasetId: '$scan', voxel: 0 }, regions: [] }) },
  ],
  ['dataset:signal', { datasetId: '$grid' }],
  ['settings:set', { key: 'language', value: 'de' }],
  ['fit:start', { datasetId: '$scan', waterDatasetId: '$water', recipeId: 'svs-default', basisId: '$basis', methods: ['nlls'], options: {}, voxels: null }], // prettier-ignore
];

function seeds(): FuzzCase[] {
  const host = ({ channel, request }: Asked): Asked => ({ channel, request: withIds(request) });
  const samples = hostChannels().map((channel) => host({ channel, request: sampleOf(CHANNELS[channel].request) }));
  const runs = [
    ...samples.map((asked) => [asked]),
    ...REALISTIC.map(([channel, request]) => [
      { channel, request: { ...(sampleOf(CHANNELS[channel].request) as object), ...(request as object) } },
    ]),
    [
      { channel: 'import:inspect-paths', request: { token: TOKEN, paths: ['$demo'] } },
      { channel: 'import:commit', request: { token: TOKEN, choices: { roles: {}, deidentify: true } } },
    ],
  ];
  return runs.map((run) => ({ files: [{ name: 'requests.json', bytes: new TextEncoder().encode(JSON.stringify(run)) }] })); // prettier-ignore
}

/** Those that need Electron or LCModel, and the self-tests of all networks, which take minutes. */
const LEFT_OUT = /^(models:verify$|access:|dicom:(choose-file|configure|save-node)$|app:|menu:|window:|picture:|help:|export:|import:inspect$|basis:(import|waveform|export)|fit:prior|comparison:save|lcmodel:(choose|import|test|run)|maps:export|report:(export|print|sign)|ranges:(import|export)|worklist:save|batch:save)/; // prettier-ignore
const hostChannels = (): ChannelName[] =>
  (Object.keys(CHANNELS) as ChannelName[]).filter((channel) => !LEFT_OUT.test(channel));

function filled(value: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') {
    if (value === '$demo') return join(findResources() ?? '', 'demo');
    return ids.get(value) ?? value;
  }
  if (Array.isArray(value)) return value.map((held) => filled(held, ids));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, filled(held, ids)]));
  }
  return value;
}

/** A folder outside would be read whole: the time would be the disk's. */
function leadsOutside(request: unknown): boolean {
  const paths = (request as { paths?: unknown } | null)?.paths;
  if (!Array.isArray(paths)) return false;
  const allowed = [scratchFolder(), findResources() ?? scratchFolder()];
  return !paths.every((path) => typeof path !== 'string' || allowed.some((folder) => resolve(path).startsWith(`${folder}/`))); // prettier-ignore
}

function askedIn(file: FuzzFile | undefined): Asked[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder().decode(file?.bytes));
  } catch {
    return [];
  }
  const list = Array.isArray(parsed) ? (parsed as unknown[]) : [];
  const known = hostChannels();
  return list
    .filter((one): one is Asked => known.includes((one as Asked | null)?.channel as ChannelName))
    .slice(0, MOST_REQUESTS);
}

function requireWords(channel: string, answer: IpcResult<unknown>): void {
  if (answer.ok) return;
  const { code, message } = answer.error;
  if (code === 'BUG') throw new Error(`${channel} answers with a bug: ${message}`);
  const fault = messageFault(message, []);
  if (fault !== null) throw new Error(`${channel} answers with ${fault}`);
}

/** @returns whether any of the requests was refused */
async function askAll(current: Host, run: readonly Asked[]): Promise<boolean> {
  let isRefused = false;
  for (const { channel, request } of run) {
    const ask = current.listeners.get(channel);
    const sent = filled(request, current.ids);
    if (ask === undefined || leadsOutside(sent)) continue;
    const answer = await ask(EVENT, sent);
    requireWords(channel, answer);
    isRefused ||= !answer.ok;
    const { jobId } = (answer.ok ? answer.value : {}) as { jobId?: string };
    if (typeof jobId === 'string') {
      current.openJobs.add(jobId);
      current.handlers['job:cancel']({ jobId });
    }
  }
  return isRefused;
}

/** What the next case needs is there still. */
function isWhole({ services, ids }: Host): boolean {
  try {
    return services.store.listStudies().some(({ id }) => id === ids.get('$study'));
  } catch {
    return false;
  }
}

async function asked([file]: readonly FuzzFile[]): Promise<void> {
  host ??= opened();
  const current = await host;
  current.faults.length = 0;
  try {
    const isRefused = await askAll(current, askedIn(file));
    await jobsEnded(current);
    if (current.faults.length > 0) throw new Error(`an event breaks the contract: ${current.faults.join(' ')}`);
    if (isRefused) throw new AppError('USAGE', 'A request was refused in words.');
  } finally {
    if (++current.rounds > LONGEST_LIFE || !isWhole(current)) {
      host = null;
      await current.services.close();
    }
  }
}

export const REQUEST_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'requests',
    refusals: ['AppError'],
    seeds,
    longestMs: 10_000,
    run: asked,
    close: async () => {
      if (host !== null) await (await host).services.close();
    },
  },
];
