// bench networkLimits [ID …]: the residual that networks leave on spectra they know, for their cards. Of networks that give
// amounts without a signal model, what is left over is measured by the program's own reconstruction
// (quantification/shared/networks/reconstruct.ts), so that training can't know it: its 99th percentile on the preset that the
// network was trained on, drawn with the calibration's seed, is written into the card as `inDistribution.residualLimit`.
// LINESHAPE_CASES (1000), LINESHAPE_MODELS (a folder of networks; those that come with the program).
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { planSimulation, simulateCases, SIMULATION_PRESETS } from '../src/core/basis/simulatedSets/index.ts';
import type { PresetId } from '../src/core/basis/simulatedSets/index.ts';
import type { BasisSet } from '../src/core/domain/basisSet.ts';
import { UsageError } from '../src/core/domain/errors.ts';
import type { ModelCard } from '../src/core/domain/modelCard.ts';
import type { FitInput, FitRunner } from '../src/core/ports/fitRunner.ts';
import { modelsDir } from '../src/cli/inferenceSession.ts';
import type { CommonOptions } from '../src/cli/options.ts';
import { loadBundledBasis } from '../src/node/files/basisLibrary.ts';
import { modelIds, readModelCard } from '../src/node/files/modelCards.ts';
import { resourcesDir } from '../src/node/files/resourcePaths.ts';
import { NEVER_CANCELLED } from '../src/node/workers/cancellation.ts';
import { withFitRunner } from './quantification/runMethods.ts';

const PERCENTILE = 0.99;
const THREADS = 2;

/** Networks whose residual training can't measure. */
async function cardsOf(folder: string, ids: readonly string[]): Promise<ModelCard[]> {
  const wanted = ids.length > 0 ? ids : await modelIds(folder);
  const cards = await Promise.all(wanted.map((id) => readModelCard(folder, id)));
  const chosen = cards.filter(({ quantification }) => quantification?.design === 'amplitudes');
  if (chosen.length < ids.length) {
    throw new UsageError('Only networks that give amounts without a signal model have their residual measured here.');
  }
  return chosen;
}

function presetOf({ id, training }: ModelCard): PresetId {
  const names = training.presetFiles.map((file) => basename(file, '.json'));
  const found = names.find((name) => Object.hasOwn(SIMULATION_PRESETS, name));
  if (found === undefined) throw new UsageError(`The network ${id} was trained on no preset of the program's.`);
  return found as PresetId;
}

/** Spectra of the card's preset, with the seed that its calibration had. */
function casesOf(card: ModelCard, basis: BasisSet, count: number): FitInput[] {
  const { dwellTimeS, spectrometerFrequencyMHz, nucleus } = basis;
  const seed = card.training.seeds['calibration'];
  if (seed === undefined) throw new UsageError(`The card of ${card.id} names no seed "calibration".`);
  return [...simulateCases(planSimulation(basis, presetOf(card)), count, seed)].map(({ fid }, voxel) => ({
    ...{ voxel, fid, dwellTimeS, spectrometerFrequencyMHz, nucleus },
    noiseSd: null,
  }));
}

async function residualLimit(card: ModelCard, count: number, runner: FitRunner): Promise<number> {
  const basis = await loadBundledBasis(resourcesDir(), card.quantification?.basis?.id ?? '');
  const batch = {
    method: card.id,
    options: {},
    basis,
    network: { modelId: card.id, mismatch: null, unanswered: [] },
    inputs: casesOf(card, basis, count),
    ...{ withCurves: false, withComponents: false },
  };
  const outputs = await runner.run(batch, NEVER_CANCELLED, () => undefined);
  const ratios = outputs
    .map(({ result }) => result.residualSd / Number(result.diagnostics['noiseSd']))
    .sort((a, b) => a - b);
  return Number((ratios[Math.floor(PERCENTILE * (ratios.length - 1))] as number).toPrecision(6));
}

/** The card with the limit, everything else as it was written. */
async function writeLimit(folder: string, id: string, limit: number): Promise<void> {
  const path = join(folder, `${id}.json`);
  const card = JSON.parse(await readFile(path, 'utf8')) as {
    quantification: { inDistribution: { residualLimit: number } };
  };
  card.quantification.inDistribution.residualLimit = limit;
  await writeFile(path, `${JSON.stringify(card, null, 2)}\n`);
}

/** @param args ids of networks; none: all whose residual training can't measure */
export async function run(_options: CommonOptions, args: readonly string[]): Promise<unknown> {
  const own = process.env['LINESHAPE_MODELS'] ?? null;
  const folder = own ?? modelsDir();
  const cases = Number(process.env['LINESHAPE_CASES'] ?? 1000);
  const rows = await withFitRunner(THREADS, own, async (runner) => {
    const done: { id: string; preset: PresetId; residualLimit: number }[] = [];
    for (const card of await cardsOf(folder, args)) {
      const limit = await residualLimit(card, cases, runner);
      await writeLimit(folder, card.id, limit);
      done.push({ id: card.id, preset: presetOf(card), residualLimit: limit });
    }
    return done;
  });
  return { rows, conditions: { cases, percentile: 100 * PERCENTILE } };
}
