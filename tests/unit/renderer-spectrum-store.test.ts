// The spectrum viewer's state over a main process made here: what is asked for, and that moving the plot asks for nothing.
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nextTick } from 'vue';
import type { DatasetView, SignalView, StudyDetailView } from '../../src/ipc/contract.ts';
import { useSession } from '../../src/renderer/features/session/store.ts';
import { useSpectrum } from '../../src/renderer/features/spectrum/store.ts';

const TRANSIENTS = 40;
const POINTS = 64;

const signal: SignalView = {
  re: new Float64Array(POINTS).fill(1),
  im: new Float64Array(POINTS),
  dwellTimeS: 5e-4,
  spectrometerFrequencyMHz: 123.25,
  nucleus: '1H',
  referencePpm: 4.65,
  warnings: [],
};

const scan = {
  id: 'scan',
  studyId: 'study',
  fileName: 'scan.nii.gz',
  role: 'metabolite',
  description: {
    format: 'nifti-mrs',
    grid: [1, 1, 1],
    spectrometerFrequencyMHz: 123.25,
    dimensions: [{ tag: 'DIM_DYN', length: TRANSIENTS }],
  },
} as unknown as DatasetView;
const detail = { study: { id: 'study' }, datasets: [scan], analyses: [] } as unknown as StudyDetailView;

let asked: { channel: string; payload: Record<string, unknown> }[] = [];

function answer(channel: string, payload: Record<string, unknown>): unknown {
  if (channel === 'dataset:signal') return { ...signal };
  if (channel === 'spectrum:transients') {
    const count = Math.min(Number(payload['count']), TRANSIENTS - Number(payload['from']));
    const values = (): Float32Array => new Float32Array(count * POINTS).fill(1);
    return { re: values(), im: values(), count, total: TRANSIENTS };
  }
  if (channel === 'study:open') return detail;
  if (channel === 'view:get') return { value: null };
  return { snr: [], lines: { tNAA: null, tCr: null, water: null }, water: null };
}

const call = new Proxy(
  {},
  {
    get: (_, channel: string) => (payload: Record<string, unknown>) => {
      asked.push({ channel, payload });
      return Promise.resolve({ ok: true, value: answer(channel, payload) });
    },
  },
);

const signals = (): unknown[] => asked.filter(({ channel }) => channel === 'dataset:signal').map((a) => a.payload);

/** Until everything that was asked for has been answered and worked through. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) {
    await nextTick();
    await new Promise((resolve) => setTimeout(resolve));
  }
}

describe('the spectrum viewer', () => {
  beforeEach(() => {
    asked = [];
    vi.stubGlobal('window', { lineshape: { call } });
    setActivePinia(createPinia());
  });
  afterEach(() => void vi.unstubAllGlobals());

  it('asks for nothing and transforms nothing while the plot is moved', async () => {
    const session = useSession();
    const spectrum = useSpectrum();
    await session.open('study');
    spectrum.change({ source: 'raw', transient: 'all' });
    await settle();
    expect(spectrum.transientSpectra?.spectra).toHaveLength(TRANSIENTS);
    const [raw, spectra] = [spectrum.raw, spectrum.transientSpectra];
    asked = [];
    for (let i = 1; i <= 5; i++) {
      spectrum.change({ range: [4.2 - 0.1 * i, 0.2 - 0.1 * i], nucleus: '1H', gain: 1 + i });
      spectrum.change({ cursors: [3, 2 + 0.01 * i] });
      spectrum.dragPhase(i);
      await settle();
    }
    expect(asked.filter(({ channel }) => channel !== 'view:set')).toEqual([]);
    expect(spectrum.raw).toBe(raw);
    expect(spectrum.transientSpectra).toBe(spectra);
  });

  it('asks once for what is chosen, and again where the same study is opened again', async () => {
    const session = useSession();
    const spectrum = useSpectrum();
    await session.open('study');
    await settle();
    expect(signals()).toEqual([expect.objectContaining({ datasetId: 'scan', stage: 'processed' })]);
    asked = [];
    spectrum.change({ source: 'raw', transient: 3 });
    await settle();
    expect(signals()).toEqual([expect.objectContaining({ stage: 'raw', transient: 3 })]);
    asked = [];
    await session.open('study');
    await settle();
    expect(spectrum.raw).not.toBeNull();
    expect(signals()).toHaveLength(1);
  });
});
