// The mean spectrum of a region: aligned, averaged, made a scan; and the spectra of a grid, small.
import { describe, expect, it } from 'vitest';
import { signalAt } from '../../src/core/domain/complexArray.ts';
import { isRegionMean } from '../../src/core/domain/regionMean.ts';
import { bytesOf } from '../../src/core/domain/fileContent.ts';
import { readMrs } from '../../src/core/formats/index.ts';
import { extremesOf } from '../../src/core/math/extremes.ts';
import { fidToSpectrum } from '../../src/core/math/fft.ts';
import { isMeanOf, regionScan } from '../../src/core/pipeline/regionScan.ts';
import { waterFor } from '../../src/core/pipeline/index.ts';
import { voxelsAlone } from '../../src/core/pipeline/voxelPreprocessing.ts';
import { regionMean } from '../../src/core/preprocessing/regionMean.ts';
import { gridSpectra, regionSignal } from '../../src/main/gridSignals.ts';
import {
  addNoise,
  BRAIN,
  contextWith,
  datasetOf,
  POINTS,
  relativeError,
  synthesise,
} from './preprocessingSynthesis.ts';

const SHIFTS_HZ = [-7, -2, 0, 3, 6, 0];
const { stamp } = contextWith();

/** 3 × 2 × 1 voxels of one spectrum, each at its own frequency and phase; the last is silent. */
function grid(noiseSd: number) {
  const fids = SHIFTS_HZ.map((shiftHz, v) =>
    addNoise(synthesise(BRAIN, { shiftHz, phaseRad: 0.4 * v, scale: v === 5 ? 0 : 1 }), v === 5 ? 0 : noiseSd, 7 + v),
  );
  return datasetOf(fids, [], [3, 2, 1]);
}

const peakHeight = ({ re, im }: { re: Float64Array; im: Float64Array }): number => {
  const spectrum = fidToSpectrum({ re, im });
  return spectrum.re.reduce((m, v, i) => Math.max(m, Math.hypot(v, spectrum.im[i] as number)), 0);
};

describe('the mean of a region', () => {
  it('is the spectrum itself where its voxels differ in frequency and phase alone', () => {
    const { mean, used, shiftSdHz } = regionMean(grid(0), [0, 1, 2, 3, 4]);
    expect(used).toEqual([0, 1, 2, 3, 4]);
    // Up to the common frame the mean equals each voxel: its highest line is as high, which no unaligned mean's is.
    expect(peakHeight(mean) / peakHeight(synthesise(BRAIN))).toBeCloseTo(1, 3);
    const plain = synthesise(BRAIN, { scale: 0 });
    for (let v = 0; v < 5; v++) {
      const fid = signalAt(grid(0).data, v);
      for (let n = 0; n < POINTS; n++) {
        plain.re[n]! += fid.re[n]! / 5;
        plain.im[n]! += fid.im[n]! / 5;
      }
    }
    expect(peakHeight(plain) / peakHeight(synthesise(BRAIN))).toBeLessThan(0.7);
    const meanShift = SHIFTS_HZ.slice(0, 5).reduce((a, b) => a + b, 0) / 5;
    const squares = SHIFTS_HZ.slice(0, 5).reduce((s, f) => s + (f - meanShift) ** 2, 0);
    // Noiseless: what is left is how far registration iterates.
    expect(shiftSdHz).toBeCloseTo(Math.sqrt(squares / 4), 2);
  });

  it('averages noise away as the root of the number of voxels', () => {
    const noiseSd = 0.05;
    const { mean } = regionMean(grid(noiseSd), [0, 1, 2, 3, 4]);
    const tail = (x: Float64Array): number => Math.sqrt(x.subarray(POINTS - 400).reduce((s, v) => s + v * v, 0) / 400);
    // 400 samples: the SD is known to 3.5 %, three times that is allowed.
    expect(tail(mean.re) / (noiseSd / Math.sqrt(5))).toBeGreaterThan(0.89);
    expect(tail(mean.re) / (noiseSd / Math.sqrt(5))).toBeLessThan(1.11);
  });

  it('leaves silent voxels out, and counts none twice', () => {
    expect(regionMean(grid(0), [5, 1, 1]).used).toEqual([1]);
  });

  it('refuses a region without signal, voxels outside the grid, and several signals a voxel, in words', () => {
    expect(() => regionMean(grid(0), [5])).toThrow(/No voxel of this region has any signal/);
    expect(() => regionMean(grid(0), [0, 6])).toThrow(/The grid has 6 voxels; the region names number 7/);
    const several = datasetOf([synthesise(BRAIN), synthesise(BRAIN)], [['DIM_DYN', 2]]);
    expect(() => regionMean(several, [0])).toThrow(/one signal a voxel; there are 2/);
  });
});

