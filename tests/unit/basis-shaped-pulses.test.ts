// Truth for pulses of finite length: an independent brute-force simulation with a rotating RF field and matrix exponentials,
// convergence of the splitting, closed forms of editing and adiabatic refocusing, and the spatial average.
import { describe, expect, it } from 'vitest';
import { ppmToHz } from '../../src/core/domain/axes.ts';
import type { ComplexSignal } from '../../src/core/domain/complexArray.ts';
import { slicePositions } from '../../src/core/basis/densityMatrix/runSequence.ts';
import { transitionsToFid } from '../../src/core/basis/densityMatrix/transitions.ts';
import type { RfWaveform } from '../../src/core/basis/pulses/rfWaveform.ts';
import { laser, semiLaser } from '../../src/core/basis/sequences/laser.ts';
import { megaPress, megaSemiLaser } from '../../src/core/basis/sequences/mega.ts';
import { press } from '../../src/core/basis/sequences/press.ts';
import { spinEcho } from '../../src/core/basis/sequences/spinEcho.ts';
import { steam } from '../../src/core/basis/sequences/steam.ts';
import type { PulseSequence } from '../../src/core/basis/sequences/pulseSequence.ts';
import type { SequencePulses } from '../../src/core/basis/sequences/sequencePulses.ts';
import { simulateMetabolite } from '../../src/core/basis/simulateMetabolite.ts';
import { spinSystem } from '../../src/core/basis/spinSystems/index.ts';
import type { SpinSystem } from '../../src/core/basis/spinSystems/spinSystem.ts';
import { sequenceByMatrixExponentials } from './bruteForceSpins.ts';
import type { SlowStep } from './bruteForceSpins.ts';

const F0 = 123.25;
const CARRIER_PPM = 3;
const SAMPLING = { points: 40, dwellTimeS: 0.001 } as const;

/** A Hamming-filtered sinc that turns spins on resonance by `flipRad`. */
function sinc(durationS: number, lobesHz: number, flipRad: number, samples = 100): RfWaveform {
  const shape = Float64Array.from({ length: samples }, (_, k) => {
    const t = ((k + 0.5) / samples - 0.5) * durationS;
    const x = Math.PI * lobesHz * t;
    return (Math.abs(x) < 1e-9 ? 1 : Math.sin(x) / x) * (0.54 + 0.46 * Math.cos((2 * Math.PI * t) / durationS));
  });
  const area = shape.reduce((sum, v) => sum + v, 0) * (durationS / samples);
  const amplitudeHz = shape.map((v) => (v * flipRad) / (2 * Math.PI * area));
  return {
    name: 'sinc',
    durationS,
    amplitudeHz,
    phaseRad: new Float64Array(samples),
    gradient: null,
    bandwidthHz: lobesHz,
    centreFraction: 0.5,
  };
}

const REFOCUSING = sinc(0.0052, 1400, Math.PI);
const EXCITATION = sinc(0.0026, 2800, Math.PI / 2);

const with180 = (points: number, extent = 2): SequencePulses => ({
  excitation: null,
  refocusing: REFOCUSING,
  carrierPpm: CARRIER_PPM,
  spatial: { points, extent },
});

function uncalibrated(sequence: PulseSequence, system: SpinSystem): ComplexSignal {
  return transitionsToFid(simulateMetabolite(system, sequence, F0), { ...SAMPLING, linewidthHz: 0 });
}

function moiety(shifts: readonly number[], js: readonly (readonly [number, number, number])[]): SpinSystem {
  const source = 'govindaraju2000';
  return {
    ...spinSystem('Ace'),
    name: 'Test',
    moieties: [
      {
        name: 'all',
        population: 1,
        groups: shifts.map((shiftPpm, i) => ({ label: `s${i}`, shiftPpm, protons: 1, source })),
        couplings: js.map(([a, b, jHz]) => ({ between: [`s${a}`, `s${b}`] as const, jHz, source })),
        heteronuclei: [],
      },
    ],
  };
}

