// RF pulses that aren't plain shapes: adiabatic full passages, and waveforms as files give them.
import { describe, expect, it } from 'vitest';
import { pulseProfile } from '../../src/core/basis/pulses/blochProfile.ts';
import { hyperbolicSecantPulse } from '../../src/core/basis/pulses/hyperbolicSecant.ts';
import type { RfWaveform } from '../../src/core/basis/pulses/rfWaveform.ts';
import type { WaveformData } from '../../src/core/domain/basisRequest.ts';
import { ModelError } from '../../src/core/domain/errors.ts';
import type { Role } from './pulseMeasures.ts';
import { design, effects, hardPulse, scaled, shaped, widthOnGrid } from './pulseMeasures.ts';

describe('adiabatic pulses', () => {
  /** Mz of an endless HS1 pulse (Silver 1985): ν the offset, ν1 the largest B1, β in rad/s. */
  function silver(nu: number, nu1: number, beta: number, mu: number): number {
    const plus = (Math.PI * ((2 * Math.PI * nu) / beta + mu)) / 2;
    const minus = (Math.PI * ((2 * Math.PI * nu) / beta - mu)) / 2;
    const root = ((2 * Math.PI * nu1) / beta) ** 2 - mu ** 2;
    const swing = root >= 0 ? Math.cos(Math.PI * Math.sqrt(root)) : Math.cosh(Math.PI * Math.sqrt(-root));
    return Math.tanh(plus) * Math.tanh(minus) + swing / (Math.cosh(plus) * Math.cosh(minus));
  }

  it('the simulator gives Silver’s closed form for HS1, at any B1', () => {
    // Cut at 1e-5 of its B1, so that only the 4096 steps are left as an approximation.
    const durationS = 0.01;
    const beta = (2 * Math.acosh(1e5)) / durationS;
    const mu = 3;
    const tau = Array.from({ length: 4096 }, (_, i) => ((i + 0.5) / 4096 - 0.5) * durationS);
    const phase = tau.map((t) => mu * Math.log(Math.cosh(beta * t)));
    for (const nu1 of [300, 700, 1100, 1500]) {
      const pulse = hardPulse(
        tau.map((t) => nu1 / Math.cosh(beta * t)),
        phase,
        durationS,
      );
      const offsets = [0, 500, 900, 1100, 1300, 2000];
      const { mz } = pulseProfile(pulse, offsets);
      offsets.forEach((nu, i) => expect(Math.abs(mz[i]! - silver(nu, nu1, beta, mu))).toBeLessThan(2e-4));
    }
  });

  it('the designed HS1 follows Silver’s closed form, but for being cut at 1 % of its B1', () => {
    const durationS = 0.01;
    const bandwidthHz = 2000;
    const pulse = shaped('hyperbolic-secant', durationS, bandwidthHz, 'refocusing');
    const beta = (2 * Math.acosh(100)) / durationS;
    const offsets = [0, 400, 800, 950, 1000, 1100, 1400];
    for (const b1 of [1, 1.3]) {
      const { mz } = pulseProfile(scaled(pulse, b1), offsets);
      const nu1 = Math.max(...pulse.amplitudeHz) * b1;
      // Half is inverted at the end of the sweep, which is μβ/π wide. There the cut tells, by about five times its level:
      // 0.05 at 1e-2, 0.005 at 1e-3, 0.0003 at 1e-4.
      const mu = (Math.PI * bandwidthHz) / beta;
      offsets.forEach((nu, i) => expect(Math.abs(mz[i]! - silver(nu, nu1, beta, mu))).toBeLessThan(0.05));
    }
  });

  it.each(['hyperbolic-secant', 'goia'] as const)('%s inverts its band whatever B1 does above its value', (shape) => {
    const bandwidthHz = shape === 'goia' ? 20000 : 6000;
    const durationS = shape === 'goia' ? 0.0035 : 0.008;
    const pulse = shaped(shape, durationS, bandwidthHz, 'refocusing');
    const inside = Array.from({ length: 41 }, (_, i) => (i / 40 - 0.5) * 0.8 * bandwidthHz);
    // GOIA-W(16,4) ripples by about 2 % (gradient modulation trades that for less B1); HS1 is smooth.
    const least = shape === 'goia' ? 0.97 : 0.99;
    for (const b1 of [1, 1.15, 1.3]) {
      const inverted = effects(scaled(pulse, b1), 'refocusing', inside);
      expect(Math.min(...inverted)).toBeGreaterThan(least);
      expect(Math.abs(widthOnGrid(scaled(pulse, b1), 'refocusing') / bandwidthHz - 1)).toBeLessThan(0.03);
    }
    const outside = [-1.5, -1.2, 1.2, 1.5].map((s) => s * bandwidthHz * 0.75);
    expect(Math.max(...effects(pulse, 'refocusing', outside))).toBeLessThan(0.01);
    // A fifth less and it just inverts; at half it doesn't.
    expect(effects(scaled(pulse, 1 / 1.2), 'refocusing', [0])[0]).toBeCloseTo(0.99, 4);
    expect(effects(scaled(pulse, 0.5), 'refocusing', [0])[0]).toBeLessThan(0.9);
  });

  it('HSn needs less peak B1 the higher its order', () => {
    const target = { durationS: 0.008, bandwidthHz: 5000, flipRad: Math.PI };
    const peaks = [1, 4, 8].map((n) => Math.max(...hyperbolicSecantPulse(target, 'refocusing', n).amplitudeHz));
    expect(peaks[1]).toBeLessThan(0.7 * peaks[0]!);
    expect(peaks[2]).toBeLessThan(peaks[1]!);
    const inverted = effects(hyperbolicSecantPulse(target, 'refocusing', 4), 'refocusing', [-1500, 0, 1500]);
    expect(Math.min(...inverted)).toBeGreaterThan(0.99);
  });

  it('steps their phase finely enough', () => {
    for (const pulse of [
      shaped('hyperbolic-secant', 0.008, 6000, 'refocusing'),
      shaped('goia', 0.0035, 20000, 'refocusing'),
    ]) {
      const steps = pulse.phaseRad.subarray(1).map((v, i) => Math.abs(v - pulse.phaseRad[i]!));
      expect(Math.max(...steps)).toBeLessThan(0.3);
    }
  });

  it('GOIA: the gradient dips to a tenth, and a shift moves the slice by more than at full gradient', () => {
    const bandwidthHz = 20000;
    const pulse = shaped('goia', 0.0035, bandwidthHz, 'refocusing');
    expect(Math.min(...pulse.gradient!)).toBeCloseTo(0.1, 3);
    expect(Math.max(...pulse.gradient!)).toBeCloseTo(1, 3);
    const positions = Array.from({ length: 401 }, (_, i) => (i / 200 - 1) * bandwidthHz);
    const centroid = (shiftHz: number): number => {
      const profile = effects(pulse, 'refocusing', positions, shiftHz);
      return profile.reduce((s, v, i) => s + v * positions[i]!, 0) / profile.reduce((s, v) => s + v, 0);
    };
    expect(Math.abs(centroid(0))).toBeLessThan(1);
    // Each position moves by the shift over the gradient at which it passes resonance. The slice's edges do so late, but
    // before the gradient is back at its full strength: half of it or more.
    expect(-centroid(300)).toBeGreaterThan(300);
    expect(-centroid(300)).toBeLessThan(600);
  });
});

