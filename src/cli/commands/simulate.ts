// lineshape simulate: a set of independent spectra with known truth, after a published protocol, or the transients of one voxel.
import type { Command } from 'commander';
import {
  ARTEFACT_IDS,
  planSimulation,
  PRESET_IDS,
  presetSeeds,
  SIMULATED_SNRS,
  simulateCases,
  SIMULATION_PRESETS,
  writeTruthTable,
} from '../../core/basis/simulatedSets/index.ts';
import type { PresetId, SimulationChanges, SimulationPlan } from '../../core/basis/simulatedSets/index.ts';
import { TRANSIENT_PRESETS } from '../../core/basis/simulatedTransients/index.ts';
import type { FileBasisSet } from '../../core/basis/files/index.ts';
import type { ComplexSignal } from '../../core/domain/complexArray.ts';
import { UsageError } from '../../core/domain/errors.ts';
import type { MrsDataset } from '../../core/domain/mrsDataset.ts';
import { niftiMrsOfSignals } from '../../core/formats/index.ts';
import { loadBasis } from '../../node/files/basisLibrary.ts';
import { fillFolder } from '../../node/files/outputFolder.ts';
import { throttleProgress } from '../../node/workers/throttle.ts';
import { SPECTRA_FILE, TRUTH_FILE } from '../evaluationSet.ts';
import { simulatedScan } from '../simulatedScan.ts';
import {
  OFFSETS_FILE,
  TRANSIENT_PRESET_IDS,
  transientPresetHelp,
  TRANSIENTS_FILE,
  writeTransients,
} from '../simulatedTransients.ts';
import type { TransientRequest } from '../simulatedTransients.ts';
import { addCommonOptions, oneOf, positiveNumber, wholeNumber } from '../options.ts';
import type { CommonOptions } from '../options.ts';
import { withSession } from '../session.ts';
import type { Session } from '../session.ts';
import { printJson, printText, say } from '../terminal.ts';

interface Options extends CommonOptions {
  readonly basis?: string;
  readonly n: string;
  readonly seed: string;
  readonly preset: string;
  readonly snr?: string;
  readonly snrDefinition?: string;
  readonly shifts?: string;
  readonly mm?: string;
  readonly artefact?: string;
  readonly out: string;
}

interface Request {
  readonly count: number;
  readonly seed: number;
  readonly preset: PresetId;
  readonly changes: SimulationChanges;
}

const MAX_CASES = 10_000_000;
/** A voxel's transients stay in memory together. */
const MAX_TRANSIENTS = 20_000;
/** What the generator of random numbers takes: any further seed would be one of these again. */
const MAX_SEED = 2 ** 32 - 1;

/** @param text "20" or "3,80" */
function snrOf(text: string): readonly [number, number] {
  const parts = text.split(',').map((part) => positiveNumber('--snr', part));
  const [low, high = low] = parts;
  if (low === undefined || high === undefined || parts.length > 2 || high < low) {
    throw new UsageError(`--snr takes one number, or two as LO,HI, not "${text}".`);
  }
  return [low, high];
}

function requestOf({ n, seed, preset, snr, snrDefinition, shifts, mm, artefact }: Options): Request {
  const id = PRESET_IDS.find((known) => known === preset.toLowerCase());
  if (id === undefined) {
    const known = [...PRESET_IDS, ...TRANSIENT_PRESET_IDS].join(', ');
    throw new UsageError(`There is no preset "${preset}"; there is ${known}.`);
  }
  return {
    count: wholeNumber('--n', n, 1, MAX_CASES),
    seed: wholeNumber('--seed', seed, 0, MAX_SEED),
    preset: id,
    changes: {
      ...(snr === undefined ? {} : { snr: snrOf(snr) }),
      ...(snrDefinition === undefined
        ? {}
        : { snrDefinition: oneOf('--snr-definition', snrDefinition, SIMULATED_SNRS) }),
      ...(shifts === undefined ? {} : { shifts: oneOf('--shifts', shifts, ['common']) }),
      ...(mm === undefined ? {} : { macromolecules: oneOf('--mm', mm, ['basis']) }),
      ...(artefact === undefined ? {} : { artefact: oneOf('--artefact', artefact, ARTEFACT_IDS) }),
    },
  };
}

function description(basis: FileBasisSet, request: Request): Omit<MrsDataset, 'data'> {
  const { title, source, snr } = SIMULATION_PRESETS[request.preset];
  const { snrDefinition = snr.definition } = request.changes;
  return simulatedScan(basis, basis, 'Independent simulated cases, not transients of one scan', {
    Description: `Simulated set with known truth (${TRUTH_FILE}); DIM_DYN runs over independent cases.`,
    Preset: request.preset,
    Title: title,
    Source: source,
    Seed: request.seed,
    Cases: request.count,
    Changes: JSON.stringify(request.changes),
    SnrDefinition: snrDefinition,
  });
}

/** Draws the cases as they are written, and keeps their truth. */
function* spectraOf(
  plan: SimulationPlan,
  { count, seed }: Request,
  { deps }: Session,
  truth: (readonly number[])[],
): Generator<ComplexSignal> {
  const report = throttleProgress(deps.onProgress);
  for (const { fid, truth: row } of simulateCases(plan, count, seed)) {
    deps.cancellation.throwIfCancelled();
    truth.push(row);
    report({ fraction: truth.length / count, message: `Simulated ${truth.length} of ${count} spectra` });
    yield fid;
  }
}

