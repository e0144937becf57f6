// Simulation on the worker pool: what the workers give is what this thread gives; it can be cancelled at once; what was
// simulated is kept whole, with a card from which it can be done again.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { buildBasisSets } from '../../src/core/basis/buildBasisSet.ts';
import { simulationCard } from '../../src/core/basis/simulationCard.ts';
import { parseBasisCard } from '../../src/core/basis/basisCard.ts';
import type { BasisRequest } from '../../src/core/domain/basisRequest.ts';
import { CancelledError } from '../../src/core/domain/errors.ts';
import type { ProgressReport } from '../../src/core/ports/progress.ts';
import { simulateBasis } from '../../src/node/basis/simulateBasis.ts';
import { listBases, loadListedBasis } from '../../src/node/files/basisLibrary.ts';
import { addSimulatedBases, addUserBasis, removeUserBasis } from '../../src/node/files/userBases.ts';
import { cancellationSource, NEVER_CANCELLED } from '../../src/node/workers/cancellation.ts';
import type { WorkerTask } from '../../src/node/workers/messages.ts';
import { createWorkerPool } from '../../src/node/workers/workerPool.ts';
import type { WorkerPool } from '../../src/node/workers/workerPool.ts';
import { bundleWorker } from '../fixtures/bundleWorker.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

const IDEAL = { shape: 'ideal' } as const;
const PRESS: BasisRequest = {
  title: 'PRESS 30',
  spectrometerFrequencyMHz: 123.25,
  dwellTimeS: 0.0005,
  points: 256,
  linewidthHz: 2,
  sequence: {
    family: 'PRESS',
    echoTimeS: 0.03,
    te1S: 0.011,
    excitation: IDEAL,
    refocusing: IDEAL,
    carrierPpm: 3,
    spatial: { points: 1, extent: 1 },
  },
  metabolites: ['Cr', 'Lac', 'GABA', 'NAA'],
  macromolecules: 'chen-17-combined',
  lipids: 'lipids-3',
};
const MEGA: BasisRequest = {
  ...PRESS,
  title: 'MEGA 68',
  sequence: {
    ...PRESS.sequence,
    family: 'MEGA-PRESS',
    echoTimeS: 0.068,
    editing: { onPpm: 1.9, offPpm: 7.5, pulse: { shape: 'ideal', bandwidthHz: 90 } },
  },
  metabolites: ['GABA', 'Cr'],
  macromolecules: 'none',
  lipids: 'none',
};
/** Minutes of work, were it not cancelled. */
const LONG: BasisRequest = {
  ...PRESS,
  sequence: {
    ...PRESS.sequence,
    excitation: { shape: 'slr', durationS: 0.0024, bandwidthHz: 2200 },
    refocusing: { shape: 'slr', durationS: 0.0052, bandwidthHz: 1200 },
    spatial: { points: 256, extent: 2 },
  },
  metabolites: ['GPC', 'PCho', 'Ins', 'NAAG', 'GSH', 'Glc', 'GABA'],
};

let pool: WorkerPool<WorkerTask>;
let folder = '';

beforeAll(async () => {
  pool = createWorkerPool<WorkerTask>({
    threads: 2,
    workerUrl: await bundleWorker('src/node/workers/task.worker.ts'),
  });
}, 60_000);
afterAll(() => pool.close());
beforeEach(() => (folder = makeTempFolder()));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a simulation on the pool', () => {
  it.each([
    ['PRESS', PRESS],
    ['MEGA-PRESS', MEGA],
  ])('gives bit for bit what this thread gives: %s', async (_, request) => {
    const reports: ProgressReport[] = [];
    const sets = await simulateBasis(pool, request, NEVER_CANCELLED, (report) => reports.push(report));
    expect(sets).toEqual(buildBasisSets(request));
    expect(reports[0]).toEqual({ fraction: 0, message: `Simulating ${request.metabolites.length} metabolites` });
    const count = request.metabolites.length;
    expect(reports.at(-1)?.message).toMatch(new RegExp(`^Simulated \\w+, ${count} of ${count}$`));
    expect(reports.at(-1)?.fraction).toBe(1);
  });

  it('refuses a request that can not be before any worker starts', async () => {
    const none = { ...pool, run: () => Promise.reject(new Error('a task was given out')) };
    const impossible = { ...PRESS, sequence: { ...PRESS.sequence, echoTimeS: -0.03 } };
    const running = simulateBasis(none, impossible, NEVER_CANCELLED, () => undefined);
    await expect(running).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });

  it('stops within a second when it is cancelled, and the pool works on', async () => {
    const { cancellation, cancel } = cancellationSource();
    const running = simulateBasis(pool, LONG, cancellation, () => undefined);
    const stopped = expect(running).rejects.toThrow(CancelledError);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const startMs = performance.now();
    cancel();
    await stopped;
    expect(performance.now() - startMs).toBeLessThan(1000);
    const next = await simulateBasis(pool, { ...PRESS, metabolites: ['Cr'] }, NEVER_CANCELLED, () => undefined);
    expect(next[0]?.signals[0]?.name).toBe('Cr');
  }, 30_000);
});

