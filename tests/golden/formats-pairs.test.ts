// Readers on the public real files: exact pairs of one scan in several formats, and every basis set.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBasisFiles } from '../../src/core/basis/files/index.ts';
import type { FileBasisSet } from '../../src/core/basis/files/index.ts';
import { ppmAxis } from '../../src/core/domain/axes.ts';
import type { Samples } from '../../src/core/domain/complexArray.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { readMrs, readScan } from '../../src/core/formats/index.ts';
import type { ReadOptions } from '../../src/core/formats/index.ts';
import { fidToSpectrum } from '../../src/core/math/fft.ts';
import { DATA_FOLDER, dataAvailable, realFile } from '../fixtures/realData.ts';

const read = (paths: string[], options: ReadOptions = {}): MrsDataset => readMrs(paths.map(realFile), options);

/** Largest |a − b| of two equally long arrays. */
function largest(a: Samples, b: Samples): number {
  expect(a.length).toBe(b.length);
  let worst = 0;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs((a[i] as number) - (b[i] as number)));
  return worst;
}

const PREGAME = 'pregame_dwmrs';
const INVIVO = `${PREGAME}/InVivo-Data/Data1/InVivoData1^X^^^_DWS_invivo_3b_+b0`;
const SYNTHETIC = `${PREGAME}/Synthetic-Data`;

