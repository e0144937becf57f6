// What the spectrum viewer asks for, as the study host answers it: figures of a scan with known lines, and its transients.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../../src/core/domain/mrsDataset.ts';
import { readMrs, writeMrs } from '../../src/core/formats/index.ts';
import { runPreprocessing } from '../../src/core/pipeline/index.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import { CHANNELS } from '../../src/ipc/contract.ts';
import { createAnalysisCache } from '../../src/main/analysisCache.ts';
import { createEventLog } from '../../src/main/eventLog.ts';
import type { HostHandlers } from '../../src/main/hostMessages.ts';
import { createHostHandlers } from '../../src/main/ipcHandlers/index.ts';
import { createJobs } from '../../src/main/jobs.ts';
import type { Services } from '../../src/main/services.ts';
import { createSignals } from '../../src/main/signals.ts';
import { resourcesDir } from '../../src/node/files/resourcePaths.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { DWELL_S, exponentials, F0_MHZ, LINES, seededNormal } from '../fixtures/analyticBasis.ts';

const WIDTH_HZ = 6;
const POINTS = 2048;
const TRANSIENTS = 5;
const stamp = { program: 'Lineshape', version: '0', now: () => '2026-01-01T00:00:00.000Z' };

let folder = '';
let store: StudyStore;
let handlers: HostHandlers;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lineshape-viewer-'));
  store = openStudyDb(path.join(folder, 'study.db'), { now: stamp.now });
  const parse: Services['parse'] = async (files, options) => readMrs(files, options);
  const pipeline: Services['pipeline'] = {
    parse: (files, options) => parse([...files], options ?? {}),
    preprocess: async (scan, water, recipe, context) => runPreprocessing(scan, water, recipe, context),
  };
  const emit = (): void => undefined;
  const services = {
    ...{ store, stamp, parse, pipeline },
    jobs: createJobs({
      store,
      emit,
      log: createEventLog(
        () => undefined,
        () => '',
      ),
    }),
    analyses: createAnalysisCache(store),
    signals: createSignals({ store, parse, pipeline, stamp }),
    resources: resourcesDir(),
  };
  handlers = createHostHandlers({ services: services as unknown as Services, emit });
});

afterEach(async () => {
  store.close();
  await rm(folder, { recursive: true, force: true });
});

/** Transients whose k-th is (k + 1) times the first, so that each is told from the others. */
function scan(lines: readonly (readonly [number, number])[], noiseSd: number): MrsDataset {
  const { re, im } = exponentials(lines, WIDTH_HZ, POINTS, DWELL_S);
  const normal = seededNormal(3);
  const joined = (part: Float64Array): Float64Array =>
    Float64Array.from({ length: TRANSIENTS * POINTS }, (_, i) => (Math.floor(i / POINTS) + 1) * (part[i % POINTS] as number) + noiseSd * normal()); // prettier-ignore
  return {
    data: { re: joined(re), im: joined(im), shape: [1, 1, 1, TRANSIENTS, POINTS] },
    dimensions: [{ tag: 'DIM_DYN', info: null, header: null }],
    dwellTimeS: DWELL_S,
    spectrometerFrequencyMHz: F0_MHZ,
    nucleus: '1H',
    acquisition: { ...UNKNOWN_ACQUISITION, echoTimeS: 0.03, repetitionTimeS: 2 },
    patient: UNKNOWN_PATIENT,
    affine: null,
    format: 'nifti-mrs',
    header: {},
    provenance: [],
    warnings: [],
  };
}

async function imported(dataset: MrsDataset): Promise<string> {
  const file = path.join(folder, `${randomUUID()}.nii.gz`);
  await writeFile(file, writeMrs(dataset, 'nifti-mrs'));
  const token = randomUUID();
  await handlers['import:inspect-paths']({ token, paths: [file] });
  const { studies } = await handlers['import:commit']({ token, choices: { roles: {}, deidentify: false } });
  const { datasets } = await handlers['study:open']({ studyId: studies[0]?.studyId as string });
  return datasets[0]?.id as string;
}

const METABOLITES = Object.values(LINES).flat();
/** Methyl groups of NAA and creatine alone: [ppm, protons]. */
const SINGLETS = [
  [2.008, 3],
  [3.027, 3],
] as const;