/** The signal scaled and turned so that it matches the other at least squares: the calibration is tested apart. */
function largestDifferenceAfterScaling(a: ComplexSignal, b: ComplexSignal): number {
  let re = 0;
  let im = 0;
  let norm = 0;
  a.re.forEach((x, n) => {
    const [y, u, v] = [a.im[n]!, b.re[n]!, b.im[n]!];
    re += x * u + y * v;
    im += x * v - y * u;
    norm += x * x + y * y;
  });
  [re, im] = [re / norm, im / norm];
  let largest = 0;
  a.re.forEach((x, n) => {
    const y = a.im[n]!;
    largest = Math.max(largest, Math.hypot(re * x - im * y - b.re[n]!, re * y + im * x - b.im[n]!));
  });
  return largest;
}

function slowPulse(waveform: RfWaveform, position: number): SlowStep {
  return {
    kind: 'shaped',
    durationS: waveform.durationS,
    amplitudeHz: [...waveform.amplitudeHz],
    phaseRad: [...waveform.phaseRad],
    carrierHz: ppmToHz(CARRIER_PPM, F0),
    gradientHz: position * waveform.bandwidthHz,
    divisions: 6,
  };
}

const wait = (durationS: number, order: number): SlowStep => ({ kind: 'delay', durationS, order });
const excite: SlowStep = { kind: 'hard', axis: 'y', flipRad: Math.PI / 2 };

function mean(signals: readonly ComplexSignal[]): ComplexSignal {
  const { length } = signals;
  return {
    re: signals[0]!.re.map((_, n) => signals.reduce((sum, s) => sum + s.re[n]!, 0) / length),
    im: signals[0]!.im.map((_, n) => signals.reduce((sum, s) => sum + s.im[n]!, 0) / length),
  };
}

const STRONG = {
  shifts: [2.1, 2.35, 3.7],
  js: [
    [0, 1, 14],
    [1, 2, 6.5],
  ],
} as const;

