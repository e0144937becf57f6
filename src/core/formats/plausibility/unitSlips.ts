// Times whose unit was mistaken: told where only one unit makes sense of the number, and then put right, in words.
// Policy: a time is changed only if it is impossible as it stands and exactly one slip by a power of 1000 explains it;
// everything else is named and kept.
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';

/** Shortest and longest time taken as possible, and the usual range that a corrected one must fall into. [s] */
interface TimeRange {
  readonly possible: readonly [number, number];
  readonly usual: readonly [number, number];
}

/**
 * Echo times: FIDs begin after 0.1 ms at the earliest; 2 s is many times T2. Some seconds may as well be a repetition time
 * in the wrong place, so that they aren't taken for milliseconds.
 */
const ECHO_TIME: TimeRange = { possible: [1e-4, 2], usual: [0.01, 0.8] };
/** Repetition times: from fast MRSI to fully relaxed ³¹P. */
const REPETITION_TIME: TimeRange = { possible: [0.01, 60], usual: [0.5, 20] };

/** Slips seen in the field: what a number was taken for, and what it was. */
const SLIPS: readonly { readonly factor: number; readonly words: string }[] = [
  { factor: 1e-3, words: 'milliseconds were taken for seconds' },
  { factor: 1e-6, words: 'microseconds were taken for seconds, or nanoseconds for milliseconds' },
  { factor: 1e-9, words: 'nanoseconds were taken for seconds' },
  { factor: 1e3, words: 'milliseconds were divided by 1000 twice, or seconds were taken for milliseconds' },
];

const within = (value: number, [low, high]: readonly [number, number]): boolean => value >= low && value <= high;

/** A time put right, and why. */
interface Correction {
  readonly seconds: number;
  readonly words: string;
}

function correction(seconds: number, range: TimeRange): Correction | null {
  if (!(seconds > 0) || within(seconds, range.possible)) return null;
  const fitting = SLIPS.filter((slip) => within(seconds * slip.factor, range.usual));
  const [slip] = fitting;
  if (slip === undefined || fitting.length > 1) return null;
  return { seconds: Number((seconds * slip.factor).toPrecision(12)), words: slip.words };
}

const TIMES = [
  { field: 'echoTimeS', name: 'echo time', code: 'echo-time', range: ECHO_TIME },
  { field: 'repetitionTimeS', name: 'repetition time', code: 'repetition-time', range: REPETITION_TIME },
] as const;

const milliseconds = (seconds: number): string => `${Number((seconds * 1000).toPrecision(6))} ms`;

/**
 * Puts right the times whose unit was unmistakably mistaken. The reader's own warning about such a time gives way to one
 * that says what was found and what was made of it.
 * @returns the dataset itself where there is nothing to put right
 */
export function repairUnitSlips(dataset: MrsDataset): MrsDataset {
  let { acquisition, warnings } = dataset;
  for (const { field, name, code, range } of TIMES) {
    const found = acquisition[field];
    const repaired = found === null ? null : correction(found, range);
    if (found === null || repaired === null) continue;
    acquisition = { ...acquisition, [field]: repaired.seconds };
    const message = `The header gives a ${name} of ${milliseconds(found)}, which can't be: ${repaired.words}; it is taken as ${milliseconds(repaired.seconds)}.`;
    warnings = [
      ...warnings.filter((w) => w.code !== `${code}-implausible`),
      { code: `${code}-corrected`, message: message.replace('a echo', 'an echo') },
    ];
  }
  return acquisition === dataset.acquisition ? dataset : { ...dataset, acquisition, warnings };
}

/** Times that are impossible, alone or together. Nothing is changed here. */
export function checkTimes(dataset: MrsDataset): Warning[] {
  const { echoTimeS, repetitionTimeS } = dataset.acquisition;
  const warnings: Warning[] = [];
  const echoPossible = echoTimeS !== null && within(echoTimeS, ECHO_TIME.possible);
  if (echoTimeS !== null && !echoPossible) {
    warnings.push({
      code: 'echo-time-implausible',
      message: `The header gives an echo time of ${milliseconds(echoTimeS)}, where 0.1 ms to 2 s is possible; it is kept as it stands, and no basis set will fit it.`,
    });
  }
  if (repetitionTimeS !== null && !within(repetitionTimeS, REPETITION_TIME.possible)) {
    warnings.push({
      code: 'repetition-time-implausible',
      message: `The header gives a repetition time of ${milliseconds(repetitionTimeS)}, where 10 ms to 60 s is possible; it is kept as it stands.`,
    });
  } else if (repetitionTimeS !== null && echoPossible && repetitionTimeS < echoTimeS) {
    warnings.push({
      code: 'repetition-before-echo',
      message: `The header gives a repetition time of ${milliseconds(repetitionTimeS)}, shorter than its echo time of ${milliseconds(echoTimeS)}; both are kept as they stand.`,
    });
  }
  return warnings;
}