describe('figures', () => {
  it('are the widths of known lines and signal-to-noise by each definition', async () => {
    const datasetId = await imported(scan(SINGLETS, 0.05));
    const answer = await handlers['spectrum:figures']({ datasetId, waterDatasetId: null, voxel: 0 });
    const { snr, lines, water } = CHANNELS['spectrum:figures'].response.parse(answer);
    // The feet of the other line and the correction's leftovers widen it by little.
    for (const line of [lines.tNAA!, lines.tCr!]) expect(Math.abs(line.fwhmHz - WIDTH_HZ)).toBeLessThan(0.3);
    expect(lines.tNAA!.fwhmPpm).toBeCloseTo(lines.tNAA!.fwhmHz / F0_MHZ, 9);
    expect([lines.water, water]).toEqual([null, null]);
    expect(snr.map((s) => s.definition)).toEqual(['naaDownfieldNoise', 'naaUpfieldNoise', 'consensus', 'timeDomain']);
    for (const { value, reason, label } of snr) {
      expect(value).toBeGreaterThan(20);
      expect(reason).toBeNull();
      expect(label).not.toBe('');
    }
  });

  it('tell the height of the water reference, and what is known of its scale', async () => {
    const at = (gain?: number): Partial<MrsDataset> => (gain === undefined ? {} : { header: { ReceiverGain: gain } });
    const figures = async (gain?: number, waterGain?: number) => {
      const datasetId = await imported({ ...scan(SINGLETS, 0.05), ...at(gain) });
      const waterDatasetId = await imported({ ...scan([[4.65, 1000]], 0.05), ...at(waterGain) });
      const answer = await handlers['spectrum:figures']({ datasetId, waterDatasetId, voxel: 0 });
      return CHANNELS['spectrum:figures'].response.parse(answer).water!;
    };
    const unknown = await figures();
    // The mean of 1 to 5 times the first transient, of which the preparation leaves the size.
    expect(unknown.height / 3000).toBeCloseTo(1, 1);
    expect([unknown.gain, unknown.doubts]).toEqual(['unknown', []]);
    expect(await figures(30, 30)).toMatchObject({ gain: 'told', doubts: [] });
    const different = await figures(30, 12);
    expect(different.gain).toBe('different');
    expect(different.doubts).toEqual([expect.stringContaining('(30 for the scan, 12 for the water reference)')]);
  });

  it('of a voxel that is not there are refused in words', async () => {
    const datasetId = await imported(scan(METABOLITES, 0.05));
    await expect(handlers['spectrum:figures']({ datasetId, waterDatasetId: null, voxel: 3 })).rejects.toThrow(
      'The scan has 1 voxel; number 4 was asked for.',
    );
  });
});

describe('transients', () => {
  it('come a few at a time, each as the scan has it, and end with the scan', async () => {
    const clean = scan(METABOLITES, 0);
    const datasetId = await imported(clean);
    const place = { datasetId, waterDatasetId: null, voxel: 0, coil: 'combined' as const };
    const answer = await handlers['spectrum:transients']({ ...place, from: 3, count: 32 });
    const { re, im, count, total } = CHANNELS['spectrum:transients'].response.parse(answer);
    expect([count, total, re.length, im.length]).toEqual([2, TRANSIENTS, 2 * POINTS, 2 * POINTS]);
    for (const at of [0, 100]) {
      expect(re[at]).toBeCloseTo(4 * (clean.data.re[at] as number), 3);
      expect(re[POINTS + at]).toBeCloseTo(5 * (clean.data.re[at] as number), 3);
    }
    expect((await handlers['spectrum:transients']({ ...place, from: 9, count: 4 })).count).toBe(0);
  });

  it('are never asked for by the hundred', () => {
    const { request } = CHANNELS['spectrum:transients'];
    const asked = { datasetId: 'x', waterDatasetId: null, voxel: 0, coil: 'combined', from: 0 };
    expect(request.safeParse({ ...asked, count: 32 }).success).toBe(true);
    for (const count of [0, 33, 1.5]) expect(request.safeParse({ ...asked, count }).success).toBe(false);
  });
});