describe('shaped refocusing', () => {
  it('PRESS, averaged over positions along both axes, equals matrix exponentials of every position', () => {
    const offsets = STRONG.shifts.map((s) => ppmToHz(s, F0));
    const [te1, te2] = [0.0146, 0.0204];
    const half = REFOCUSING.durationS / 2;
    const positions = slicePositions(3, 2);
    const truth = mean(
      positions.flatMap((x) =>
        positions.map((y) =>
          sequenceByMatrixExponentials(
            offsets,
            STRONG.js,
            [
              excite,
              wait(te1 / 2 - half, -1),
              slowPulse(REFOCUSING, x),
              wait((te1 + te2) / 2 - 2 * half, 1),
              slowPulse(REFOCUSING, y),
              wait(te2 / 2 - half, -1),
            ],
            SAMPLING,
          ),
        ),
      ),
    );
    const fid = uncalibrated(press(te1, te2, with180(3)), moiety(STRONG.shifts, STRONG.js));
    // one of the nine positions lies inside, so these are parts of a third of a proton; the brute force itself steps the
    // rotating field in 9 µs
    expect(largestDifferenceAfterScaling(fid, truth)).toBeLessThan(2e-4);
    const ideal = uncalibrated(press(te1, te2), moiety(STRONG.shifts, STRONG.js));
    expect(largestDifferenceAfterScaling(ideal, truth)).toBeGreaterThan(3e-3);
  });

  it('acts on composite spins as on their members (methyl group, A3B)', () => {
    const folded = spinSystem('Lac');
    const offsets = [1.3142, 1.3142, 1.3142, 4.0974].map((s) => ppmToHz(s, F0));
    const j = folded.moieties[0]!.couplings[0]!.jHz;
    const half = REFOCUSING.durationS / 2;
    const te = 0.03;
    const truth = sequenceByMatrixExponentials(
      offsets,
      [
        [0, 3, j],
        [1, 3, j],
        [2, 3, j],
      ],
      [excite, wait(te / 2 - half, 1), slowPulse(REFOCUSING, 0), wait(te / 2 - half, -1)],
      SAMPLING,
    );
    const fid = uncalibrated(spinEcho(te, with180(1)), folded);
    expect(largestDifferenceAfterScaling(fid, truth)).toBeLessThan(2e-3);
  });

  it('converges: a sixteenth of the step gives the same within the splitting’s bound', () => {
    const system = moiety(STRONG.shifts, STRONG.js);
    const finer: RfWaveform = {
      ...REFOCUSING,
      amplitudeHz: Float64Array.from({ length: 1600 }, (_, k) => REFOCUSING.amplitudeHz[Math.floor(k / 16)]!),
      phaseRad: new Float64Array(1600),
    };
    const pulses = with180(8);
    const coarse = uncalibrated(press(0.0146, 0.0204, pulses), system);
    const fine = uncalibrated(press(0.0146, 0.0204, { ...pulses, refocusing: finer }), system);
    expect(largestDifferenceAfterScaling(coarse, fine)).toBeLessThan(1e-3);
  });

  it('scales amplitudes to protons: a singlet near the carrier has its protons, whatever the averaged extent', () => {
    for (const extent of [1.5, 2, 3]) {
      for (const sequence of [
        press(0.0146, 0.0204, with180(64, extent)),
        spinEcho(0.03, with180(64, extent)),
        steam(0.02, 0.01, { ...with180(64, extent), excitation: EXCITATION }),
      ]) {
        const fid = uncalibrated(sequence, spinSystem('Cr'));
        const lines = simulateMetabolite(spinSystem('Cr'), sequence, F0);
        const at = lines.frequencyHz.findIndex((hz) => Math.abs(hz - ppmToHz(3.027, F0)) < 0.1);
        // the line is 0.027 ppm from the carrier; 64 positions sample the slice's edge to a few per cent
        expect(lines.re[at]! / sequence.idealAmplitude / 3).toBeCloseTo(1, 1);
        expect(Math.abs(lines.im[at]!)).toBeLessThan(0.03);
        expect(fid.re[0]).toBeGreaterThan(0);
      }
    }
  });

  it('displaces the slice: lactate’s doublet at TE 144 ms is not fully inverted', () => {
    const methyl = (sequence: PulseSequence): number => {
      const lines = simulateMetabolite(spinSystem('Lac'), sequence, F0);
      let sum = 0;
      lines.frequencyHz.forEach((hz, k) => (sum += Math.abs(hz - ppmToHz(1.3142, F0)) < 10 ? lines.re[k]! : 0));
      return sum;
    };
    const ideal = methyl(press(0.02, 0.124));
    const displaced = methyl(press(0.02, 0.124, with180(32)));
    expect(ideal).toBeLessThan(-2.9);
    expect(displaced).toBeGreaterThan(ideal + 0.5);
  });
});

describe('shaped excitation', () => {
  it('is rephased: spins across the slice add up in phase', () => {
    const pulses = { ...with180(32, 1), refocusing: null, excitation: EXCITATION };
    const single = simulateMetabolite(spinSystem('Ace'), spinEcho(0.03, pulses), F0);
    expect(Math.abs(single.im[0]! / single.re[0]!)).toBeLessThan(0.05);
    expect(single.re[0]).toBeGreaterThan(2.5);
  });
});

describe('trains of 180° pulses', () => {
  it.each([
    ['LASER', laser(0.06), 1],
    ['sLASER', semiLaser(0.03), 1],
  ] as const)('%s with ideal pulses leaves a singlet whole', (_name, sequence, factor) => {
    const lines = simulateMetabolite(spinSystem('Ace'), sequence, F0);
    expect(lines.re[0]).toBeCloseTo(3 * factor, 10);
    expect(lines.im[0]).toBeCloseTo(0, 10);
  });

  it('slow down J modulation: sLASER keeps more of glutamate than PRESS of the same TE', () => {
    const size = (sequence: PulseSequence): number =>
      uncalibrated(sequence, spinSystem('Glu')).re.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
    expect(size(semiLaser(0.06))).toBeGreaterThan(size(press(0.03, 0.03)));
  });
});

