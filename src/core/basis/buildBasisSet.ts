// Simulates whole basis sets: every metabolite through the sequence (or through the ON and OFF sequences of an edited one),
// sampled, with macromolecules and lipids. The parts are separate, so that worker threads can share the metabolites.
import { WATER_PPM } from '../domain/axes.ts';
import type { BasisRequest, EditingCondition, SequenceRequest } from '../domain/basisRequest.ts';
import { SEQUENCE_FAMILIES } from '../domain/basisRequest.ts';
import type { BasisSet, BasisSignal } from '../domain/basisSet.ts';
import type { ComplexSignal } from '../domain/complexArray.ts';
import { ModelError } from '../domain/errors.ts';
import { basisSignalKind } from '../domain/metaboliteNames.ts';
import { transitionsToFid } from './densityMatrix/transitions.ts';
import { broadSignals } from './macromolecules/index.ts';
import { sequencesOf } from './sequences/index.ts';
import type { PulseSequence } from './sequences/pulseSequence.ts';
import { simulateMetabolite } from './simulateMetabolite.ts';
import { spinSystem } from './spinSystems/index.ts';

/** Designing pulses takes as long as a small metabolite, and the metabolites of one request follow each other. */
let latest: { readonly key: string; readonly sequences: readonly PulseSequence[] } | null = null;

function sequencesFor(request: SequenceRequest): readonly PulseSequence[] {
  const key = JSON.stringify(request);
  if (latest?.key !== key) latest = { key, sequences: sequencesOf(request) };
  return latest.sequences;
}

/** Signals of one metabolite: one FID per acquisition of the sequence – [the signal], or [ON, OFF] for MEGA sequences. */
export interface MetaboliteSignals {
  readonly name: string;
  readonly fids: readonly ComplexSignal[];
}

/** Fields at which the engine's assumptions (high field, weak relaxation) hold for protons. [MHz] */
const FREQUENCY_RANGE_MHZ = [1, 1500] as const;
const MAX_POINTS = 1 << 18;
/** More would overflow the screen, the report and LCModel's own limits alike. */
const MAX_METABOLITES = 100;

const fail = (what: string): never => {
  throw new ModelError('MODEL_INVALID', `A basis set can't be simulated with ${what}.`);
};

function checkMetabolites(metabolites: readonly string[]): void {
  if (metabolites.length === 0) fail('no metabolite');
  if (metabolites.length > MAX_METABOLITES) fail(`more than ${MAX_METABOLITES} metabolites`);
  const names = metabolites.map((m) => spinSystem(m).name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) fail(`${twice} named twice`);
}

/**
 * Checks a request without simulating it.
 * @throws ModelError MODEL_INVALID or MODEL_MISSING, naming the one thing that is wrong
 */
export function checkBasisRequest(request: BasisRequest): void {
  const { spectrometerFrequencyMHz, dwellTimeS, points, linewidthHz, metabolites, sequence } = request;
  const [lowest, highest] = FREQUENCY_RANGE_MHZ;
  if (!(spectrometerFrequencyMHz >= lowest && spectrometerFrequencyMHz <= highest)) {
    fail(`a spectrometer frequency of ${spectrometerFrequencyMHz} MHz`);
  }
  if (!(dwellTimeS > 0) || !Number.isFinite(dwellTimeS)) fail(`a dwell time of ${dwellTimeS} s`);
  if (!Number.isInteger(points) || points < 1 || points > MAX_POINTS) fail(`${points} points`);
  if (!(linewidthHz >= 0) || !Number.isFinite(linewidthHz)) fail(`a linewidth of ${linewidthHz} Hz`);
  if (!SEQUENCE_FAMILIES.includes(sequence.family)) fail(`the unknown sequence "${String(sequence.family)}"`);
  checkMetabolites(metabolites);
  sequencesFor(sequence);
}

/**
 * Simulates one metabolite of a request.
 * @param metabolite name or spelling, with a variant after "@" if wanted
 * @param checkpoint called often; it may throw to cancel
 * @throws ModelError for an unknown metabolite or an impossible sequence
 */
