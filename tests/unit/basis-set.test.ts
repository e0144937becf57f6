// Basis sets: building, resampling against direct simulation, and the round trip through NIfTI-MRS.
import { describe, expect, it } from 'vitest';
import { basisSetToDataset, datasetToBasisSet } from '../../src/core/basis/basisDataset.ts';
import { buildBasisSets, simulateSignals } from '../../src/core/basis/buildBasisSet.ts';
import { resampleBasis } from '../../src/core/basis/resampleBasis.ts';
import type { BasisRequest, SequenceRequest } from '../../src/core/domain/basisRequest.ts';
import type { BasisSet } from '../../src/core/domain/basisSet.ts';
import type { ComplexSignal } from '../../src/core/domain/complexArray.ts';
import { ModelError } from '../../src/core/domain/errors.ts';
import { GABA_EDITING } from '../../src/core/domain/usualProtocol.ts';
import { readNiftiMrs, writeNiftiMrs } from '../../src/core/formats/niftiMrs.ts';
import { buildOne, IDEAL_PRESS, SMALL_REQUEST } from '../fixtures/basisRequests.ts';

function catchError(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
}

const build = (sampling: Partial<BasisRequest>, metabolites: readonly string[]): BasisSet =>
  buildOne({ ...sampling, metabolites, macromolecules: 'chen-17-combined' });

function largestDifference(a: ComplexSignal, b: ComplexSignal, from = 0, to = a.re.length): number {
  let largest = 0;
  for (let n = from; n < to; n++) largest = Math.max(largest, Math.hypot(a.re[n]! - b.re[n]!, a.im[n]! - b.im[n]!));
  return largest;
}

const METABOLITES = ['NAA', 'Glu', 'Lac', 'Cr'];
const shipped = build({ dwellTimeS: 0.00025, points: 2048 }, METABOLITES);

describe('buildBasisSets', () => {
  const sequence = (change: Partial<SequenceRequest>): Partial<BasisRequest> => ({
    sequence: { ...IDEAL_PRESS, ...change },
  });

  it.each<[Partial<BasisRequest>, string]>([
    [{ dwellTimeS: 0 }, "A basis set can't be simulated with a dwell time of 0 s."],
    [{ points: 1.5 }, "A basis set can't be simulated with 1.5 points."],
    [{ spectrometerFrequencyMHz: -1 }, "A basis set can't be simulated with a spectrometer frequency of -1 MHz."],
    [{ linewidthHz: Number.NaN }, "A basis set can't be simulated with a linewidth of NaN Hz."],
    [{ metabolites: [] }, "A basis set can't be simulated with no metabolite."],
    [{ metabolites: ['NAA', 'nacetylaspartate'] }, "A basis set can't be simulated with NAA named twice."],
    [sequence({ echoTimeS: -0.03 }), 'TE must be 0 ms or more, and -30 ms was given.'],
    [sequence({ te1S: 0.04 }), 'TE1 of PRESS must not exceed TE: 40 ms was given with TE 30 ms.'],
    [sequence({ family: 'STEAM' }), 'STEAM needs its mixing time TM.'],
    [sequence({ family: 'MEGA-PRESS', echoTimeS: 0.068 }), 'MEGA-PRESS needs its editing frequencies.'],
    [
      sequence({ spatial: { points: 0, extent: 1 } }),
      'The number of spatial points must be a whole number from 1 to 256, and 0 was given.',
    ],
    [
      sequence({ refocusing: { shape: 'slr', durationS: 0.007, bandwidthHz: 1350 }, echoTimeS: 0.012, te1S: 0.008 }),
      'PRESS with TE 12 ms is too short for its pulses: between the first 180° pulse and the second 180° pulse 1 ms are missing.',
    ],
  ])('refuses %j in one sentence', (change, message) => {
    const broken = catchError(() => buildOne(change));
    expect(broken).toBeInstanceOf(ModelError);
    expect(broken.message).toBe(message);
  });

  it('names the metabolite it does not know, and the sequence', () => {
    expect(() => buildOne({ metabolites: ['Nothing'] })).toThrow(/Nothing/);
    const family = 'EPSI' as SequenceRequest['family'];
    expect(() => buildOne(sequence({ family }))).toThrow(/unknown sequence "EPSI"/);
  });

  it('reports progress per metabolite', () => {
    const seen: string[] = [];
    buildBasisSets({ ...SMALL_REQUEST, metabolites: ['Cr', 'Gly'] }, (_fraction, name) => seen.push(name));
    expect(seen).toEqual(['Cr', 'Gly']);
  });

  it('gives ON, OFF and difference for an edited sequence', () => {
    const sets = buildBasisSets({
      ...SMALL_REQUEST,
      metabolites: ['GABA', 'Cr'],
      macromolecules: 'chen-17-combined',
      sequence: { ...IDEAL_PRESS, family: 'MEGA-PRESS', echoTimeS: 0.068, te1S: 0.0146, editing: GABA_EDITING },
    });
    expect(sets.map((s) => [s.editing, s.signals.length])).toEqual([
      ['on', 3],
      ['off', 3],
      ['difference', 2],
    ]);
    const [on, off, difference] = sets.map((s) => s.signals[0]!.fid);
    expect(difference!.re[7]).toBeCloseTo(on!.re[7]! - off!.re[7]!, 12);
    expect(new Set(sets.map((s) => s.id)).size).toBe(3);
  });

  it('subtracts a correction term', () => {
    const basis = buildOne({ metabolites: ['-CrCH2', 'Cr'] });
    expect(basis.signals[0]!.kind).toBe('correction');
    expect(basis.signals[0]!.fid.re[0]).toBeCloseTo(-2, 9);
  });

  it('stops where a checkpoint throws', () => {
    const stop = new Error('stop');
    const request = {
      ...SMALL_REQUEST,
      sequence: { ...IDEAL_PRESS, refocusing: { shape: 'slr', durationS: 0.0044, bandwidthHz: 1310 } as const },
    };
    expect(() =>
      simulateSignals(request, 'Glu', () => {
        throw stop;
      }),
    ).toThrow(stop);
  });
});

