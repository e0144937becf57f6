// MEGA editing (Mescher 1998, NMR Biomed 11:266): two frequency-selective 180° pulses half an echo time apart, which refocus
// the coupling to the spins they invert (ON) and leave the observed ones alone.
//   MEGA-PRESS: one between the two slice-selective 180° pulses, one between the second of them and acquisition.
//   MEGA-sLASER: one in the middle of each pair of adiabatic pulses (at TE/4 and 3 TE/4).
import { checkTimes, Y_PHASE } from './pulseSequence.ts';
import type { PulseSequence } from './pulseSequence.ts';
import { refocusingTrain } from './laser.ts';
import { edit, excite, IDEAL_PULSES, pulseParameters, pulseWords, refocus } from './sequencePulses.ts';
import type { EditingPulse, SequencePulses } from './sequencePulses.ts';
import { named, timeline } from './timeline.ts';
import type { TimedPulse } from './timeline.ts';

function editingFacts({ waveform, centrePpm, widthHz }: EditingPulse): Record<string, number | string> {
  const shape = waveform === null ? 'ideal' : waveform.name;
  const length = waveform === null ? {} : { editingDurationS: waveform.durationS };
  const editingBandwidthHz = Number((waveform?.bandwidthHz ?? widthHz).toPrecision(6));
  return { editingPpm: centrePpm, editingPulse: shape, editingBandwidthHz, ...length };
}

const editingWords = (editing: EditingPulse): string =>
  `editing at ${editing.centrePpm} ppm with ${pulseWords(editing.waveform, '180°')}`;

const editingAt = (nth: string, atS: number, editing: EditingPulse, thenOrder: number): TimedPulse => ({
  label: `${nth} editing pulse`,
  atS,
  pulse: edit(editing),
  thenOrder,
});

/**
 * One condition of MEGA-PRESS; TE = TE1 + TE2. The second editing pulse stands midway between the end of the second 180°
 * pulse and acquisition, the first one TE/2 earlier.
 * @throws ModelError where a time is negative or too short for the pulses
 */
export function megaPress(
  te1S: number,
  te2S: number,
  editing: EditingPulse,
  pulses: SequencePulses = IDEAL_PULSES,
): PulseSequence {
  checkTimes('MEGA-PRESS', { TE1: te1S, TE2: te2S });
  const echoTimeS = te1S + te2S;
  const { refocusing } = pulses;
  const secondS = te1S + te2S / 2;
  const freeS = secondS + (refocusing === null ? 0 : refocusing.durationS * (1 - refocusing.centreFraction));
  const lastEditS = (freeS + echoTimeS) / 2;
  return {
    family: 'MEGA-PRESS',
    description:
      `MEGA-PRESS with ${pulseWords(pulses.excitation, '90°')} and ${pulseWords(refocusing, '180°')}, ` +
      editingWords(editing),
    echoTimeS,
    parameters: { te1S, te2S, ...editingFacts(editing), ...pulseParameters(pulses) },
    steps: timeline(
      named('MEGA-PRESS', echoTimeS),
      [
        { label: '90° pulse', atS: 0, pulse: excite(pulses, Y_PHASE, 'z'), thenOrder: -1 },
        { label: 'first 180° pulse', atS: te1S / 2, pulse: refocus(pulses, 'x'), thenOrder: 1 },
        editingAt('first', lastEditS - echoTimeS / 2, editing, 1),
        { label: 'second 180° pulse', atS: secondS, pulse: refocus(pulses, 'y'), thenOrder: -1 },
        editingAt('second', lastEditS, editing, -1),
      ],
      echoTimeS,
    ),
    spatial: pulses.spatial,
    receiverPhaseRad: 0,
    idealAmplitude: 1,
  };
}

/**
 * One condition of MEGA-sLASER.
 * @throws ModelError where TE is negative or too short for the pulses
 */
export function megaSemiLaser(
  echoTimeS: number,
  editing: EditingPulse,
  pulses: SequencePulses = IDEAL_PULSES,
): PulseSequence {
  checkTimes('MEGA-sLASER', { TE: echoTimeS });
  const [first, second, third, fourth] = refocusingTrain(echoTimeS, ['x', 'x', 'y', 'y'], pulses) as [
    TimedPulse,
    TimedPulse,
    TimedPulse,
    TimedPulse,
  ];
  return {
    family: 'MEGA-SLASER',
    description:
      `MEGA-sLASER with ${pulseWords(pulses.excitation, '90°')} and four equally spaced ` +
      `${pulseWords(pulses.refocusing, '180°')}, ${editingWords(editing)}`,
    echoTimeS,
    parameters: { echoTimeS, ...editingFacts(editing), ...pulseParameters(pulses) },
    steps: timeline(
      named('MEGA-sLASER', echoTimeS),
      [
        { label: '90° pulse', atS: 0, pulse: excite(pulses, Y_PHASE, 'z'), thenOrder: -1 },
        first,
        editingAt('first', echoTimeS / 4, editing, 1),
        second,
        third,
        editingAt('second', (3 * echoTimeS) / 4, editing, 1),
        fourth,
      ],
      echoTimeS,
    ),
    spatial: pulses.spatial,
    receiverPhaseRad: 0,
    idealAmplitude: 1,
  };
}
