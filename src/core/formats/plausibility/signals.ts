// Whether the numbers look like free induction decays as they were acquired.
import type { HeldSignal } from '../../domain/complexArray.ts';
import { samplesAt } from '../../domain/complexArray.ts';
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import { pointCount } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';

/** Signals that the shape of the decay is judged by. */
const JUDGED_SIGNALS = 64;
/** Parts that an FID is divided into, to see where its magnitude is. */
const WINDOWS = 32;
/** Fewer points than this show no decay. */
const MIN_POINTS = 128;

const isZero = (signal: HeldSignal): boolean => signal.re.every((v) => v === 0) && signal.im.every((v) => v === 0);

function isConstant({ re, im }: HeldSignal): boolean {
  return re.length > 1 && re.every((v) => v === re[0]) && im.every((v) => v === im[0]);
}

function badSamples(dataset: MrsDataset): number {
  const { re, im } = dataset.data;
  let bad = 0;
  for (let i = 0; i < re.length; i++) {
    if (!Number.isFinite(re[i]) || !Number.isFinite(im[i])) bad++;
  }
  return bad;
}

/** Mean magnitude in each window, each signal scaled to its own mean, so that strong ones don't decide alone. */
function envelope(signals: readonly HeldSignal[], points: number): Float64Array {
  const sum = new Float64Array(WINDOWS);
  for (const { re, im } of signals) {
    const own = new Float64Array(WINDOWS);
    for (let i = 0; i < points; i++) {
      // Not Math.hypot, which takes ten times as long: no sample is near the limits of a double.
      own[Math.floor((i * WINDOWS) / points)]! += Math.sqrt((re[i] as number) ** 2 + (im[i] as number) ** 2);
    }
    const total = own.reduce((a, b) => a + b, 0);
    if (total > 0 && Number.isFinite(total)) own.forEach((v, w) => (sum[w]! += v / total));
  }
  return sum;
}

/** Where the magnitude may at most begin relative to its peak, for the peak not to be the signal's start. */
const RISING = 0.5;
/**
 * How much larger than the middle the end is where a spectrum in FFT order wraps around, and which part of the start it has:
 * the last points of a scanner's FID rise a little too, where its digital filter wraps (2 % of the start in Siemens DICOM).
 */
const WRAPPED = { ofMiddle: 2, ofStart: 0.2 } as const;

/** What the envelope shows instead of a decay; null where it decays, or is noise. */
function notDecaying(parts: Float64Array): string | null {
  const peak = parts.indexOf(Math.max(...parts));
  const at = (w: number): number => parts[w] as number;
  if (peak >= WINDOWS / 4 && at(0) < RISING * at(peak)) {
    return `is largest ${Math.round((100 * peak) / WINDOWS)} % of the way along`;
  }
  const middle = (at(WINDOWS / 2 - 1) + at(WINDOWS / 2)) / 2;
  const end = at(WINDOWS - 1);
  const wraps = middle > 0 && end > WRAPPED.ofMiddle * middle && end > WRAPPED.ofStart * at(0);
  return wraps ? 'grows again toward the end' : null;
}

/** Largest |im|/|s| of a first point that is exactly real but for rounding. */
const REAL_FIRST_POINT = 1e-6;

function beginsReal({ re, im }: HeldSignal): boolean {
  const size = Math.hypot(re[0] as number, im[0] as number);
  return size > 0 && Math.abs(im[0] as number) <= REAL_FIRST_POINT * size;
}

function checkShape(signals: readonly HeldSignal[], points: number): Warning[] {
  if (signals.length === 0) return [];
  if (signals.every(({ im }) => im.every((v) => v === 0))) {
    return [
      {
        code: 'not-complex-data',
        message:
          'The imaginary part is zero throughout: this is a real spectrum or a magnitude, not the complex FID that is needed; nothing sound can be fitted to it.',
      },
    ];
  }
  const warnings: Warning[] = [];
  const odd = points < MIN_POINTS ? null : notDecaying(envelope(signals, points));
  if (odd !== null) {
    warnings.push({
      code: 'not-an-fid',
      message: `The signal ${odd} where an FID decays from its first point: a spectrum, or an echo with its rising half, seems to be stored; it is treated as an FID all the same.`,
    });
  }
  if (signals.every(beginsReal)) {
    warnings.push({
      code: 'already-phased',
      message:
        'Every FID begins exactly real: the data were phased by the scanner or another program; phasing them again does no harm.',
    });
  }
  return warnings;
}

/** @returns warnings about samples that are no numbers, empty or constant signals, and signals that are no FIDs */
export function checkSignals(dataset: MrsDataset): Warning[] {
  const points = pointCount(dataset);
  const count = points === 0 ? 0 : dataset.data.re.length / points;
  const bad = badSamples(dataset);
  if (bad > 0) {
    const message = `${bad} of ${dataset.data.re.length} samples are not finite numbers: the file is damaged or was processed wrongly, and can't be analysed as it stands.`;
    return [{ code: 'non-finite-data', message }];
  }
  // As they are held: a scan of a gigabyte is looked at without a copy.
  const all = Array.from({ length: count }, (_, i) => samplesAt(dataset.data, i));
  const filled = all.filter((signal) => !isZero(signal));
  if (filled.length === 0) {
    return [
      { code: 'no-signal', message: 'Every sample is zero: the file holds no signal, and nothing can be analysed.' },
    ];
  }
  const warnings: Warning[] = [];
  if (filled.length < count) {
    warnings.push({
      code: 'empty-signals',
      message: `${count - filled.length} of ${count} signals are zero throughout (a dead coil, a missing transient or an unfilled voxel); they are kept and carry no weight.`,
    });
  }
  const constant = filled.filter(isConstant).length;
  if (constant > 0) {
    warnings.push({
      code: 'constant-signals',
      message: `${constant} of ${count} signals have one value throughout, which no receiver gives; what is made of them means nothing.`,
    });
    return warnings;
  }
  const step = Math.max(1, Math.floor(filled.length / JUDGED_SIGNALS));
  const judged = filled.filter((_, i) => i % step === 0).slice(0, JUDGED_SIGNALS);
  return [...warnings, ...checkShape(judged, points)];
}