describe('simulated sets of the user', () => {
  it('are kept with their request, listed, loaded with the same signals, not doubled, and removed', async () => {
    const sets = buildBasisSets(MEGA);
    const cards = await addSimulatedBases(folder, MEGA, sets);
    expect(cards.map(({ editing }) => editing)).toEqual(['on', 'off', 'difference']);
    expect(await addSimulatedBases(folder, MEGA, sets)).toEqual(cards);
    expect(readdirSync(folder)).toHaveLength(6);
    const listed = await listBases([folder]);
    expect(listed.map(({ id }) => id).sort()).toEqual(cards.map(({ id }) => id).sort());
    expect(listed.every((card) => JSON.stringify(card.request) === JSON.stringify(MEGA))).toBe(true);
    const [on] = cards;
    const kept = await loadListedBasis([folder], on!.id);
    expect(kept).toMatchObject({ editing: 'on', echoTimeS: 0.068, sequence: 'MEGA-PRESS', linewidthHz: 2 });
    kept.signals.forEach(({ name, fid }, i) => {
      const made = sets[0]!.signals[i]!;
      expect(name).toBe(made.name);
      // Stored as 32-bit floats or better: 24 bits of mantissa.
      const largest = made.fid.re.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
      fid.re.forEach((v, k) => expect(Math.abs(v - made.fid.re[k]!)).toBeLessThanOrEqual(largest * 2 ** -23));
    });
    await removeUserBasis(folder, on!.id);
    expect((await listBases([folder])).map(({ id }) => id)).not.toContain(on!.id);
    expect(readdirSync(folder)).toHaveLength(4);
    await expect(removeUserBasis(folder, on!.id)).rejects.toMatchObject({ code: 'BASIS_MISSING' });
  });

  it('keep their card when they are imported again from an export', async () => {
    const [made] = await addSimulatedBases(folder, PRESS, buildBasisSets(PRESS));
    const other = join(folder, 'other');
    const { card, warnings } = await addUserBasis(other, [join(folder, made!.file)]);
    expect(warnings).toEqual([]);
    expect(card).toMatchObject({ request: PRESS, simulation: made!.simulation, sha256: made!.sha256 });
    expect(await listBases([other])).toHaveLength(1);
  });

  it('leave nothing behind where one of them can not be written', async () => {
    const [, , last] = await addSimulatedBases(join(folder, 'first'), MEGA, buildBasisSets(MEGA));
    const second = join(folder, 'second');
    // A folder is in the way where the last set should come.
    mkdirSync(join(second, last!.file), { recursive: true });
    const failing = addSimulatedBases(second, MEGA, buildBasisSets(MEGA));
    await expect(failing).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    expect(readdirSync(second)).toEqual([last!.file]);
  });
});

describe('the card of a simulated set', () => {
  const sha256 = 'a'.repeat(64);

  it('says in words and figures how it was made', () => {
    const [basis] = buildBasisSets(PRESS);
    const card = simulationCard(PRESS, basis!, 'x.nii.gz', sha256);
    expect(parseBasisCard(JSON.parse(JSON.stringify(card)), 'x.json')).toEqual(card);
    expect(card.simulation).toMatch(/PRESS with hard 90° pulses? .*Lorentzian lines of 2 Hz\. Mac: .*Lip: /);
    expect(card.sequenceParameters).toMatchObject({ te1S: 0.011, te2S: 0.019 });
    expect(card).toMatchObject({ fieldT: 2.895, metabolites: PRESS.metabolites });
    expect(card.macromolecules).toEqual(['Mac', 'Lip09', 'Lip13', 'Lip20']);
    expect(card.limits[0]).toMatch(/Hard pulses/);
    expect(card.sources.some((s) => /Govindaraju/.test(s))).toBe(true);
    expect(card.sources.every((s) => !s.includes('undefined'))).toBe(true);
  });

  it('tells the conditions of an edited sequence apart, and shaped pulses from hard ones', () => {
    const cards = buildBasisSets(MEGA).map((basis) => simulationCard(MEGA, basis, 'x.nii.gz', sha256));
    expect(cards.map((c) => c.sequenceParameters['editingPpm'])).toEqual([1.9, 7.5, 1.9]);
    expect(cards[2]?.sequenceParameters['editingOffPpm']).toBe(7.5);
    expect(cards[2]?.simulation).toMatch(/ON less OFF/);
    const shaped = simulationCard(LONG, { ...buildBasisSets(PRESS)[0]!, signals: [] }, 'x.nii.gz', sha256);
    expect(shaped.limits[0]).toMatch(/displacement is averaged over 256 positions/);
    expect(shaped.sequenceParameters['refocusingDurationS']).toBe(0.0052);
  });

  it('of an earlier version, without editing and request, is still read', () => {
    const [basis] = buildBasisSets(PRESS);
    const { editing, request, ...earlier } = simulationCard(PRESS, basis!, 'x.nii.gz', sha256);
    expect([editing, request]).toEqual([null, PRESS]);
    expect(parseBasisCard(earlier, 'x.json')).toMatchObject({ editing: null, request: null });
    expect(() => parseBasisCard({ ...earlier, editing: 'sideways' }, 'x.json')).toThrow(/"editing"/);
    expect(() => parseBasisCard({ ...earlier, request: 'PRESS' }, 'x.json')).toThrow(/"request"/);
  });
});
