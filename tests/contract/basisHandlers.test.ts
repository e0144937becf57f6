// What the page asks about basis sets: lists, spectra, comparison, simulation as a job, export, removal.
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildBasisSets } from '../../src/core/basis/buildBasisSet.ts';
import { readBasisFiles } from '../../src/core/basis/files/index.ts';
import type { BasisRequest } from '../../src/core/domain/basisRequest.ts';
import { recipeById } from '../../src/core/pipeline/index.ts';
import { CHANNELS } from '../../src/ipc/contract.ts';
import type { ChannelName, ChannelRequest } from '../../src/ipc/contract.ts';
import { actAs } from '../../src/main/acting.ts';
import { createEventLog } from '../../src/main/eventLog.ts';
import type { HostHandlers } from '../../src/main/hostMessages.ts';
import { basisHandlers, basisList, basisTarget } from '../../src/main/ipcHandlers/basisHandlers.ts';
import type { HandlerContext } from '../../src/main/ipcHandlers/context.ts';
import { jobHandlers } from '../../src/main/ipcHandlers/jobHandlers.ts';
import { simulationHandlers } from '../../src/main/ipcHandlers/simulationHandlers.ts';
import { createJobs } from '../../src/main/jobs.ts';
import type { Services } from '../../src/main/services.ts';
import { placedCards } from '../../src/node/files/basisCards.ts';
import { loadListedBasis } from '../../src/node/files/basisLibrary.ts';
import { resourcesDir } from '../../src/node/files/resourcePaths.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import type { DatasetDescription, StudyStore } from '../../src/core/ports/studyStore.ts';

const SHIPPED = path.join(resourcesDir(), 'basis');
const PRESS_30 = 'lineshape-3t-press-te30-123mhz';
const IDEAL = { shape: 'ideal' } as const;
const REQUEST: BasisRequest = {
  title: 'STEAM 11 at 7 T',
  spectrometerFrequencyMHz: 297.2,
  dwellTimeS: 0.00025,
  points: 512,
  linewidthHz: 2,
  sequence: {
    family: 'STEAM',
    echoTimeS: 0.011,
    mixingTimeS: 0.01,
    excitation: IDEAL,
    refocusing: IDEAL,
    carrierPpm: 3,
    spatial: { points: 1, extent: 1 },
  },
  metabolites: ['NAA', 'Cr', 'Lac'],
  macromolecules: 'none',
  lipids: 'none',
};

type Asked = Pick<
  HostHandlers,
  | keyof ReturnType<typeof basisHandlers>
  | keyof ReturnType<typeof simulationHandlers>
  | keyof ReturnType<typeof jobHandlers>
>;

let folder = '';
let user = '';
let store: StudyStore;
let handlers: Asked;
let finished: Promise<Record<string, unknown>>;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lineshape-basis-'));
  user = path.join(folder, 'own');
  store = openStudyDb(path.join(folder, 'study.db'), { now: () => '2026-01-01T00:00:00.000Z' });
  let tell: (payload: Record<string, unknown>) => void;
  finished = new Promise((resolve) => (tell = resolve));
  const emit: HandlerContext['emit'] = (event, payload) => {
    if (event === 'job:finished') tell(payload as Record<string, unknown>);
  };
  const log = createEventLog(
    () => undefined,
    () => '',
  );
  const services = {
    store,
    jobs: createJobs({ store, emit, log }),
    basisFolders: [SHIPPED, user],
    userBases: user,
    basis: (id: string) => loadListedBasis([SHIPPED, user], id),
    forgetBasis: () => undefined,
    // In this thread: the pool has its own test.
    simulateBasis: (request: BasisRequest) => Promise.resolve(buildBasisSets(request)),
  } as unknown as Services;
  const simulation = simulationHandlers({ services, emit });
  const jobs = jobHandlers({ services, emit }, simulation as never);
  handlers = { ...basisHandlers({ services, emit }), ...simulation, ...jobs };
});

afterEach(async () => {
  store.close();
  await rm(folder, { recursive: true, force: true });
});

/** Asks as the registrar does, and checks the answer against the contract. */
async function ask<C extends ChannelName & keyof Asked>(channel: C, request: ChannelRequest<C>) {
  const { request: asked, response } = CHANNELS[channel];
  const answer: unknown = await handlers[channel](asked.parse(request) as never);
  const checked = response.safeParse(answer);
  expect(checked.error).toBeUndefined();
  return checked.data as Awaited<ReturnType<Asked[C]>>;
}

async function simulated(request: BasisRequest = REQUEST): Promise<string[]> {
  const { jobId } = await ask('basis:simulate', { request });
  const end = await finished;
  expect(end).toMatchObject({ jobId, state: 'done', analysisId: null, error: null });
  return end['basisIds'] as string[];
}

