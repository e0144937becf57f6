// Basis sets: macromolecules, resampling against direct simulation, matching, and the round trip through NIfTI-MRS.
import { describe, expect, it } from 'vitest';
import { basisSetToDataset, datasetToBasisSet } from '../../src/core/basis/basisDataset.ts';
import { buildBasisSet } from '../../src/core/basis/buildBasisSet.ts';
import {
  MACROMOLECULE_LINES,
  combinedMacromolecules,
  macromoleculeSignals,
} from '../../src/core/basis/macromolecules.ts';
import { bestBasis, checkBasisMatch, sequenceFamily } from '../../src/core/basis/matching.ts';
import { resampleBasis } from '../../src/core/basis/resampleBasis.ts';
import { press } from '../../src/core/basis/sequences/press.ts';
import type { BasisSet } from '../../src/core/domain/basisSet.ts';
import type { ComplexSignal } from '../../src/core/domain/complexArray.ts';
import { ppmAxis } from '../../src/core/domain/axes.ts';
import { ModelError } from '../../src/core/domain/errors.ts';
import { fidToSpectrum } from '../../src/core/math/fft.ts';
import { readNiftiMrs, writeNiftiMrs } from '../../src/core/formats/niftiMrs.ts';

function build(
  sampling: { dwellTimeS: number; points: number; spectrometerFrequencyMHz?: number },
  metabolites: string[],
) {
  return buildBasisSet({
    id: 'test',
    title: 'Test basis',
    sequence: press(0.011, 0.019),
    spectrometerFrequencyMHz: 123.25,
    linewidthHz: 1,
    macromolecules: 'combined',
    metabolites,
    ...sampling,
  });
}

function largestDifference(a: ComplexSignal, b: ComplexSignal, from = 0, to = a.re.length): number {
  let largest = 0;
  for (let n = from; n < to; n++) largest = Math.max(largest, Math.hypot(a.re[n]! - b.re[n]!, a.im[n]! - b.im[n]!));
  return largest;
}

const METABOLITES = ['NAA', 'Glu', 'Lac', 'Cr'];
const shipped = build({ dwellTimeS: 0.00025, points: 2048 }, METABOLITES);

describe('macromolecules', () => {
  const sampling = { spectrometerFrequencyMHz: 127.73, dwellTimeS: 0.00025, points: 4096 };

  it('has each line at its shift, with its width at half height', () => {
    const [methyl] = macromoleculeSignals(sampling);
    const spectrum = fidToSpectrum(methyl!.fid).re;
    const axis = ppmAxis(4096, 0.00025, 127.73);
    const top = spectrum.indexOf(Math.max(...spectrum));
    expect(axis[top]).toBeCloseTo(0.9, 2);
    const half = Array.from(spectrum).filter((v) => v > spectrum[top]! / 2).length;
    // one spectral point is 0.98 Hz
    expect(Math.abs(half * (1 / (4096 * 0.00025)) - 21)).toBeLessThan(1.5);
    expect(methyl!.fid.re[0]).toBeCloseTo(3, 12);
  });

  it('adds the 17 lines to Mac with the published relative heights', () => {
    const separate = macromoleculeSignals(sampling);
    expect(separate).toHaveLength(17);
    expect(new Set(separate.map((s) => s.name)).size).toBe(17);
    const mac = combinedMacromolecules(sampling);
    const total = separate.reduce((sum, s) => sum + s.fid.re[100]!, 0);
    expect(mac.fid.re[100]).toBeCloseTo(total, 12);
    const heights = separate.map((s) => Math.max(...fidToSpectrum(s.fid).re));
    MACROMOLECULE_LINES.forEach((line, i) => {
      // the first half of the Gaussian is sampled from t = 0: heights agree to the point grid, 2 %
      expect(heights[i]! / heights[16]!).toBeCloseTo(line.height, 1);
    });
  });
});

describe('buildBasisSet', () => {
  it('refuses what makes no sense', () => {
    expect(() => build({ dwellTimeS: 0, points: 10 }, ['NAA'])).toThrow(/dwell time of 0 s/);
    expect(() => build({ dwellTimeS: 1e-3, points: 10 }, ['NAA', 'nacetylaspartate'])).toThrow(/named twice/);
    expect(() => build({ dwellTimeS: 1e-3, points: 10 }, ['Nothing'])).toThrow(ModelError);
  });

  it('reports progress per metabolite', () => {
    const seen: string[] = [];
    buildBasisSet({
      id: 'p',
      title: 'p',
      sequence: press(0.01, 0.02),
      spectrometerFrequencyMHz: 123,
      dwellTimeS: 1e-3,
      points: 8,
      metabolites: ['Cr', 'Gly'],
      linewidthHz: 0,
      macromolecules: 'none',
      onProgress: (_fraction, name) => seen.push(name),
    });
    expect(seen).toEqual(['Cr', 'Gly']);
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

describe('matching', () => {
  const target = { nucleus: '1H', spectrometerFrequencyMHz: 123.2, echoTimeS: 0.03, sequence: 'svs_se_30' };
  const codes = (over: object) => checkBasisMatch(shipped, { ...target, ...over }).map((w) => w.code);

  it('is silent where basis and scan agree', () => {
    expect(codes({})).toEqual([]);
    expect(codes({ echoTimeS: 0.0319 })).toEqual([]);
  });

  it('warns of a field off by 3.5 %, another TE, an unknown TE, another sequence', () => {
    expect(codes({ spectrometerFrequencyMHz: 127.73 })).toEqual(['basis-field-mismatch']);
    expect(codes({ echoTimeS: 0.035 })).toEqual(['basis-echo-time-mismatch']);
    expect(codes({ echoTimeS: null })).toEqual(['basis-echo-time-unknown']);
    expect(codes({ sequence: 'sLASER' })).toEqual(['basis-sequence-mismatch']);
    expect(codes({ sequence: 'unknown protocol' })).toEqual([]);
  });

  it('refuses another nucleus and another class of magnet', () => {
    expect(() => codes({ nucleus: '31P' })).toThrow(/is for 1H, but the data are 31P/);
    expect(() => codes({ spectrometerFrequencyMHz: 297.2 })).toThrow(/6\.98 T/);
  });

  it.each([
    ['svs_se_30', 'PRESS'],
    ['PRESS_35', 'PRESS'],
    ['eja_svs_slaser', 'SLASER'],
    ['semi-LASER', 'SLASER'],
    ['svs_st', 'STEAM'],
    ['MEGA-PRESS', 'MEGA-PRESS'],
    ['mega-slaser', 'MEGA-SLASER'],
    ['csi_se', 'PRESS'],
    ['localizer', null],
  ])('knows %s as %s', (name, family) => expect(sequenceFamily(name)).toBe(family));

  it('chooses the nearest basis', () => {
    const other: BasisSet = { ...shipped, id: 'te35', echoTimeS: 0.035 };
    const philips: BasisSet = { ...shipped, id: 'philips', spectrometerFrequencyMHz: 127.75 };
    expect(bestBasis([other, philips, shipped], target)?.basis.id).toBe('test');
    expect(bestBasis([shipped, philips], { ...target, spectrometerFrequencyMHz: 127.8 })?.basis.id).toBe('philips');
    expect(bestBasis([shipped, other], { ...target, echoTimeS: 0.036 })?.basis.id).toBe('te35');
    expect(bestBasis([shipped], { ...target, nucleus: '31P' })).toBeNull();
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