describe('resampleBasis', () => {
  it('returns the same object where nothing changes, and cuts exactly where only the length does', () => {
    expect(resampleBasis(shipped, shipped)).toBe(shipped);
    const cut = resampleBasis(shipped, { ...shipped, points: 512 });
    expect(largestDifference(cut.signals[1]!.fid, shipped.signals[1]!.fid, 0, 512)).toBe(0);
  });

  it.each([
    [0.0005, 1024],
    [0.0008333, 512],
    [0.0003, 1500],
    [0.0002, 2048],
  ])('equals direct simulation at a dwell time of %f s', (dwellTimeS, points) => {
    const resampled = resampleBasis(shipped, { dwellTimeS, points, spectrometerFrequencyMHz: 123.25 });
    const direct = build({ dwellTimeS, points }, METABOLITES);
    resampled.signals.forEach((signal, i) => {
      // oversampled by ≥ 2.8 with 32 samples the kernel errs by < 1e-5 of the signal, at the very ends too
      expect(largestDifference(signal.fid, direct.signals[i]!.fid)).toBeLessThan(1e-4);
    });
  });

  it('keeps lines at their ppm when the field differs', () => {
    const to = { dwellTimeS: 0.0005, points: 1024, spectrometerFrequencyMHz: 123.25 * 1.002 };
    const resampled = resampleBasis(shipped, to);
    const direct = build(to, METABOLITES);
    const creatine = METABOLITES.indexOf('Cr');
    // a singlet: only its 1 Hz width scales along, by 0.2 %; the old signal ends 0.2 % before the new one
    expect(largestDifference(resampled.signals[creatine]!.fid, direct.signals[creatine]!.fid, 0, 1021)).toBeLessThan(
      0.01,
    );
    const glutamate = METABOLITES.indexOf('Glu');
    // couplings scale along too: 0.2 % of ~15 Hz over the 0.1 s in which in vivo signals live; 5 protons
    expect(largestDifference(resampled.signals[glutamate]!.fid, direct.signals[glutamate]!.fid, 0, 200)).toBeLessThan(
      0.1,
    );
    expect(resampled.spectrometerFrequencyMHz).toBe(to.spectrometerFrequencyMHz);
  });

  it('is zero beyond the end of the old signals', () => {
    const longer = resampleBasis(shipped, { dwellTimeS: 0.0005, points: 2048, spectrometerFrequencyMHz: 123.25 });
    expect(longer.signals[0]!.fid.re[1023]).not.toBe(0);
    expect(Math.max(...longer.signals[0]!.fid.re.subarray(1024).map(Math.abs))).toBe(0);
  });

  it('refuses an impossible sampling', () => {
    expect(() => resampleBasis(shipped, { dwellTimeS: 0, points: 8, spectrometerFrequencyMHz: 123 })).toThrow(
      ModelError,
    );
  });
});

describe('basis file', () => {
  it('comes back from NIfTI-MRS as it was', () => {
    const bytes = writeNiftiMrs(basisSetToDataset(shipped), { precision: 'complex128' });
    const back = datasetToBasisSet(readNiftiMrs(bytes, 'basis.nii.gz'), 'basis.nii.gz', 'ab');
    expect({ ...back, signals: [] }).toEqual({ ...shipped, signals: [], sha256: 'ab' });
    expect(back.signals.map((s) => [s.name, s.kind])).toEqual(shipped.signals.map((s) => [s.name, s.kind]));
    back.signals.forEach((s, i) => expect(largestDifference(s.fid, shipped.signals[i]!.fid)).toBe(0));
  });

  it('refuses a scan', () => {
    const dataset = basisSetToDataset(shipped);
    const unnamed = { ...dataset, dimensions: [{ ...dataset.dimensions[0]!, header: null }] };
    expect(() => datasetToBasisSet(unnamed, 'scan.nii.gz', '')).toThrow(/scan\.nii\.gz is not a basis set/);
    expect(() => datasetToBasisSet({ ...dataset, dimensions: [] }, 'scan.nii.gz', '')).toThrow(ModelError);
  });
});
