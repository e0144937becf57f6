// lineshape simulate --preset fpc-…: the transients of one voxel with known frequency and phase offsets, drawn from the JSON
// presets that the correction networks are trained on: transients.nii.gz and offsets.csv.
import { drawTransientSet, simulateTransientSet, TRANSIENT_PRESETS } from '../core/basis/simulatedTransients/index.ts';
import type { SimulatedTransients, TransientPresetId } from '../core/basis/simulatedTransients/index.ts';
import type { FileBasisSet } from '../core/basis/files/index.ts';
import type { MrsDataset } from '../core/domain/mrsDataset.ts';
import { niftiMrsOfSignals } from '../core/formats/index.ts';
import { seededRandom } from '../core/math/seededRandom.ts';
import { loadBasis } from '../node/files/basisLibrary.ts';
import { fillFolder } from '../node/files/outputFolder.ts';
import type { Session } from './session.ts';
import { simulatedScan } from './simulatedScan.ts';

export const TRANSIENTS_FILE = 'transients.nii.gz';
export const OFFSETS_FILE = 'offsets.csv';

export const TRANSIENT_PRESET_IDS = Object.keys(TRANSIENT_PRESETS) as TransientPresetId[];

/** Noise SD is of the real and of the imaginary part, each. */
const COLUMNS = ['shiftHz', 'phaseDeg', 'amplitude', 'dampingHz', 'snr', 'noiseSd', 'moved'] as const;

export interface TransientRequest {
  readonly preset: TransientPresetId;
  readonly count: number;
  readonly seed: number;
}

export interface WrittenTransients {
  readonly basis: FileBasisSet;
  readonly set: SimulatedTransients;
}

function description({ basis, set }: WrittenTransients, { preset, seed }: TransientRequest): Omit<MrsDataset, 'data'> {
  const { title, source } = TRANSIENT_PRESETS[preset];
  return simulatedScan(basis, set, 'Simulated transients of one voxel', {
    Description: `Simulated transients; ${OFFSETS_FILE} holds the offsets of each against creatine at 3.027 ppm and zero phase.`,
    ...{ Preset: preset, Title: title, Source: source, Seed: seed, Transients: set.signals.length },
    Profile: set.drawn.profile,
  });
}

function offsetsTable({ drawn, noiseSd }: SimulatedTransients): string {
  const rows = drawn.transients.map((t, k) =>
    [k, t.shiftHz, (t.phaseRad * 180) / Math.PI, t.amplitude, t.dampingHz, t.snr, noiseSd[k], t.moved ? 1 : 0].join(
      ',',
    ),
  );
  return `${['transient', ...COLUMNS].join(',')}\n${rows.join('\n')}\n`;
}

/**
 * Draws the transients of one voxel and writes them with their truth.
 * @throws UsageError, ModelError, CancelledError; what writing throws
 */
export async function writeTransients(
  request: TransientRequest,
  folder: string,
  { deps, resources }: Session,
): Promise<WrittenTransients> {
  const random = seededRandom(request.seed);
  const drawn = drawTransientSet(TRANSIENT_PRESETS[request.preset], random, request.count);
  const basis = await loadBasis(drawn.basis.id, resources(), {});
  deps.cancellation.throwIfCancelled();
  const written = { basis, set: simulateTransientSet(drawn, basis, random) };
  await fillFolder(folder, async (write) => {
    const size = { signals: written.set.signals.length, points: drawn.points };
    await write(TRANSIENTS_FILE, niftiMrsOfSignals(description(written, request), size, written.set.signals));
    await write(OFFSETS_FILE, offsetsTable(written.set));
  });
  return written;
}

export function transientPresetHelp(): string {
  const lines = TRANSIENT_PRESET_IDS.map((id) => {
    const { title, seeds } = TRANSIENT_PRESETS[id];
    return `  ${id}  ${title}\n          seeds: training ${seeds.training}, validation ${seeds.validation}, test ${seeds.test}`;
  });
  return `
Presets of transients (${TRANSIENTS_FILE}, ${OFFSETS_FILE}; the preset draws its own basis set, --n is the number of transients):
${lines.join('\n')}`;
}