async function writeSet(
  basis: FileBasisSet,
  plan: SimulationPlan,
  request: Request,
  folder: string,
  session: Session,
): Promise<void> {
  const { count } = request;
  const truth: (readonly number[])[] = [];
  await fillFolder(folder, async (write) => {
    const size = { signals: count, points: basis.points };
    const pieces = niftiMrsOfSignals(description(basis, request), size, spectraOf(plan, request, session, truth));
    await write(SPECTRA_FILE, pieces);
    await write(TRUTH_FILE, writeTruthTable(plan.columns, truth));
  });
}

/** As it stands on the command line: "snrDefinition" → "snr-definition". */
const optionName = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** @throws UsageError where an option is given that a preset of transients settles itself */
function transientRequestOf({ n, seed, preset, ...options }: Options): TransientRequest | null {
  const id = TRANSIENT_PRESET_IDS.find((known) => known === preset.toLowerCase());
  if (id === undefined) return null;
  for (const name of ['basis', 'snr', 'snrDefinition', 'shifts', 'mm', 'artefact'] as const) {
    if (options[name] !== undefined)
      throw new UsageError(`The preset ${id} settles --${optionName(name)} itself; leave it out.`);
  }
  return {
    preset: id,
    count: wholeNumber('--n', n, 2, MAX_TRANSIENTS),
    seed: wholeNumber('--seed', seed, 0, MAX_SEED),
  };
}

async function simulateTransients(request: TransientRequest, options: Options): Promise<void> {
  const { basis, set } = await withSession(options, (session) => writeTransients(request, options.out, session));
  const { preset, count, seed } = request;
  const { points } = set.drawn;
  if (options.json !== true) {
    printText(`${count} transients after preset ${preset} (seed ${seed}), ${points} points, in ${options.out}`);
    return;
  }
  printJson({
    schema: 'lineshape.simulated-transients/1',
    ...{ preset, source: TRANSIENT_PRESETS[preset].source, n: count, seed, points },
    ...{ dwellTimeS: set.dwellTimeS, spectrometerFrequencyMHz: set.spectrometerFrequencyMHz },
    profile: set.drawn.profile,
    basis: { id: basis.id, sha256: basis.sha256 },
    files: [TRANSIENTS_FILE, OFFSETS_FILE],
  });
}

async function simulate(options: Options): Promise<void> {
  const transients = transientRequestOf(options);
  if (transients !== null) return simulateTransients(transients, options);
  const request = requestOf(options);
  const { basis: basisId } = options;
  if (basisId === undefined) throw new UsageError(`The preset ${request.preset} needs a basis set: --basis.`);
  const { basis, plan } = await withSession(options, async (session) => {
    const loaded = await loadBasis(basisId, session.resources(), {});
    const planned = planSimulation(loaded, request.preset, request.changes);
    await writeSet(loaded, planned, request, options.out, session);
    return { basis: loaded, plan: planned };
  });
  for (const warning of basis.warnings) say(`Warning: ${warning.message}`);
  if (plan.leftOut.length > 0) say(`Left out, as the basis set has no signal of them: ${plan.leftOut.join(', ')}.`);
  const { count, seed, preset, changes } = request;
  if (options.json === true) {
    printJson({
      schema: 'lineshape.simulation/1',
      ...{ preset, source: plan.preset.source, n: count, seed, changes },
      basis: { id: basis.id, sha256: basis.sha256 },
      points: basis.points,
      columns: plan.columns,
      leftOut: plan.leftOut,
      files: [SPECTRA_FILE, TRUTH_FILE],
    });
    return;
  }
  printText(`${count} cases after preset ${preset} (seed ${seed}), ${basis.points} points, in ${options.out}`);
}

function presetHelp(): string {
  const lines = PRESET_IDS.map((id) => {
    const { training, validation, test } = presetSeeds(id);
    const { title } = SIMULATION_PRESETS[id];
    return `  ${id.padEnd(15)} ${title}\n                  seeds: training ${training}, validation ${validation}, test ${test}`;
  });
  return `
Presets:
${lines.join('\n')}
The same basis, preset and seed give the same bytes; two seeds never share their cases. An artefact leaves amounts and noise of
a seed as they are. For spectra of another echo time or field take another basis set. The water line of rizzo stands at
0.5 ppm and is no part of a basis: evaluate that set with --ppm 0.8,4.2.
${transientPresetHelp()}`;
}

export function addSimulateCommand(program: Command): void {
  const command = program
    .command('simulate')
    .description(`a set of spectra with known truth: ${SPECTRA_FILE} and ${TRUTH_FILE}`)
    .option(
      '--basis <b>',
      'basis set: id of a bundled one (see "basis list"), a file, or a folder; not for fpc-… presets',
    )
    .requiredOption('--n <n>', 'number of cases')
    .requiredOption('--seed <s>', 'seed of the random numbers, 0 to 4294967295')
    .option('--preset <name>', `protocol: ${[...PRESET_IDS, ...TRANSIENT_PRESET_IDS].join(', ')}`, 'brain')
    .option('--snr <lo,hi>', "SNR drawn from here, by the preset's definition (one number for a fixed one)")
    .option('--snr-definition <d>', `what SNR means instead of the preset's way: ${SIMULATED_SNRS.join(', ')}`)
    .option('--shifts <how>', 'common: one frequency shift a case, where the preset has one a metabolite')
    .option('--mm <how>', 'basis: macromolecules as the basis has them, only shifted')
    .option('--artefact <name>', `what spoils every case besides: ${ARTEFACT_IDS.join(', ')}`)
    .requiredOption('-o, --out <dir>', 'folder for the set')
    .addHelpText('after', presetHelp());
  addCommonOptions(command).action(simulate);
}
