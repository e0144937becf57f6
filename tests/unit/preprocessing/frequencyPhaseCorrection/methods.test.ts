// Truth: transients of known offsets. Without noise the methods find them to their own resolution; with noise the bound is the
// Cramér–Rao bound of a known signal.
import { describe, expect, it } from 'vitest';
import { CancelledError, ProcessingError } from '../../../../src/core/domain/errors.ts';
import { CLASSICAL_METHODS } from '../../../../src/core/preprocessing/frequencyPhaseCorrection/classicalMethods.ts';
import { coarseAlignment } from '../../../../src/core/preprocessing/frequencyPhaseCorrection/coarseAlignment.ts';
import { CREATINE_FIT } from '../../../../src/core/preprocessing/frequencyPhaseCorrection/creatineFit.ts';
import type { FpcMethodId } from '../../../../src/core/preprocessing/frequencyPhaseCorrection/method.ts';
import { quietReference } from '../../../../src/core/preprocessing/frequencyPhaseCorrection/quietReference.ts';
import { RATS } from '../../../../src/core/preprocessing/frequencyPhaseCorrection/rats.ts';
import { ROBUST_REGISTRATION } from '../../../../src/core/preprocessing/frequencyPhaseCorrection/robustRegistration.ts';
import { SPECTRAL_REGISTRATION } from '../../../../src/core/preprocessing/frequencyPhaseCorrection/spectralRegistrationMethods.ts';
import { WATER_PEAK } from '../../../../src/core/preprocessing/frequencyPhaseCorrection/waterPeak.ts';
import { addNoise, BRAIN, DWELL_S, synthesise } from '../../preprocessingSynthesis.ts';
import { drawnOffsets, errorsOf, NEVER, OPTIONS, setOf, unstableWater } from './transients.ts';

const DEG = Math.PI / 180;

/** Largest errors without noise: [Hz, °], and what sets them. */
const WITHOUT_NOISE: Readonly<Record<string, readonly [number, number]>> = {
  // the 3e-3 Hz at which the fit stops
  'robust-sr': [0.004, 0.05],
  // least squares ends at the truth
  rats: [0.001, 0.01],
  sr: [0.001, 0.01],
  srf: [0.001, 0.01],
  // the neighbours of creatine, which are no polynomial: the same bias in each
  crr: [0.3, 5],
  // a parabola through three points of a Lorentzian line, 1 Hz apart
  corr: [0.02, 0.2],
  corrf: [0.02, 0.2],
};

/** Cramér–Rao bound of frequency and phase at t = 0 of the brain's lines. */
function bounds(noiseSd: number): { shiftHz: number; phaseRad: number } {
  const s = synthesise(BRAIN);
  let [e, et, ett] = [0, 0, 0];
  for (let n = 0; n < s.re.length; n++) {
    const p = s.re[n]! ** 2 + s.im[n]! ** 2;
    const w = 2 * Math.PI * n * DWELL_S;
    e += p;
    et += p * w;
    ett += p * w * w;
  }
  const det = e * ett - et * et;
  return { shiftHz: noiseSd * Math.sqrt(e / det), phaseRad: noiseSd * Math.sqrt(ett / det) };
}

describe('every classical method', () => {
  const truth = drawnOffsets(1, 12);

  it.each(CLASSICAL_METHODS.filter((m) => m.id !== 'water-peak').map((m) => [m.id, m] as const))(
    '%s recovers ±40 Hz and ±180° without noise',
    (id, method) => {
      const errors = errorsOf(method.estimateNow(setOf(truth, 0), OPTIONS, NEVER), truth);
      const [hz, deg] = WITHOUT_NOISE[id]!;
      expect(errors.shiftHz).toBeLessThan(hz);
      expect(errors.phaseRad).toBeLessThan(deg * DEG);
    },
  );

  it('water-peak follows a stable water line', () => {
    const water = [{ ppm: 4.66, amplitude: 6, widthHz: 8 }];
    const errors = errorsOf(
      WATER_PEAK.estimateNow(
        setOf(truth, 0.05, () => water),
        OPTIONS,
        NEVER,
      ),
      truth,
    );
    // a parabola through logarithms of points half a Hz apart
    expect(errors.shiftHz).toBeLessThan(0.1);
    expect(errors.phaseRad).toBeLessThan(2 * DEG);
  });

  it('water-peak says where there is no water', () => {
    const estimate = WATER_PEAK.estimateNow(setOf(truth, 0.3), OPTIONS, NEVER);
    expect(estimate.warnings.map((w) => w.code)).toEqual(['water-peak-missing']);
  });

  it('is a list of different methods that name their source, whose promise gives the same', async () => {
    const ids: FpcMethodId[] = CLASSICAL_METHODS.map((m) => m.id);
    expect(new Set(ids).size).toBe(8);
    expect(CLASSICAL_METHODS.every((m) => m.citation.includes('doi:'))).toBe(true);
    const set = setOf(truth, 0.1);
    const later = await RATS.estimate(set, OPTIONS, { cancellation: NEVER, models: null });
    expect(later).toEqual(RATS.estimateNow(set, OPTIONS, NEVER));
  });

  it('stops when cancelled and refuses empty transients in words', () => {
    const cancelled = {
      isCancelled: () => true,
      throwIfCancelled: () => {
        throw new CancelledError();
      },
    };
    const zero = {
      ...setOf(truth, 0),
      signals: [new Float64Array(2048), new Float64Array(2048)].map((re) => ({ re, im: re })),
    };
    for (const method of CLASSICAL_METHODS) {
      expect(() => method.estimateNow(setOf(truth, 0.1), OPTIONS, cancelled)).toThrow(CancelledError);
    }
    expect(() => ROBUST_REGISTRATION.estimateNow(zero, OPTIONS, NEVER)).toThrow(ProcessingError);
    const narrow = { ...OPTIONS, ppmRange: [3, 3.01] as const };
    expect(() => RATS.estimateNow(setOf(truth, 0.1), narrow, NEVER)).toThrow(/needs at least \d+ spectral points/);
  });
});

