// Prior knowledge → the parameter vector of one fit: which numbers move, within what bounds, and how each peak's shift,
// width, phase, Gaussian width and J follow from them.
//   θ = [φ0 rad, common shift Hz, begin time s, one slot for each parameter of its own]
// Shifts stand in θ as ppm · frequency, in Hz and positive downfield; phases in rad.
import type { Interval } from '../../math/boxLeastSquares.ts';
import { MULTIPLETS, isLinked, resolveParameter } from './priorKnowledge.ts';
import type { OwnParameter, ParameterName, PeakLineshape, PriorKnowledge } from './priorKnowledge.ts';

export const PHASE0 = 0;
export const COMMON_SHIFT = 1;
export const BEGIN_TIME = 2;
const FIRST_SLOT = 3;

const NONLINEAR: readonly ParameterName[] = ['shiftPpm', 'linewidthHz', 'phaseDeg', 'gaussianHz', 'jHz'];

/** value = factor · θ[slot] + offset. */
export interface SlotReference {
  readonly slot: number;
  readonly factor: number;
  readonly offset: number;
}

export interface CompiledPeak {
  readonly name: string;
  readonly lineshape: PeakLineshape;
  readonly shift: SlotReference;
  readonly linewidth: SlotReference;
  readonly phase: SlotReference;
  readonly gaussian: SlotReference;
  readonly j: SlotReference;
  /** Lines of the multiplet: place in units of J, part of the intensity. */
  readonly lines: readonly { readonly place: number; readonly weight: number }[];
  /** Amplitude parameter, and what this peak's amplitude is of it. */
  readonly group: number;
  readonly ratio: number;
}

export interface CompiledPrior {
  readonly peaks: readonly CompiledPeak[];
  readonly start: Float64Array;
  readonly bounds: readonly Interval[];
  /** Slots that move. */
  readonly free: readonly number[];
  /** Own amplitudes: bounds and start, in data units. */
  readonly amplitudes: readonly OwnParameter[];
  /** A peak has a phase of its own that moves: then no common phase is fitted. */
  readonly hasFreePhase: boolean;
}

function unitOf(name: ParameterName, spectrometerFrequencyMHz: number): number {
  if (name === 'shiftPpm') return spectrometerFrequencyMHz;
  return name === 'phaseDeg' ? Math.PI / 180 : 1;
}

function linesOf(multiplet: string): CompiledPeak['lines'] {
  const intensities = MULTIPLETS[multiplet] as readonly number[];
  const total = intensities.reduce((sum, v) => sum + v, 0);
  return intensities.map((v, i) => ({ place: i - (intensities.length - 1) / 2, weight: v / total }));
}

/** @throws UsageError where a link does not end */
export function compilePrior({ peaks }: PriorKnowledge, spectrometerFrequencyMHz: number): CompiledPrior {
  const start: number[] = [0, 0, 0];
  const bounds: Interval[] = [
    { lower: -Infinity, upper: Infinity },
    { lower: 0, upper: 0 },
    { lower: 0, upper: 0 },
  ];
  const slots = new Map<string, number>();
  let hasFreePhase = false;
  for (const peak of peaks) {
    for (const name of NONLINEAR) {
      const parameter = peak[name];
      if (isLinked(parameter)) continue;
      const unit = unitOf(name, spectrometerFrequencyMHz);
      slots.set(`${peak.name}/${name}`, start.length);
      start.push(parameter.value * unit);
      bounds.push({ lower: parameter.lower * unit, upper: parameter.upper * unit });
      if (name === 'phaseDeg' && parameter.lower < parameter.upper) hasFreePhase = true;
    }
  }
  const owners = peaks.filter((p) => !isLinked(p.amplitude));
  const reference = (index: number, name: ParameterName): SlotReference => {
    const { root, factor, offset } = resolveParameter(peaks, index, name);
    const unit = name === 'phaseDeg' ? Math.PI / 180 : 1;
    return { slot: slots.get(`${peaks[root]?.name ?? ''}/${name}`) as number, factor, offset: offset * unit };
  };
  const compiled = peaks.map((peak, i) => {
    const { root, factor } = resolveParameter(peaks, i, 'amplitude');
    return {
      name: peak.name,
      lineshape: peak.lineshape,
      shift: reference(i, 'shiftPpm'),
      linewidth: reference(i, 'linewidthHz'),
      phase: reference(i, 'phaseDeg'),
      gaussian: reference(i, 'gaussianHz'),
      j: reference(i, 'jHz'),
      lines: linesOf(peak.multiplet),
      group: owners.findIndex((p) => p.name === peaks[root]?.name),
      ratio: factor,
    };
  });
  const free = bounds.flatMap(({ lower, upper }, j) => (j >= FIRST_SLOT && lower < upper ? [j] : []));
  return {
    peaks: compiled,
    start: Float64Array.from(start),
    bounds,
    free,
    amplitudes: owners.map((p) => p.amplitude as OwnParameter),
    hasFreePhase,
  };
}
