// NIfTI-MRS reader on the public real files: shapes, dwell, frequency, geometry and the direction of the frequency axis.
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ppmAxis } from '../../src/core/domain/axes.ts';
import { signalAt } from '../../src/core/domain/complexArray.ts';
import type { JsonObject, JsonValue } from '../../src/core/domain/json.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { pointCount, voxelSizeMm } from '../../src/core/domain/mrsDataset.ts';
import { deidentify } from '../../src/core/formats/deidentify.ts';
import { describeNiftiImage, niftiIntensityRange } from '../../src/core/formats/niftiImage.ts';
import type { NiftiHeader } from '../../src/core/formats/niftiHeader.ts';
import { readNiftiHeader } from '../../src/core/formats/niftiHeader.ts';
import { readNiftiMrs, writeNiftiMrs } from '../../src/core/formats/niftiMrs.ts';
import { parseHeaderJson } from '../../src/core/formats/niftiMrsHeader.ts';
import { fidToSpectrum } from '../../src/core/math/fft.ts';
import { dataAvailable, realFile } from '../fixtures/realData.ts';

const read = (path: string, options = {}): MrsDataset => {
  const { name, bytes } = realFile(path);
  return readNiftiMrs(bytes, name, options);
};

/** Place of the largest magnitude between two shifts, of the first FID. [ppm] */
function peakPpm(dataset: MrsDataset, low: number, high: number): number {
  const spectrum = fidToSpectrum(signalAt(dataset.data, 0));
  const axis = ppmAxis(pointCount(dataset), dataset.dwellTimeS, dataset.spectrometerFrequencyMHz);
  let best = -1;
  axis.forEach((ppm, i) => {
    if (ppm < low || ppm > high) return;
    const size = (j: number): number => Math.hypot(spectrum.re[j] as number, spectrum.im[j] as number);
    if (best < 0 || size(i) > size(best)) best = i;
  });
  return axis[best] as number;
}

/** The sform floats straight from the file. */
function rawSform(path: string): number[] {
  let { bytes } = realFile(path);
  if (bytes[0] === 0x1f) bytes = new Uint8Array(gunzipSync(bytes));
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const first = view.getInt32(0, true) === 348;
  return Array.from({ length: 12 }, (_, i) =>
    first ? view.getFloat32(280 + 4 * i, true) : view.getFloat64(400 + 8 * i, true),
  );
}

const extensionJson = (header: NiftiHeader): JsonObject => {
  const extension = header.extensions.find((e) => e.code === 44);
  return parseHeaderJson(Buffer.from(extension?.data ?? []).toString('utf8'), 'file');
};

const TOOLS = 'nifti_mrs_tools';
const PREGAME = 'pregame_dwmrs';
const OSPREY = 'osprey_in_pregame/nifti-mrs/derivatives/NIfTIMRS/sub-01_ses-01_mrs_sub-01_ses-01_SVS';