describe.skipIf(!dataAvailable)('exact pairs (needs shared/data)', () => {
  it.each([
    [`${INVIVO}_Metab_raw_act_tot`, `${PREGAME}/InVivo-Data/Data1/nifti/metab.nii.gz`, 24, 10],
    [`${INVIVO}_Water_raw_act_tot`, `${PREGAME}/InVivo-Data/Data1/nifti/water.nii.gz`, 4, 10],
    [`${SYNTHETIC}/SyntheticData^X^^^_DWS_b9_nsa32_raw_act`, `${SYNTHETIC}/nifti/synthetic.nii.gz`, 32, 9],
    [`${SYNTHETIC}/OriginalData^X^^^_DWS_b9_nsa32_raw_act`, `${SYNTHETIC}/nifti/original.nii.gz`, 32, 9],
  ])('%s is its NIfTI-MRS, sample by sample', (sdatStem, nifti, averages, b) => {
    const sdat = read([`${sdatStem}.SDAT`, `${sdatStem}.SPAR`]);
    const reference = read([nifti]);
    // Row average·b + j of the SDAT is [average, j] of the NIfTI: C order, so the arrays agree as they stand.
    expect(reference.data.shape).toEqual([1, 1, 1, averages, b, 1024]);
    expect(largest(sdat.data.re, reference.data.re)).toBe(0);
    expect(largest(sdat.data.im, reference.data.im)).toBe(0);
    expect(sdat.dwellTimeS).toBeCloseTo(reference.dwellTimeS, 15);
    expect(sdat.spectrometerFrequencyMHz).toBe(reference.spectrometerFrequencyMHz);
    expect(sdat.acquisition.echoTimeS).toBe(reference.acquisition.echoTimeS);
    // These NIfTI files are by spec2nii 0.3.4, which turned about the axes in the reverse order (put right in its 0.6.11):
    // 4.1e-5 mm with the small angles here. formats-philips.test.ts holds the affines to a version with the right order.
    reference.affine?.forEach((v, i) => expect(Math.abs((sdat.affine?.[i] ?? NaN) - v)).toBeLessThan(1e-4));
  });

  const OSPREY = 'osprey_in_pregame/sdat/UnEdited/derivatives';
  const RAW = `${OSPREY}/LCModelFiles/metabs/mrs_sub-01_ses-01_press_sub-01_PRESS_35_act_LCM_A.RAW`;

  it('LCModel RAW, jMRUI text and SDAT of one processed scan agree', () => {
    const raw = read([RAW]);
    const jmrui = read([`${OSPREY}/jMRUIFiles/mrs_sub-01_ses-01_press_sub-01_PRESS_35_act_jMRUI_A.TXT`]);
    const stem = `${OSPREY}/SDATFiles/ses-01_mrs_sub-01_ses-01_press_sub-01_PRESS_35_act_A`;
    const spar = realFile(
      'osprey/exampledata/sdat/UnEdited/sub-01/ses-01/mrs/sub-01_ses-01_press/sub-01_PRESS_35_act.spar',
    );
    const sdat = readMrs([realFile(`${stem}.SDAT`), spar]);
    // jMRUI has 8 decimals, RAW 7 digits of values below 0.1: together 1e-8.
    expect(largest(raw.data.re, jmrui.data.re)).toBeLessThan(1e-8);
    expect(largest(raw.data.im, jmrui.data.im)).toBeLessThan(1e-8);
    expect(largest(raw.data.re, sdat.data.re)).toBeLessThan(1e-7);
    expect(largest(raw.data.im, sdat.data.im)).toBeLessThan(1e-7);
    expect(jmrui.dwellTimeS).toBe(raw.dwellTimeS);
  });

  it('the converter’s own RAW and jMRUI examples agree', () => {
    const raw = read(['spec2nii_history/metab.RAW']);
    const jmrui = read(['spec2nii_history/metab_jmrui.txt']);
    expect(largest(raw.data.re, jmrui.data.re)).toBe(0);
    expect(largest(raw.data.im, jmrui.data.im)).toBe(0);
    expect(raw.warnings.map((w) => w.code)).toContain('dwell-time-rounded');
  });

  it('the challenge’s text is its LCModel RAW and H2O', () => {
    const options = { spectrometerFrequencyMHz: 123.2, dwellTimeS: 0.00025, echoTimeS: 0.03 };
    const scan = readScan([realFile('ismrm_fitting_challenge/datasets_text/dataset1.txt')], options);
    const folder = 'lcmodel_runs/ismrm_challenge';
    const raw = read([`${folder}/d1.RAW`, `${folder}/d1.control`]);
    const water = read([`${folder}/d1.H2O`, `${folder}/d1.control`]);
    // The text's first metabolite point is halved (its water's is not), the RAW's is not; the RAW has 7 digits (5e-7 of the first point).
    for (const [text, lcmodel, factor] of [
      [scan.dataset, raw, 2],
      [scan.water as MrsDataset, water, 1],
    ] as const) {
      const first = lcmodel.data.re[0] as number;
      expect(Math.abs(factor * (text.data.re[0] as number) - first)).toBeLessThan(1e-6 * first);
      expect(largest(text.data.re.slice(1), lcmodel.data.re.slice(1))).toBeLessThan(5e-7 * first);
      expect(largest(text.data.im.slice(1), lcmodel.data.im.slice(1))).toBeLessThan(5e-7 * first);
    }
  });

  it('reads ten voxels in one file by their control file', () => {
    const folder = 'lcmodel_runs/multi_voxel_10';
    const dataset = read([`${folder}/multi-voxel.met`, `${folder}/control.file`]);
    expect(dataset.data.shape).toEqual([10, 1, 1, 512]);
    expect(dataset.dwellTimeS).toBe(8e-4);
    expect(dataset.spectrometerFrequencyMHz).toBe(123.23);
    expect(dataset.acquisition.echoTimeS).toBeCloseTo(0.0156, 12);
  });

  it('puts right an echo time divided by 1000 twice, and says so', () => {
    const folder = 'osprey_in_pregame/nifti-mrs/derivatives/LCModelFiles/metabs';
    const dataset = read([`${folder}/ses-01_mrs_sub-01_ses-01_SVS.nii_LCM_A.RAW`]);
    expect(dataset.warnings.map((w) => w.code)).toContain('echo-time-corrected');
    expect(dataset.acquisition.echoTimeS).toBeCloseTo(0.01, 12);
  });
});