describe('waveforms of files', () => {
  const waveform = (amplitude: number[], phaseRad = amplitude.map(() => 0)): WaveformData => ({
    name: 'file',
    amplitude,
    phaseRad,
    gradient: null,
  });
  const of = (data: WaveformData, role: Role, flipDeg?: number, durationS = 0.005): RfWaveform =>
    design({ shape: 'waveform', durationS, waveform: data, ...(flipDeg === undefined ? {} : { flipDeg }) }, role);

  it.each(['sinc-gauss', 'hermite', 'slr'] as const)('gives a %s pulse back: B1, bandwidth and centre', (shape) => {
    for (const [role, flip] of [
      ['excitation', 90],
      ['refocusing', 137],
    ] as const) {
      const designed = shaped(shape, 0.005, 1000, role, flip);
      // Any scale, any common phase.
      const data = waveform(
        [...designed.amplitudeHz].map((v) => v / 77),
        [...designed.phaseRad].map((v) => v + 1.1),
      );
      const again = of(data, role, flip);
      expect(Math.abs(again.bandwidthHz / 1000 - 1)).toBeLessThan(1e-4);
      expect(again.centreFraction).toBe(0.5);
      again.amplitudeHz.forEach((v, i) => expect(v).toBeCloseTo(designed.amplitudeHz[i]!, 6));
    }
  });

  it('reads negative amplitudes as phase π', () => {
    const sinc = Array.from({ length: 128 }, (_, i) => Math.sin((i - 63.5) / 8) / (i - 63.5));
    const signed = of(waveform(sinc), 'excitation');
    const magnitude = of(
      waveform(
        sinc.map(Math.abs),
        sinc.map((v) => (v < 0 ? Math.PI : 0)),
      ),
      'excitation',
    );
    expect([...signed.phaseRad]).toEqual([...magnitude.phaseRad]);
    expect(signed.bandwidthHz).toBeCloseTo(magnitude.bandwidthHz, 9);
  });

  it('counts delays from the isodelay point of an asymmetric pulse', () => {
    const early = [...Array(20).fill(1), ...Array(180).fill(0)] as number[];
    // A rectangular pulse of length t rotates as if at t(1 − tan(θ/2)/θ): t/2 at small θ, t(1 − 2/π) at 90°.
    const small = of(waveform(early), 'excitation', 1);
    expect(small.centreFraction).toBeCloseTo(0.05, 4);
    expect(of(waveform(early), 'excitation').centreFraction).toBeCloseTo(0.1 * (1 - 2 / Math.PI), 3);
    expect(of(waveform(early), 'refocusing').centreFraction).toBeCloseTo(0.05, 3);
    expect(of(waveform(early.toReversed()), 'refocusing').centreFraction).toBeCloseTo(0.95, 3);
    expect(of(waveform(early), 'editing').centreFraction).toBe(0.5);
  });

  it('searches the B1 of phase-modulated pulses: the least that inverts 99 %, or that reaches a smaller flip', () => {
    const designed = shaped('hyperbolic-secant', 0.005, 3000, 'refocusing');
    const data = waveform([...designed.amplitudeHz], [...designed.phaseRad]);
    const again = of(data, 'refocusing');
    expect(effects(again, 'refocusing', [0])[0]).toBeCloseTo(0.99, 6);
    expect(effects(scaled(again, 0.98), 'refocusing', [0])[0]).toBeLessThan(0.99);
    expect(Math.abs(again.bandwidthHz / 3000 - 1)).toBeLessThan(0.02);
    const half = of(data, 'refocusing', 90);
    expect(effects(half, 'refocusing', [0])[0]).toBeCloseTo(0.5, 9);
  });

  it('refuses broken ones in one sentence', () => {
    const refuse = (data: WaveformData, message: RegExp): void => {
      expect(() => of(data, 'refocusing')).toThrow(ModelError);
      expect(() => of(data, 'refocusing')).toThrow(message);
    };
    refuse(waveform([1]), /has 1 steps/);
    refuse(waveform([0, 0, 0]), /no amplitude other than zero/);
    refuse(waveform([1, NaN, 1]), /not numbers/);
    refuse(waveform([1, 1, 1], [0, 0]), /not as many phases/);
    refuse({ ...waveform([1, 1]), gradient: [1] }, /not as many phases or gradient/);
    refuse(waveform([1, 1, 1, 1], [0, 0, Math.PI, Math.PI]), /has no effect on resonance/);
    // Turns forth and back about nearly opposite axes
    refuse(waveform([1, 1], [0, Math.PI - 0.02]), /reaches no flip angle of 180°/);
  });
});
