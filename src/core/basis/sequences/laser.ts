// LASER (Garwood and DelaBarre 2001, J Magn Reson 153:155, doi:10.1006/jmre.2001.2340) and semi-LASER (Scheenen 2008, Magn
// Reson Med 59:1, doi:10.1002/mrm.21302): 90°, then three or two pairs of adiabatic 180° pulses, one pair a slice axis,
// equally spaced as a Carr–Purcell train (half a spacing before the first and after the last). A pair undoes the phase
// that each of its pulses gives. The crushers keep p = −1 → +1 → −1 … → −1.
import { checkTimes, Y_PHASE } from './pulseSequence.ts';
import type { PulseSequence, SliceAxis } from './pulseSequence.ts';
import { excite, IDEAL_PULSES, pulseParameters, pulseWords, refocus } from './sequencePulses.ts';
import type { SequencePulses } from './sequencePulses.ts';
import { named, timeline } from './timeline.ts';
import type { TimedPulse } from './timeline.ts';

/** 180° pulses of a train at (k + ½)·TE/n, the axis changing after each pair. */
export function refocusingTrain(echoTimeS: number, axes: readonly SliceAxis[], pulses: SequencePulses): TimedPulse[] {
  return axes.map((axis, k) => ({
    label: `180° pulse ${k + 1}`,
    atS: ((k + 0.5) * echoTimeS) / axes.length,
    pulse: refocus(pulses, axis),
    thenOrder: k % 2 === 0 ? 1 : -1,
  }));
}

function train(
  family: 'LASER' | 'SLASER',
  echoTimeS: number,
  axes: readonly SliceAxis[],
  pulses: SequencePulses,
): PulseSequence {
  const name = family === 'LASER' ? 'LASER' : 'sLASER';
  checkTimes(name, { TE: echoTimeS });
  // LASER's 90° pulse is not slice-selective.
  const excitation = excite(pulses, Y_PHASE, family === 'LASER' ? null : 'z');
  return {
    family,
    description:
      `${name} with ${pulseWords(pulses.excitation, '90°')} and ${axes.length} equally spaced ` +
      pulseWords(pulses.refocusing, '180°'),
    echoTimeS,
    parameters: { echoTimeS, spacingS: echoTimeS / axes.length, ...pulseParameters(pulses) },
    steps: timeline(
      named(name, echoTimeS),
      [{ label: '90° pulse', atS: 0, pulse: excitation, thenOrder: -1 }, ...refocusingTrain(echoTimeS, axes, pulses)],
      echoTimeS,
    ),
    spatial: pulses.spatial,
    receiverPhaseRad: 0,
    idealAmplitude: 1,
  };
}

/**
 * LASER with six 180° pulses.
 * @throws ModelError where TE is negative or too short for the pulses
 */
export function laser(echoTimeS: number, pulses: SequencePulses = IDEAL_PULSES): PulseSequence {
  return train('LASER', echoTimeS, ['x', 'x', 'y', 'y', 'z', 'z'], pulses);
}

/**
 * Semi-LASER with four 180° pulses.
 * @throws ModelError where TE is negative or too short for the pulses
 */
export function semiLaser(echoTimeS: number, pulses: SequencePulses = IDEAL_PULSES): PulseSequence {
  return train('SLASER', echoTimeS, ['x', 'x', 'y', 'y'], pulses);
}