const scan = { nucleus: '1H', spectrometerFrequencyMHz: 127.74, echoTimeS: 0.035, sequence: 'PRESS' };

describe('the list', () => {
  it('has the best one first where it is close enough, and says so', async () => {
    const { cards, best } = basisList(await placedCards([SHIPPED]), user, scan);
    expect(best).toEqual({ basisId: cards[0]?.id, closeEnough: true, message: null });
    expect(cards[0]).toMatchObject({ echoTimeS: 0.035, mismatch: null, warnings: [], source: 'shipped' });
    expect(cards[0]?.spectrometerFrequencyMHz).toBeCloseTo(127.75, 0);
  });

  it('says why where none is close enough, and refuses only another nucleus', async () => {
    const placed = await placedCards([SHIPPED]);
    const far = basisList(placed, user, { ...scan, spectrometerFrequencyMHz: 400 });
    expect(far.best.closeEnough).toBe(false);
    expect(far.best.message).toMatch(/close enough.*simulate one.*400/);
    expect(far.cards.every((c) => c.mismatch === null)).toBe(true);
    expect(far.cards[0]?.warnings.map((w) => w.code)).toContain('basis-field-mismatch');
    const phosphorus = basisList(placed, user, { ...scan, nucleus: '31P' });
    expect(phosphorus.best).toMatchObject({ basisId: null, closeEnough: false });
    expect(phosphorus.cards.every((c) => c.mismatch?.includes('31P'))).toBe(true);
  });
});

describe('what decides which basis fits', () => {
  const described = (dimensions: readonly { tag: string; length: number }[]) =>
    ({
      ...{ nucleus: '1H', spectrometerFrequencyMHz: 123.25, echoTimeS: 0.068, sequence: 'MEGA-PRESS' },
      ...{ grid: [1, 1, 1], dimensions },
    }) as unknown as DatasetDescription;

  it.each([
    [null, 'difference'],
    ['mega-difference', 'difference'],
    ['mega-off', 'off'],
    ['svs-default', null],
  ])('of an edited scan is the sub-spectrum that the recipe leaves: %s, %s', async (recipeId, editing) => {
    const edited = described([{ tag: 'DIM_EDIT', length: 2 }]);
    const target = basisTarget(edited, recipeId === null ? null : recipeById(recipeId));
    expect(target).toMatchObject({ editing });
    if (editing === null) return;
    const { cards } = basisList(await placedCards([SHIPPED]), user, target);
    expect(cards[0]).toMatchObject({ editing, warnings: [], mismatch: null });
  });

  it('is no sub-spectrum where nothing was edited, whatever the recipe', () => {
    const plain = described([{ tag: 'DIM_DYN', length: 16 }]);
    expect(basisTarget(plain, recipeById('mega-off'))).toMatchObject({ editing: null });
  });
});

describe('a simulation', () => {
  it('that was interrupted is taken up by who may begin one', async () => {
    const { id: jobId } = store.startJob('simulate', null, { request: REQUEST } as never);
    store.finishJob(jobId, 'interrupted', null);
    const resumeAs = (role: 'reader' | 'physicist') =>
      actAs({ id: role, name: role, role }, async () => handlers['job:resume']({ jobId }));
    await expect(resumeAs('reader')).rejects.toMatchObject({ code: 'FORBIDDEN', details: { needed: 'physicist' } });
    expect(store.listUnfinishedJobs()).toMatchObject([{ id: jobId, state: 'interrupted' }]);
    const resumed = await resumeAs('physicist');
    expect(await finished).toMatchObject({ ...resumed, state: 'done' });
    expect(store.listUnfinishedJobs()).toEqual([]);
  });

  it('is a job of no study that ends with a set of the user’s own, from which it can be repeated', async () => {
    const [id] = await simulated();
    expect(store.listJobs()).toMatchObject([{ kind: 'simulate', studyId: null, state: 'done' }]);
    const { cards } = await ask('basis:list', { datasetId: null });
    const card = cards.find((c) => c.id === id);
    expect(card).toMatchObject({ source: 'user', sequence: 'STEAM', echoTimeS: 0.011, request: REQUEST });
    expect(card?.sequenceParameters).toMatchObject({ mixingTimeS: 0.01 });
    const { signals, points } = await ask('basis:spectra', { basisId: id as string });
    expect(signals.map((s) => [s.name, s.kind, s.re.length])).toEqual(
      ['NAA', 'Cr', 'Lac'].map((name) => [name, 'metabolite', points]),
    );
  });

  it('that can not be is refused at once, without a job', async () => {
    const refused = (request: BasisRequest) => () => handlers['basis:simulate']({ request } as never);
    const { sequence } = REQUEST;
    expect(refused({ ...REQUEST, sequence: { ...sequence, echoTimeS: -0.011 } })).toThrow(/TE must be 0 ms or more/);
    expect(refused({ ...REQUEST, metabolites: ['Kryptonite'] })).toThrow(/no spin system/);
    expect(store.listJobs()).toEqual([]);
    const malformed = { ...REQUEST, sequence: { ...sequence, family: 'EPI' } };
    expect(CHANNELS['basis:simulate'].request.safeParse({ request: malformed }).success).toBe(false);
  });
});