const FILES: readonly [string, number[], string[], number, number, number | null][] = [
  [`${TOOLS}/metab.nii.gz`, [1, 1, 1, 4095], [], 8.33e-5, 297.219948, 0.011],
  [`${TOOLS}/metab_int_freq.nii.gz`, [1, 1, 1, 4095], [], 8.33e-5, 297, 0.011],
  [`${TOOLS}/ecc.nii.gz`, [1, 1, 1, 4, 4096], ['DIM_COIL'], 8.33e-5, 297.219948, 0.011],
  [`${TOOLS}/metab_raw.nii.gz`, [1, 1, 1, 4, 16, 4096], ['DIM_COIL', 'DIM_DYN'], 8.33e-5, 297.219948, 0.011],
  [`${TOOLS}/wref_raw.nii.gz`, [1, 1, 1, 4, 2, 4096], ['DIM_COIL', 'DIM_DYN'], 8.33e-5, 297.219948, 0.011],
  [`${TOOLS}/quant_raw.nii.gz`, [1, 1, 1, 4, 2, 4096], ['DIM_COIL', 'DIM_DYN'], 8.33e-5, 297.219948, 0.011],
  [`${PREGAME}/InVivo-Data/Data1/nifti/metab.nii.gz`, [1, 1, 1, 24, 10, 1024], ['DIM_DYN', 'DIM_USER_0'], 1 / 3000, 298.062213, 0.04],
  [`${PREGAME}/InVivo-Data/Data1/nifti/water.nii.gz`, [1, 1, 1, 4, 10, 1024], ['DIM_DYN', 'DIM_USER_0'], 1 / 3000, 298.062212, 0.04],
  [`${PREGAME}/Synthetic-Data/nifti/synthetic.nii.gz`, [1, 1, 1, 32, 9, 1024], ['DIM_DYN', 'DIM_USER_0'], 1 / 3000, 298.062497, 0.045],
  [`${PREGAME}/Synthetic-Data/nifti/original.nii.gz`, [1, 1, 1, 32, 9, 1024], ['DIM_DYN', 'DIM_USER_0'], 1 / 3000, 298.062497, 0.045],
  ['osprey/exampledata/nifti-mrs/sub-01/ses-01/mrs/sub-01_ses-01_SVS-ref.nii.gz', [1, 1, 1, 32, 2048], ['DIM_COIL'], 0.0001666, 297.219948, 0.011],
  [`${OSPREY}_A.nii.gz`, [1, 1, 1, 2048], [], 0.0001666, 297.219948, 0.011],
  [`${OSPREY}-ref_REF.nii.gz`, [1, 1, 1, 2048], [], 0.0001666, 297.219948, 0.011],
]; // prettier-ignore

