// All transients of a scan: fetched a few at a time and transformed in slices, so that the window never waits for them.
import { computed, ref, shallowRef, watch, type Ref } from 'vue';
import { errorSentence, request } from '../../app/api/client.ts';
import type { SignalView } from '../../../ipc/contract.ts';
import { useSession } from '../session/index.ts';
import { transientSpectrum, type TransientFids, type TransientSpectra } from './transientLines.ts';
import type { SpectrumView } from './view.ts';

/** As many as one answer carries (spectrumContract.ts, MOST_TRANSIENTS). */
const AT_ONCE = 32;
/** After so long the window draws and listens again. [ms] */
const SLICE_MS = 8;

interface Wanted {
  readonly shown: Readonly<Ref<boolean>>;
  readonly view: Readonly<Ref<SpectrumView>>;
  readonly coil: Readonly<Ref<number | 'combined'>>;
  /** The raw signal, whose axis they share. */
  readonly signal: Readonly<Ref<SignalView | null>>;
}

export interface Transients {
  readonly transientSpectra: Readonly<Ref<TransientSpectra | null>>;
  readonly transientsFailure: Readonly<Ref<string | null>>;
  /** Part that is there, from 0 to 1; null while nothing is fetched. */
  readonly transientsProgress: Readonly<Ref<number | null>>;
}

const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** @param wanted whether they are shown, and of what */
export function createTransients({ shown, view, coil, signal }: Wanted): Transients {
  const session = useSession();
  const transientSpectra = shallowRef<TransientSpectra | null>(null);
  const transientsFailure = ref<string | null>(null);
  const transientsProgress = ref<number | null>(null);
  let turn = 0;
  let fids: { readonly key: string; readonly blocks: readonly TransientFids[] } | null = null;

  /** @returns null where a newer request has come */
  async function fetched(mine: number, key: string): Promise<readonly TransientFids[] | null> {
    if (fids?.key === key) return fids.blocks;
    const place = {
      datasetId: session.datasetId ?? '',
      waterDatasetId: session.water?.id ?? null,
      voxel: session.voxel,
    };
    const blocks: TransientFids[] = [];
    for (let from = 0, total = Infinity; from < total;) {
      const block = await request('spectrum:transients', { ...place, coil: coil.value, from, count: AT_ONCE });
      if (mine !== turn) return null;
      if (block.count === 0) break;
      blocks.push(block);
      from += block.count;
      total = block.total;
      transientsProgress.value = from / total;
    }
    fids = { key, blocks };
    return blocks;
  }

  async function transformed(mine: number, blocks: readonly TransientFids[], axis: SignalView): Promise<void> {
    const { broadeningHz, zeroFill } = view.value;
    const spectra: TransientSpectra['spectra'][number][] = [];
    let began = performance.now();
    for (const block of blocks) {
      for (let i = 0; i < block.count; i++) {
        spectra.push(transientSpectrum(block, i, axis, { broadeningHz, zeroFill }));
        if (performance.now() - began < SLICE_MS) continue;
        await nextTask();
        if (mine !== turn) return;
        began = performance.now();
      }
    }
    transientSpectra.value = { axis, spectra };
  }

  async function load(key: string | null): Promise<void> {
    const mine = ++turn;
    const axis = signal.value;
    transientsFailure.value = null;
    transientsProgress.value = null;
    if (key === null || axis === null) {
      transientSpectra.value = null;
      if (key === null) fids = null;
      return;
    }
    try {
      const blocks = await fetched(mine, key);
      if (blocks !== null && mine === turn) await transformed(mine, blocks, axis);
    } catch (error) {
      if (mine !== turn) return;
      transientSpectra.value = null;
      transientsFailure.value = errorSentence(error);
    } finally {
      if (mine === turn) transientsProgress.value = null;
    }
  }

  const key = computed(() =>
    shown.value ? JSON.stringify([session.datasetId, session.water?.id ?? null, session.voxel, coil.value]) : null,
  );
  watch(
    // The signal as a function: a shallow ref in a list makes Vue call this at every change of the view.
    [key, () => signal.value, () => view.value.broadeningHz, () => view.value.zeroFill],
    ([now], [before]) => {
      // Another scan's lines would be wrong over this one's axis.
      if (now !== before) transientSpectra.value = null;
      void load(now);
    },
    { immediate: true },
  );

  return { transientSpectra, transientsFailure, transientsProgress };
}