describe('robust spectral registration', () => {
  it('reaches the Cramér–Rao bound', () => {
    const truth = drawnOffsets(2, 64);
    const noiseSd = 0.25;
    const errors = errorsOf(ROBUST_REGISTRATION.estimateNow(setOf(truth, noiseSd), OPTIONS, NEVER), truth);
    const bound = bounds(noiseSd);
    // an rms over 64 scatters by 9 %, the reference adds 1 %: 1.3 is three of those and more
    expect(errors.shiftHz).toBeLessThan(1.3 * bound.shiftHz);
    expect(errors.phaseRad).toBeLessThan(1.3 * bound.phaseRad);
    expect(errors.shiftHz).toBeGreaterThan(0.7 * bound.shiftHz);
  });

  it('keeps it beside unstable water, which misleads plain registration', () => {
    const truth = drawnOffsets(3, 48);
    const noiseSd = 0.25;
    const set = setOf(truth, noiseSd, unstableWater(700, 6));
    const robust = ROBUST_REGISTRATION.estimateNow(set, OPTIONS, NEVER);
    const errors = errorsOf(robust, truth);
    // water's own four parameters and its smaller weight cost less than half of the bound
    expect(errors.shiftHz).toBeLessThan(1.5 * bounds(noiseSd).shiftHz);
    expect(errors.phaseRad).toBeLessThan(1.5 * bounds(noiseSd).phaseRad);
    expect(Number(robust.details['nuisanceLines'])).toBeGreaterThan(30);
    const plain = errorsOf(SPECTRAL_REGISTRATION.estimateNow(set, OPTIONS, NEVER), truth);
    expect(plain.shiftHz).toBeGreaterThan(3 * errors.shiftHz);
  });

  it('gives a spoilt transient little weight and is not moved by it', () => {
    const truth = drawnOffsets(4, 24, 10);
    const set = setOf(truth, 0.1);
    const spoilt = addNoise(synthesise([{ ppm: 2.6, amplitude: 8, widthHz: 12 }]), 0.1, 77);
    const signals = set.signals.map((s, k) => (k === 5 ? spoilt : s));
    const estimate = ROBUST_REGISTRATION.estimateNow({ ...set, signals }, OPTIONS, NEVER);
    expect(estimate.offsets[5]!.weight).toBeLessThan(0.1);
    const keep = truth.map((_, k) => k).filter((k) => k !== 5);
    const errors = errorsOf(
      { ...estimate, offsets: keep.map((k) => estimate.offsets[k]!) },
      keep.map((k) => truth[k]!),
    );
    expect(errors.shiftHz).toBeLessThan(1.5 * bounds(0.1).shiftHz);
  });
});

describe('the pieces', () => {
  it('coarse alignment is good to a point of the spectrum, unstable water or not', () => {
    const truth = drawnOffsets(5, 32);
    const set = setOf(truth, 0.2, unstableWater(800, 10));
    const { offsets } = coarseAlignment(set, 40, NEVER);
    const errors = errorsOf({ offsets, frame: 'relative', details: {}, warnings: [] }, truth);
    // points are 2 Hz apart: uniform errors of ±1 Hz have an rms of 0.6
    expect(errors.shiftHz).toBeLessThan(0.8);
    expect(errors.phaseRad).toBeLessThan(12 * DEG);
  });

  it('the creatine fit is absolute, and doubtful where there is no creatine', () => {
    const truth = drawnOffsets(6, 8, 15).map((t) => ({ ...t, shiftHz: t.shiftHz + 10 }));
    const estimate = CREATINE_FIT.estimateNow(setOf(truth, 0.02), OPTIONS, NEVER);
    expect(estimate.frame).toBe('absolute');
    expect(estimate.offsets[0]!.shiftHz).toBeCloseTo(truth[0]!.shiftHz, 0);
    expect(estimate.warnings).toEqual([]);
    const noise = { ...setOf(truth, 0), signals: truth.map((_, k) => addNoise(synthesise([]), 1, 40 + k)) };
    expect(CREATINE_FIT.estimateNow(noise, OPTIONS, NEVER).warnings.map((w) => w.code)).toEqual(['creatine-weak']);
  });

  it('a quiet reference ends with its signal and leaves what is far above the noise', () => {
    const signal = synthesise(BRAIN);
    const noisy = addNoise({ re: signal.re.slice(), im: signal.im.slice() }, 0.05, 3);
    const quiet = quietReference(noisy);
    // Σa·e^{−πwt} of 6 Hz lines falls below the noise's rms of 0.07 within 0.2 s
    expect(quiet.re.length).toBeLessThan(1200);
    expect(quiet.re.length).toBeGreaterThan(300);
    expect(quiet.re[10]! / noisy.re[10]!).toBeGreaterThan(0.99);
  });

  it('warns where a transient lies at the edge of the search', () => {
    const truth = [0, 0, 0, 0, 0, 11].map((shiftHz) => ({ shiftHz, phaseRad: 0 }));
    const estimate = RATS.estimateNow(setOf(truth, 0.02), { ...OPTIONS, maximumShiftHz: 10 }, NEVER);
    expect(estimate.warnings.map((w) => w.code)).toEqual(['alignment-at-limit']);
  });
});
