// Simulates a whole basis set: every metabolite through one sequence, sampled, with macromolecules.
import { WATER_PPM } from '../domain/axes.ts';
import type { BasisSet, BasisSignal } from '../domain/basisSet.ts';
import { ModelError } from '../domain/errors.ts';
import { basisSignalKind } from '../domain/metaboliteNames.ts';
import { transitionsToFid } from './densityMatrix/transitions.ts';
import { combinedMacromolecules, macromoleculeSignals } from './macromolecules.ts';
import type { PulseSequence } from './sequences/pulseSequence.ts';
import { simulateMetabolite } from './simulateMetabolite.ts';
import { spinSystem } from './spinSystems/index.ts';

export interface BuildBasisOptions {
  readonly id: string;
  readonly title: string;
  readonly sequence: PulseSequence;
  readonly spectrometerFrequencyMHz: number;
  readonly dwellTimeS: number;
  readonly points: number;
  /** Canonical names or known spellings. */
  readonly metabolites: readonly string[];
  /** Lorentzian FWHM given to the metabolites. [Hz] */
  readonly linewidthHz: number;
  readonly macromolecules: 'none' | 'combined' | 'separate';
  /** Called before each metabolite. */
  readonly onProgress?: (fraction: number, metabolite: string) => void;
}

function checkOptions(options: BuildBasisOptions): void {
  const { spectrometerFrequencyMHz, dwellTimeS, points, linewidthHz, metabolites } = options;
  const fail = (what: string): never => {
    throw new ModelError('MODEL_INVALID', `A basis set can't be simulated with ${what}.`);
  };
  if (!(spectrometerFrequencyMHz > 0)) fail(`a spectrometer frequency of ${spectrometerFrequencyMHz} MHz`);
  if (!(dwellTimeS > 0)) fail(`a dwell time of ${dwellTimeS} s`);
  if (!Number.isInteger(points) || points < 1) fail(`${points} points`);
  if (!(linewidthHz >= 0)) fail(`a linewidth of ${linewidthHz} Hz`);
  if (new Set(metabolites.map((m) => spinSystem(m).name)).size !== metabolites.length) fail('a metabolite named twice');
}

/**
 * Simulates a basis set. Amplitudes are protons per unit concentration (see simulateMetabolite.ts, macromolecules.ts).
 * @param options sequence, field, sampling and content
 * @returns the set, with `sha256` empty: it has no file yet
 * @throws ModelError for an unknown metabolite or impossible sampling
 */
export function buildBasisSet(options: BuildBasisOptions): BasisSet {
  checkOptions(options);
  const { sequence, spectrometerFrequencyMHz, dwellTimeS, points, linewidthHz, metabolites } = options;
  const signals: BasisSignal[] = metabolites.map((metabolite, i) => {
    options.onProgress?.(i / metabolites.length, metabolite);
    const system = spinSystem(metabolite);
    const lines = simulateMetabolite(system, sequence, spectrometerFrequencyMHz);
    return {
      name: system.name,
      fileName: system.name,
      kind: basisSignalKind(system.name),
      fid: transitionsToFid(lines, { points, dwellTimeS, linewidthHz }),
    };
  });
  const sampling = { spectrometerFrequencyMHz, dwellTimeS, points };
  if (options.macromolecules === 'combined') signals.push(combinedMacromolecules(sampling));
  if (options.macromolecules === 'separate') signals.push(...macromoleculeSignals(sampling));
  return {
    id: options.id,
    title: options.title,
    nucleus: '1H',
    spectrometerFrequencyMHz,
    dwellTimeS,
    points,
    echoTimeS: sequence.echoTimeS,
    sequence: sequence.family,
    referencePpm: WATER_PPM,
    linewidthHz,
    signals,
    format: 'lineshape',
    sha256: '',
  };
}
