// One metabolite through one sequence: density-matrix simulation after Sørensen et al. 1983 (Prog NMR Spectrosc 16:163,
// doi:10.1016/0079-6565(84)80005-9). Amplitudes are protons per molecule: a singlet of n protons has a FID of n at t = 0
// (STEAM: n/2), so ratios of fitted amplitudes are ratios of concentrations.
import { ppmToHz, WATER_PPM } from '../domain/axes.ts';
import { ModelError } from '../domain/errors.ts';
import { runSequence } from './densityMatrix/runSequence.ts';
import type { SimulationFrame } from './densityMatrix/runSequence.ts';
import { spinSpace } from './densityMatrix/spinSpace.ts';
import { expandMoiety } from './densityMatrix/subsystems.ts';
import type { Subsystem } from './densityMatrix/subsystems.ts';
import { collectTransitions } from './densityMatrix/transitions.ts';
import type { Transitions } from './densityMatrix/transitions.ts';
import { delay } from './sequences/pulseSequence.ts';
import type { PulseSequence, SequenceStep, ShapedPulse } from './sequences/pulseSequence.ts';
import type { SpinSystem } from './spinSystems/spinSystem.ts';

interface Factor {
  readonly re: number;
  readonly im: number;
}

function linesOf(
  subsystems: readonly Subsystem[],
  sequence: PulseSequence,
  frame: SimulationFrame,
  factor: Factor,
): Transitions {
  const parts = subsystems.map((subsystem) => {
    const space = spinSpace(subsystem);
    return { space, rho: runSequence(space, sequence, frame), weight: subsystem.weight };
  });
  const size = Math.hypot(factor.re, factor.im);
  const phaseRad = sequence.receiverPhaseRad + Math.atan2(factor.im, factor.re);
  return collectTransitions(
    parts.map((part) => ({ ...part, weight: part.weight * size })),
    phaseRad,
  );
}

/** The sequence with its editing pulses left out: time passes in their place. */
function withoutEditing({ steps }: PulseSequence): SequenceStep[] {
  return steps.flatMap((step, k): SequenceStep[] => {
    const next = steps[k + 1];
    if (step.kind === 'pulse' && step.band !== null) return [];
    if (step.kind !== 'shapedPulse' || step.role === 'localisation') return [step];
    return [delay(step.waveform.durationS, next?.kind === 'delay' ? next.coherenceOrder : null)];
  });
}

const isLocalisation = (step: SequenceStep): step is ShapedPulse =>
  step.kind === 'shapedPulse' && step.role === 'localisation';

/** Pulses that leave less than this part of a singlet don't localise. */
const LEAST_REFERENCE = 1e-3;

/**
 * What brings amplitudes to protons: the inverse of what a single spin at the slices' carrier gives. Its size is the part
 * of the averaged axes that lies in the voxel, its phase that of the shaped pulses.
 * @throws ModelError where the pulses leave no signal
 */
function calibration(sequence: PulseSequence, frame: SimulationFrame): Factor {
  const reference = sequence.steps.find(isLocalisation);
  if (reference === undefined) return { re: 1, im: 0 };
  const offsetHz = ppmToHz(reference.carrierPpm, frame.spectrometerFrequencyMHz, frame.referencePpm);
  const single: Subsystem = { particles: [{ twiceSpin: 1, offsetHz }], couplingsHz: new Float64Array(1), weight: 2 };
  const { re, im } = linesOf([single], { ...sequence, steps: withoutEditing(sequence) }, frame, { re: 1, im: 0 });
  const [x = 0, y = 0] = [re[0], im[0]];
  const squared = x * x + y * y;
  if (!(squared > LEAST_REFERENCE ** 2)) {
    throw new ModelError(
      'MODEL_INVALID',
      `The pulses of this ${sequence.family} sequence leave no signal at their carrier of ${reference.carrierPpm} ppm.`,
    );
  }
  return { re: (sequence.idealAmplitude * x) / squared, im: (-sequence.idealAmplitude * y) / squared };
}

/**
 * Simulates a metabolite.
 * @param system shifts and couplings
 * @param sequence steps and timing
 * @param spectrometerFrequencyMHz proton frequency
 * @param referencePpm where the carrier (0 Hz) stands [ppm]
 * @param checkpoint called often; it may throw to cancel
 * @returns its lines, for unit concentration
 * @throws ModelError where the sequence's pulses leave no signal
 */
export function simulateMetabolite(
  system: SpinSystem,
  sequence: PulseSequence,
  spectrometerFrequencyMHz: number,
  referencePpm: number = WATER_PPM,
  checkpoint: () => void = () => undefined,
): Transitions {
  const frame = { spectrometerFrequencyMHz, referencePpm, checkpoint };
  const subsystems = system.moieties.flatMap((m) => expandMoiety(m, spectrometerFrequencyMHz, referencePpm));
  const { re, im } = calibration(sequence, frame);
  return linesOf(subsystems, sequence, frame, { re: system.sign * re, im: system.sign * im });
}
