// A spin space through the steps of a sequence. Slice-selective pulses are averaged over positions one axis at a time: ρ is
// linear, so the mean over an axis can be taken once the last pulse of that axis is over (1-D projection; Zhang, An, Shen
// 2017, Med Phys 44:4169, doi:10.1002/mp.12375), N + N positions in place of N × N.
import { ppmToHz } from '../../domain/axes.ts';
import { equilibrium, evolve } from './evolution.ts';
import { applyHardPulse } from './rotation.ts';
import type { ComplexMatrix, DensityOperator } from './rotation.ts';
import { applyPropagator, pulsePropagator } from './shapedPulse.ts';
import type { SpinSpace } from './spinSpace.ts';
import type { HardPulse, PulseSequence, SequenceStep, ShapedPulse, SliceAxis } from '../sequences/pulseSequence.ts';
import type { RfWaveform } from '../pulses/rfWaveform.ts';

export interface SimulationFrame {
  readonly spectrometerFrequencyMHz: number;
  /** Where 0 Hz stands. [ppm] */
  readonly referencePpm: number;
  /** Called often during long work; it may throw to cancel. */
  readonly checkpoint: () => void;
}

/** Positions along an axis in slice thicknesses from its centre. */
export function slicePositions(points: number, extent: number): number[] {
  return Array.from({ length: points }, (_, k) => ((k + 0.5) / points - 0.5) * extent);
}

/** One run: what stays the same while ρ changes. */
class Run {
  readonly #space: SpinSpace;
  readonly #sequence: PulseSequence;
  readonly #frame: SimulationFrame;
  /** The pulses of a sequence are often the same one: each is computed once for a position. */
  readonly #propagators = new Map<RfWaveform, Map<string, ComplexMatrix>>();

  constructor(space: SpinSpace, sequence: PulseSequence, frame: SimulationFrame) {
    this.#space = space;
    this.#sequence = sequence;
    this.#frame = frame;
  }

  /** Steps [from, to), at the given positions of the axes that are being averaged over. */
  run(rho: DensityOperator, from: number, to: number, at: ReadonlyMap<SliceAxis, number>): DensityOperator {
    const { steps } = this.#sequence;
    let now = rho;
    for (let k = from; k < to; k++) {
      const step = steps[k] as SequenceStep;
      const axis = step.kind === 'shapedPulse' ? step.axis : null;
      if (axis !== null && !at.has(axis)) {
        const end = this.#endOfAverage(k, axis, at);
        now = this.#average(now, k, end, axis, at);
        k = end - 1;
      } else {
        now = this.#apply(now, step, steps[k + 1], axis === null ? 0 : (at.get(axis) as number));
      }
    }
    return now;
  }

  /** One past the last pulse of an axis that begins at `from`, widened to take in whole the axes that begin between. */
  #endOfAverage(from: number, axis: SliceAxis, at: ReadonlyMap<SliceAxis, number>): number {
    const { steps } = this.#sequence;
    const lastOf = (a: SliceAxis): number =>
      steps.findLastIndex((step) => step.kind === 'shapedPulse' && step.axis === a) + 1;
    let end = lastOf(axis);
    for (let k = from; k < end; k++) {
      const step = steps[k] as SequenceStep;
      if (step.kind === 'shapedPulse' && step.axis !== null && !at.has(step.axis))
        end = Math.max(end, lastOf(step.axis));
    }
    // the delay that follows filters coherences, so that what is averaged has few elements
    return steps[end]?.kind === 'delay' ? end + 1 : end;
  }

  #average(
    rho: DensityOperator,
    from: number,
    to: number,
    axis: SliceAxis,
    at: ReadonlyMap<SliceAxis, number>,
  ): DensityOperator {
    const { points, extent } = this.#sequence.spatial;
    const mean = { re: new Float64Array(rho.re.length), im: new Float64Array(rho.im.length) };
    for (const position of slicePositions(points, extent)) {
      const part = this.run(rho, from, to, new Map([...at, [axis, position]]));
      for (let i = 0; i < mean.re.length; i++) {
        mean.re[i] = (mean.re[i] as number) + (part.re[i] as number) / points;
        mean.im[i] = (mean.im[i] as number) + (part.im[i] as number) / points;
      }
    }
    return mean;
  }

  #apply(rho: DensityOperator, step: SequenceStep, next: SequenceStep | undefined, position: number): DensityOperator {
    if (step.kind === 'delay') return evolve(this.#space, rho, step.durationS, step.coherenceOrder);
    if (step.kind === 'pulse') return this.#hardPulse(rho, step);
    const kept = next?.kind === 'delay' ? next.coherenceOrder : null;
    return applyPropagator(this.#space, rho, this.#propagator(step, position), step.phaseRad, kept);
  }

  #hardPulse(rho: DensityOperator, { flipRad, phaseRad, band }: HardPulse): DensityOperator {
    const turned = { re: rho.re.slice(), im: rho.im.slice() };
    if (band === null) {
      applyHardPulse(this.#space, turned, flipRad, phaseRad);
    } else {
      const centreHz = this.#hertz(band.centrePpm);
      applyHardPulse(
        this.#space,
        turned,
        flipRad,
        phaseRad,
        ({ offsetHz }) => Math.abs(offsetHz - centreHz) <= band.widthHz / 2,
      );
    }
    return turned;
  }

  #propagator({ waveform, carrierPpm, axis }: ShapedPulse, position: number): ComplexMatrix {
    const carrierHz = this.#hertz(carrierPpm);
    const gradientHz = axis === null ? 0 : position * waveform.bandwidthHz;
    const key = `${carrierHz} ${gradientHz}`;
    const known = this.#propagators.get(waveform) ?? new Map<string, ComplexMatrix>();
    this.#propagators.set(waveform, known);
    let propagator = known.get(key);
    if (propagator === undefined) {
      propagator = pulsePropagator(this.#space, { waveform, carrierHz, gradientHz }, this.#frame.checkpoint);
      known.set(key, propagator);
    }
    return propagator;
  }

  #hertz(ppm: number): number {
    return ppmToHz(ppm, this.#frame.spectrometerFrequencyMHz, this.#frame.referencePpm);
  }
}

/**
 * Equilibrium through a whole sequence.
 * @returns the density operator at the start of acquisition, averaged over the slices
 */
export function runSequence(space: SpinSpace, sequence: PulseSequence, frame: SimulationFrame): DensityOperator {
  return new Run(space, sequence, frame).run(equilibrium(space), 0, sequence.steps.length, new Map());
}