/** Place of a signal's largest line between two shifts. [ppm] */
function peakPpm(basis: FileBasisSet, name: string, low: number, high: number): number | null {
  const signal = basis.signals.find((s) => s.name === name);
  if (signal === undefined) return null;
  const spectrum = fidToSpectrum(signal.fid);
  const axis = ppmAxis(basis.points, basis.dwellTimeS, basis.spectrometerFrequencyMHz);
  let best = { ppm: NaN, size: -1 };
  axis.forEach((ppm, i) => {
    const size = Math.hypot(spectrum.re[i] as number, spectrum.im[i] as number);
    if (ppm >= low && ppm <= high && size > best.size) best = { ppm, size };
  });
  return best.ppm;
}

const basisPaths = dataAvailable
  ? readdirSync(DATA_FOLDER, { recursive: true })
      .map(String)
      .filter((path) => /\.basis$/i.test(path))
      .sort()
  : ['shared/data is absent'];

/** Temperature, pH and published shifts differ by this much. [ppm] */
const SHIFT_TOLERANCE_PPM = 0.03;

function checkSinglets(basis: FileBasisSet): void {
  // 0.5 ppm on: below lies the reference marker that some sets keep.
  const naa = peakPpm(basis, 'NAA', 0.5, 4.2);
  const cr = peakPpm(basis, 'Cr', 0.5, 4.2);
  if (naa !== null) expect(Math.abs(naa - 2.01)).toBeLessThan(SHIFT_TOLERANCE_PPM);
  if (cr !== null) expect(Math.abs(cr - 3.03)).toBeLessThan(SHIFT_TOLERANCE_PPM);
  expect(naa ?? cr).not.toBeNull();
}

describe.skipIf(!dataAvailable)('every basis set (needs shared/data)', () => {
  it.each(basisPaths)('%s', (path) => {
    const basis = readBasisFiles([realFile(path)]);
    expect(basis.signals.length).toBeGreaterThan(5);
    if (basis.nucleus === '31P') {
      // Its own convention: phosphocreatine at 0.
      expect(Math.abs(peakPpm(basis, 'PCr', -20, 20) ?? NaN)).toBeLessThan(SHIFT_TOLERANCE_PPM);
    } else {
      checkSinglets(basis);
    }
  });

  const folder = (path: string): { name: string; bytes: Uint8Array }[] =>
    readdirSync(join(DATA_FOLDER, path)).map((name) => realFile(`${path}/${name}`));

  it('the FSL-MRS folder', () => {
    const basis = readBasisFiles(folder('fsl_mrs_fmrs_demo/basis'));
    expect(basis.signals).toHaveLength(19);
    expect(basis.linewidthHz).toBe(1);
    checkSinglets(basis);
  });

  it('the challenge’s text folder, which is the challenge’s LCModel file', () => {
    const files = folder('ismrm_fitting_challenge/basisset_text').filter((f) => f.name !== 'PressMac_30ms.txt');
    const given = { spectrometerFrequencyMHz: 123.2, dwellTimeS: 0.00025, removeReferenceMarker: true };
    const text = readBasisFiles(files, given);
    checkSinglets(text);
    const lcmodel = readBasisFiles([realFile('lcmodel_runs/ismrm_challenge/challenge.BASIS')]);
    // The LCModel file was made without the marker, from these very files: amplitudes, signs and phases must agree.
    // What is left is the marker's fit (0.2 % of 0.1 protons) and five digits of the LCModel file.
    for (const name of ['NAA', 'Cr', 'GPC', 'Ins', 'Glu']) {
      const a = text.signals.find((s) => s.name === name)?.fid.re as Float64Array;
      const b = lcmodel.signals.find((s) => s.name === name)?.fid.re.slice(0, a.length) as Float64Array;
      expect(largest(a, b)).toBeLessThan(2e-3);
    }
  });
});