describe('a region’s mean as a scan', () => {
  const region = { name: 'White/matter “left”', voxels: [0, 3], sourceSha256: 'a'.repeat(64) };
  const made = regionScan(grid(0.01), region, stamp);

  it('is a single voxel without a place that is read back as it was made', () => {
    expect(made.fileName).toBe('White_matter _left_ (2 voxels).nii.gz');
    expect(isRegionMean(made)).toBe(true);
    const read = readMrs([{ name: made.fileName, bytes: bytesOf(made) }]);
    expect(read.data.shape).toEqual([1, 1, 1, POINTS]);
    expect(read.affine).toBeNull();
    expect(read.acquisition.region ?? made.description.region).toBe(region.name);
    const { mean } = regionMean(grid(0.01), region.voxels);
    expect(relativeError(signalAt(read.data, 0), mean)).toBeLessThan(1e-12);
  });

  it('tells in its provenance which region it is, and of no other', () => {
    const read = readMrs([{ name: made.fileName, bytes: bytesOf(made) }]);
    expect(isMeanOf(read, region)).toBe(true);
    expect(isMeanOf(read, { ...region, voxels: [0, 4] })).toBe(false);
    expect(isMeanOf(read, { ...region, name: 'Other' })).toBe(false);
    expect(isMeanOf(read, { ...region, sourceSha256: 'b'.repeat(64) })).toBe(false);
    expect(isMeanOf(grid(0), region)).toBe(false);
  });

  it('takes no scan’s water reference', () => {
    const water = { id: 'w', role: 'water' as const, fileName: 'w.nii', description: made.description };
    const scan = { id: 'r', role: 'metabolite' as const, fileName: 'r.nii', description: made.description };
    expect(waterFor([water], scan)).toBeNull();
    const plain = { ...scan, description: { ...made.description, format: 'nifti-mrs' } };
    expect(waterFor([water], plain)?.id).toBe('w');
  });

  it('is what the window is shown', () => {
    // The region's voxels stand in a row; their numbers are the grid's.
    const shown = regionSignal(voxelsAlone(grid(0.01), [0, 3, 5]), [0, 3, 5]);
    expect(shown.used).toEqual([0, 3]);
    expect(shown.re).toHaveLength(POINTS);
    expect(shown.referencePpm).toBe(4.65);
  });
});

describe('the spectra of some voxels', () => {
  it('are of those voxels, with rising ppm, and show the lines where they are', () => {
    const fids = Array.from({ length: 4 }, (_, v) =>
      synthesise([{ ppm: v < 2 ? 2.01 : 3.03, amplitude: v + 1, widthHz: 6 }]),
    );
    const some = voxelsAlone(datasetOf(fids, [], [2, 1, 2]), [1, 3]);
    const { voxels, points, values } = gridSpectra(some, [1, 3], [4.2, 0.5], 100);
    expect(voxels).toEqual([1, 3]);
    const highest = (i: number): number => {
      const own = values.subarray(i * points, (i + 1) * points);
      return 0.5 + (3.7 * own.indexOf(Math.max(...own))) / (points - 1);
    };
    // To a piece's width.
    expect(Math.abs(highest(0) - 2.01)).toBeLessThan(0.08);
    expect(Math.abs(highest(1) - 3.03)).toBeLessThan(0.08);
  });

  it('refuse a range that they have not', () => {
    expect(() => gridSpectra(grid(0), [0, 1, 2, 3, 4, 5], [90, 80], 64)).toThrow(/no points in this range/);
  });
});

describe('few points of a curve', () => {
  it('hold every piece’s extremes, in their order', () => {
    const curve = [0, 5, -1, 0, 2, 2, 3, -4];
    expect([...extremesOf(curve, 4)]).toEqual([5, -1, 3, -4]);
    expect([...extremesOf([7], 4)]).toEqual([7, 7, 7, 7]);
    const long = Float64Array.from({ length: 1001 }, (_, i) => Math.sin(i / 3));
    long[613] = 9;
    expect(Math.max(...extremesOf(long, 60))).toBe(9);
  });
});