describe('editing', () => {
  const ideal = (centrePpm: number) => ({ waveform: null, centrePpm, widthHz: 62 });
  const around = (system: SpinSystem, sequence: PulseSequence, ppm: number, halfPpm: number): number => {
    const lines = simulateMetabolite(system, sequence, F0);
    let sum = 0;
    lines.frequencyHz.forEach((hz, k) => {
      if (Math.abs(hz - ppmToHz(ppm, F0)) < halfPpm * F0) sum += lines.re[k]!;
    });
    return sum;
  };

  it.each([
    ['MEGA-PRESS', (ppm: number) => megaPress(0.0146, 0.0534, ideal(ppm))],
    ['MEGA-sLASER', (ppm: number) => megaSemiLaser(0.068, ideal(ppm))],
  ] as const)('%s: GABA at 3.01 ppm is upright in the difference, creatine is gone', (_name, sequence) => {
    const difference = (name: string, ppm: number, halfPpm: number): number =>
      around(spinSystem(name), sequence(1.9), ppm, halfPpm) - around(spinSystem(name), sequence(7.5), ppm, halfPpm);
    // Two protons; the triplet's outer lines are inverted by editing OFF and upright with ON: half of it edits, so 2 of 4.
    expect(difference('GABA', 3.013, 0.15)).toBeGreaterThan(1.2);
    expect(difference('GABA', 3.013, 0.15)).toBeLessThan(2.4);
    expect(Math.abs(difference('Cr', 3.027, 0.1))).toBeLessThan(1e-9);
  });

  it('a shaped editing pulse edits as the ideal one does, and needs time', () => {
    const gauss: RfWaveform = {
      ...sinc(0.014, 1, Math.PI),
      amplitudeHz: (() => {
        const shape = Float64Array.from({ length: 100 }, (_, k) => Math.exp(-(((k - 49.5) / 22) ** 2)));
        const area = shape.reduce((s, v) => s + v, 0) * (0.014 / 100);
        return shape.map((v) => (v * 0.5) / area);
      })(),
      bandwidthHz: 80,
    };
    const editing = (centrePpm: number) => ({ waveform: gauss, centrePpm, widthHz: 80 });
    const on = around(spinSystem('GABA'), megaPress(0.0146, 0.0534, editing(1.9)), 3.013, 0.15);
    const off = around(spinSystem('GABA'), megaPress(0.0146, 0.0534, editing(7.5)), 3.013, 0.15);
    expect(on - off).toBeGreaterThan(1.1);
    expect(() => megaPress(0.0146, 0.02, editing(1.9))).toThrow(
      /^MEGA-PRESS with TE 34.6 ms is too short for its pulses: between the .* are missing\.$/,
    );
  });

  it('inverts NAA’s aspartate partner: ON at 4.38 ppm changes 2.6 ppm', () => {
    const sequence = (ppm: number) => megaPress(0.0146, 0.1254, ideal(ppm));
    const change =
      around(spinSystem('NAA'), sequence(4.38), 2.6, 0.25) - around(spinSystem('NAA'), sequence(7.5), 2.6, 0.25);
    expect(Math.abs(change)).toBeGreaterThan(0.5);
  });
});

describe('timings', () => {
  it.each([
    [
      () => press(0.004, 0.03, with180(1)),
      'PRESS with TE 34 ms is too short for its pulses: between the 90° pulse and the first 180° pulse 0.6 ms are missing.',
    ],
    [
      () => semiLaser(0.01, with180(1)),
      'sLASER with TE 10 ms is too short for its pulses: between the 90° pulse and the 180° pulse 1 1.35 ms are missing.',
    ],
    [
      () => spinEcho(0.002, with180(1)),
      'A spin echo with TE 2 ms is too short for its pulses: between the 90° pulse and the 180° pulse 1.6 ms are missing.',
    ],
    [() => laser(-0.03), 'LASER needs a TE of 0 ms or more, and -30 ms was given.'],
  ])('are refused in one sentence', (build, message) => {
    expect(build).toThrow(message);
  });
});