export function simulateSignals(
  request: BasisRequest,
  metabolite: string,
  checkpoint: () => void = () => undefined,
): MetaboliteSignals {
  const { spectrometerFrequencyMHz, dwellTimeS, points, linewidthHz } = request;
  const system = spinSystem(metabolite);
  const fids = sequencesFor(request.sequence).map((sequence) => {
    const lines = simulateMetabolite(system, sequence, spectrometerFrequencyMHz, WATER_PPM, checkpoint);
    return transitionsToFid(lines, { points, dwellTimeS, linewidthHz });
  });
  return { name: system.name, fids };
}

function difference(on: ComplexSignal, off: ComplexSignal): ComplexSignal {
  return {
    re: on.re.map((v, i) => v - (off.re[i] as number)),
    im: on.im.map((v, i) => v - (off.im[i] as number)),
  };
}

interface Condition {
  readonly editing: EditingCondition | null;
  readonly fidOf: (part: MetaboliteSignals) => ComplexSignal;
}

const acquisition =
  (k: number) =>
  ({ fids }: MetaboliteSignals): ComplexSignal =>
    fids[k] as ComplexSignal;

const PLAIN: readonly Condition[] = [{ editing: null, fidOf: acquisition(0) }];
/** Macromolecules are not in the difference: which of them co-edit is not simulated, and a measured one is needed. */
const EDITED: readonly Condition[] = [
  { editing: 'on', fidOf: acquisition(0) },
  { editing: 'off', fidOf: acquisition(1) },
  { editing: 'difference', fidOf: ({ fids }) => difference(fids[0] as ComplexSignal, fids[1] as ComplexSignal) },
];

/** @returns e.g. "lineshape-3t-press-te30-123mhz" */
function idOf({ title }: BasisRequest, editing: EditingCondition | null): string {
  const words = `${title} ${editing ?? ''}`.toLowerCase().replace(/[^a-z0-9.]+/g, '-');
  return words.replace(/^-+|-+$/g, '') || 'basis';
}

/**
 * Puts simulated metabolites together.
 * @param parts in the order of the request
 * @returns one set, or for an edited sequence three (ON, OFF, difference), with `sha256` empty: they have no file yet
 */
export function assembleBasisSets(request: BasisRequest, parts: readonly MetaboliteSignals[]): BasisSet[] {
  const { spectrometerFrequencyMHz, dwellTimeS, points, linewidthHz, sequence } = request;
  const broad = broadSignals(request.macromolecules, request.lipids, { spectrometerFrequencyMHz, dwellTimeS, points });
  const edited = parts.some(({ fids }) => fids.length === 2);
  return (edited ? EDITED : PLAIN).map(({ editing, fidOf }) => {
    const metabolites = parts.map((part): BasisSignal => ({
      name: part.name,
      fileName: part.name,
      kind: basisSignalKind(part.name),
      fid: fidOf(part),
    }));
    return {
      id: idOf(request, editing),
      title: editing === null ? request.title : `${request.title} (${editing})`,
      nucleus: '1H',
      spectrometerFrequencyMHz,
      dwellTimeS,
      points,
      echoTimeS: sequence.family === 'PULSE-ACQUIRE' ? 0 : sequence.echoTimeS,
      sequence: sequence.family,
      editing,
      referencePpm: WATER_PPM,
      linewidthHz,
      signals: editing === 'difference' ? metabolites : [...metabolites, ...broad],
      format: 'lineshape',
      sha256: '',
    };
  });
}

/**
 * Simulates the basis sets of a request in this thread. Amplitudes are protons per unit concentration.
 * @param onProgress called before each metabolite
 * @throws ModelError for an impossible request, in one sentence
 */
export function buildBasisSets(
  request: BasisRequest,
  onProgress: (fraction: number, metabolite: string) => void = () => undefined,
): BasisSet[] {
  checkBasisRequest(request);
  const { metabolites } = request;
  const parts = metabolites.map((metabolite, i) => {
    onProgress(i / metabolites.length, metabolite);
    return simulateSignals(request, metabolite);
  });
  return assembleBasisSets(request, parts);
}