describe.skipIf(!dataAvailable)('NIfTI-MRS on real files (needs shared/data)', () => {
  it.each(FILES)('%s', (path, shape, tags, dwell, frequency, echoTime) => {
    const dataset = read(path);
    expect(dataset.data.shape).toEqual(shape);
    expect(dataset.dimensions.map((d) => d.tag)).toEqual(tags);
    expect(dataset.dwellTimeS).toBe(dwell);
    expect(dataset.spectrometerFrequencyMHz).toBe(frequency);
    expect(dataset.acquisition.echoTimeS).toBe(echoTime);
    expect(dataset.nucleus).toBe('1H');
    expect(dataset.affine).toEqual([...rawSform(path), 0, 0, 0, 1]);
    const again = readNiftiMrs(writeNiftiMrs(dataset), 'again.nii.gz');
    // Warnings concern the first file (no time unit, stale tags); everything else comes back bit by bit.
    const { data: data1, warnings: w1, ...rest1 } = dataset;
    const { data: data2, warnings: w2, ...rest2 } = again;
    expect(rest2).toEqual(rest1);
    expect(w2.length).toBeLessThanOrEqual(w1.length);
    expect(data2.shape).toEqual(data1.shape);
    for (const part of ['re', 'im'] as const) {
      expect(Buffer.compare(Buffer.from(data2[part].buffer), Buffer.from(data1[part].buffer))).toBe(0);
    }
  });

  it.each(FILES)('%s: data bytes and header JSON come back the same', (path) => {
    const { name, bytes } = realFile(path);
    const written = writeNiftiMrs(readNiftiMrs(bytes, name), { compress: false });
    const [given, again] = [readNiftiHeader(bytes, name), readNiftiHeader(written, 'again.nii')];
    // Trailing dimensions of one element that no tag names are not written; the samples are the same bytes.
    const samples = (header: NiftiHeader): Buffer => Buffer.from(header.bytes.subarray(header.dataOffset));
    expect(Buffer.compare(samples(again), samples(given))).toBe(0);
    const [before, after] = [extensionJson(given), extensionJson(again)];
    // A list for each spectral axis is what the standard asks; some files give a bare value.
    for (const key of ['SpectrometerFrequency', 'ResonantNucleus']) before[key] = [before[key]].flat() as JsonValue;
    // Tags of dimensions that the data don't have say nothing (osprey's stale tags).
    const higher = given.dims.slice(5, 1 + (given.dims[0] as number)).length;
    for (const n of [5, 6, 7].filter((d) => d - 4 > higher)) delete before[`dim_${n}`];
    // Dicts written as text become JSON objects.
    for (const n of [5, 6, 7])
      if (typeof before[`dim_${n}_header`] === 'string')
        before[`dim_${n}_header`] = after[`dim_${n}_header`] as JsonValue;
    expect(after).toEqual(before);
  });

  it('has NAA on the right side of water (2.01 ppm; ±0.03, the referencing of an unfitted in vivo scan)', () => {
    const dataset = read(`${TOOLS}/metab.nii.gz`);
    expect(Math.abs(peakPpm(dataset, 1.8, 2.2) - 2.01)).toBeLessThan(0.03);
    // The mirror image would put nothing there: the largest line of the whole upfield half is NAA or water.
    const upfield = peakPpm(dataset, 0.5, 4.2);
    const mirrored = { ...dataset, data: { ...dataset.data, im: dataset.data.im.map((v) => -v) } };
    expect(Math.abs(upfield - 2.01)).toBeLessThan(0.03);
    expect(Math.abs(peakPpm(mirrored, 0.5, 4.2) - 2.01)).toBeGreaterThan(0.1);
  });

  it('warns of the stale tags of osprey’s file, and keeps its further header keys', () => {
    const dataset = read(`${OSPREY}_A.nii.gz`);
    expect(dataset.warnings.filter((w) => w.code === 'stale-dimension-tag')).toHaveLength(2);
    expect(dataset.header['TxOffset']).toBe(-2);
    expect(dataset.provenance[0]).toMatchObject({ program: 'spec2nii v0.3.4+4.g981edc5.dirty' });
  });

  it('leaves nothing of the patient in a de-identified copy', () => {
    const dataset = read(`${TOOLS}/metab.nii.gz`);
    expect(dataset.patient.name).not.toBeNull();
    const text = Buffer.from(writeNiftiMrs(deidentify(dataset), { compress: false })).toString('latin1');
    for (const secret of [dataset.patient.name, dataset.patient.birthDate, 'meas_MID310', '18928', 'Investigational']) {
      expect(text).not.toContain(secret as string);
    }
    expect(text).toContain('STEAM_metab');
  });

  it('keeps the dimension headers of the diffusion series', () => {
    const [, user] = read(`${PREGAME}/InVivo-Data/Data1/nifti/metab.nii.gz`).dimensions;
    expect(user?.info).toBe('Variable b values (4) and directions (3)');
    expect(user?.header?.['Bval']).toEqual([0, 907, 907, 907, 2155, 2155, 2155, 3956, 3956, 3956]);
  });

  it('refuses NIfTI without the MRS header in words, and reads it with the values given', () => {
    const path = 'dcm_qa_spec/Ref/svs_se_30.nii';
    expect(() => read(path)).toThrow(/spectrometer frequency/);
    const dataset = read(path, { spectrometerFrequencyMHz: 297.2, dimensionTags: ['DIM_DYN'] });
    expect(dataset.data.shape).toEqual([1, 1, 1, 64, 1024]);
    expect(dataset.dwellTimeS).toBe(Math.fround(0.0005));
    expect(dataset.affine).toEqual([...rawSform(path), 0, 0, 0, 1]);
  });

  it('calls a T1 image an image, and describes it', () => {
    const path =
      'osprey/exampledata/sdat/UnEdited_with_MM_data/sub-01/ses-01/anat/sub-01_ses-01_T1w_scanner-space_FSL-skull-stripped.nii.gz';
    expect(() => read(path)).toThrow(/image/);
    const { name, bytes } = realFile(path);
    const image = describeNiftiImage(bytes, name);
    // Its sform code is 0, so the qform holds: columns as long as the voxel's edges (float32 quaternion: 1e-6).
    const size = voxelSizeMm(image.affine);
    [0.9375, 0.9375, 1].forEach((mm, i) => expect(size?.[i]).toBeCloseTo(mm, 1));
    expect(image.affine?.slice(0, 12)).not.toEqual(rawSform(path));
    expect(image.volumes).toBe(1);
    const range = niftiIntensityRange(bytes, name);
    expect(range?.[0]).toBeLessThan(range?.[1] as number);
    const mrs = realFile(`${TOOLS}/metab.nii.gz`);
    expect(() => describeNiftiImage(mrs.bytes, mrs.name)).toThrow(/MRS data/);
  });
});
