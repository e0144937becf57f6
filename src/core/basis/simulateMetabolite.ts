// One metabolite through one sequence: exact density-matrix simulation with hard pulses, after Sørensen et al. 1983
// (Prog NMR Spectrosc 16:163, doi:10.1016/0079-6565(84)80005-9). Amplitudes are protons per molecule: a singlet of n
// protons has a FID of n at t = 0 (STEAM: n/2), so ratios of fitted amplitudes are ratios of concentrations.
import { WATER_PPM } from '../domain/axes.ts';
import { applyHardPulse } from './densityMatrix/rotation.ts';
import type { DensityOperator } from './densityMatrix/rotation.ts';
import { equilibrium, evolve } from './densityMatrix/evolution.ts';
import { spinSpace } from './densityMatrix/spinSpace.ts';
import type { SpinSpace } from './densityMatrix/spinSpace.ts';
import { expandMoiety } from './densityMatrix/subsystems.ts';
import { collectTransitions } from './densityMatrix/transitions.ts';
import type { Transitions } from './densityMatrix/transitions.ts';
import type { PulseSequence } from './sequences/pulseSequence.ts';
import type { SpinSystem } from './spinSystems/spinSystem.ts';

function runSequence(space: SpinSpace, sequence: PulseSequence): DensityOperator {
  let rho = equilibrium(space);
  for (const step of sequence.steps) {
    if (step.kind === 'pulse') applyHardPulse(space, rho, step.flipRad, step.phaseRad);
    else rho = evolve(space, rho, step.durationS, step.coherenceOrder);
  }
  return rho;
}

/**
 * Simulates a metabolite.
 * @param system shifts and couplings
 * @param sequence steps and timing
 * @param spectrometerFrequencyMHz proton frequency
 * @param referencePpm where the carrier (0 Hz) stands [ppm]
 * @returns its lines, for unit concentration
 */
export function simulateMetabolite(
  system: SpinSystem,
  sequence: PulseSequence,
  spectrometerFrequencyMHz: number,
  referencePpm: number = WATER_PPM,
): Transitions {
  const parts = system.moieties
    .flatMap((moiety) => expandMoiety(moiety, spectrometerFrequencyMHz, referencePpm))
    .map((subsystem) => {
      const space = spinSpace(subsystem);
      return { space, rho: runSequence(space, sequence), weight: subsystem.weight };
    });
  return collectTransitions(parts, sequence.receiverPhaseRad);
}