describe('a set', () => {
  it('is compared with itself as alike, and with another by what differs', async () => {
    const [id] = await simulated();
    const self = await ask('basis:compare', { basisId: id as string, otherId: id as string, rangePpm: [0.5, 4.2] });
    self.rows.forEach((row) => expect(row.correlation).toBeCloseTo(1, 6));
    expect(self.rows).toHaveLength(3);
    const other = await ask('basis:compare', { basisId: id as string, otherId: PRESS_30, rangePpm: [0.5, 4.2] });
    expect(other.warnings.length).toBeGreaterThan(0);
    expect(other.onlyFirst).toEqual([]);
    expect(other.onlySecond.length).toBeGreaterThan(5);
  });

  it('of the user’s own can be removed, a shipped one not', async () => {
    const [id] = await simulated();
    await expect(handlers['basis:remove']({ basisId: PRESS_30 })).rejects.toThrow(/not one of your own/);
    await ask('basis:remove', { basisId: id as string });
    expect(await readdir(user)).toEqual([]);
    await expect(handlers['basis:spectra']({ basisId: id as string })).rejects.toMatchObject({ code: 'BASIS_MISSING' });
  });

  it.each(['lcmodel', 'lcmodel-raw', 'fsl-json', 'jmrui'] as const)('is exported as %s', async (format) => {
    const files = await handlers['host:basis-files']({ basisId: PRESS_30, format });
    expect(files.length === 1).toBe(format === 'lcmodel');
    expect(files.every(({ name }) => name === path.basename(name))).toBe(true);
    const back = readBasisFiles(files);
    expect(back.signals.map((s) => s.name)).toEqual(expect.arrayContaining(['NAA', 'Cr', 'Lac']));
  });

  it('is exported in the program’s own format with its card, which is taken in again', async () => {
    const [id] = await simulated();
    const files = await handlers['host:basis-files']({ basisId: id as string, format: 'lineshape' });
    expect(files.map(({ name }) => name)).toEqual([`${id}.nii.gz`, `${id}.json`]);
    for (const { name, bytes } of files) await writeFile(path.join(folder, name), bytes);
    await handlers['basis:remove']({ basisId: id as string });
    const added = await handlers['host:add-basis']({ paths: [path.join(folder, `${id}.nii.gz`)] });
    expect(added).toEqual({ id, title: REQUEST.title, warnings: [] });
  });
});

describe('a pulse', () => {
  it('is shown by its effect, one in its centre and a half at half its width', async () => {
    const pulse = { shape: 'slr', durationS: 0.0052, bandwidthHz: 1200 } as const;
    const profile = await ask('basis:pulse-profile', { pulse, role: 'refocusing' });
    const at = (hz: number): number => {
      const i = profile.offsetsHz.findIndex((offset) => Math.abs(offset - hz) < 1e-3 * 1200);
      return profile.effect[i] as number;
    };
    expect(at(0)).toBeGreaterThan(0.98);
    // The pulse's width is the one asked for to 0.1 %, on a flank of less than 1 % a Hz.
    expect(Math.abs(at(600) / at(0) - 0.5)).toBeLessThan(0.01);
    expect(at(-1500)).toBeLessThan(0.05);
    expect(profile).toMatchObject({ durationS: 0.0052 });
    expect(profile.bandwidthHz).toBeCloseTo(1200, 0);
    expect(() => handlers['basis:pulse-profile']({ pulse: IDEAL, role: 'refocusing' })).toThrow(/no profile/);
  });

  it('is read from a file, or refused in words', async () => {
    const file = path.join(folder, 'hard.txt');
    await writeFile(file, Array.from({ length: 16 }, () => '1 0').join('\n'));
    const { waveform } = await handlers['host:read-waveform']({ path: file });
    expect(waveform.amplitude).toHaveLength(16);
    await writeFile(file, new Uint8Array(64));
    await expect(handlers['host:read-waveform']({ path: file })).rejects.toMatchObject({ name: 'ReaderError' });
  });
});
