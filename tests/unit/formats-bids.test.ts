// BIDS export: names, numbering, sidecars and the data set's own files.
import { strFromU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/domain/json.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../../src/core/domain/mrsDataset.ts';
import { readNiftiMrs } from '../../src/core/formats/niftiMrs.ts';
import { bidsFiles, bidsLabel } from '../../src/core/formats/write/bids.ts';

const LABELS = { subject: 'sub-01', session: 'pre op', name: 'A study', version: '1.2.3' };

function scan(change: Partial<MrsDataset> = {}, shape: readonly number[] = [1, 1, 1, 4]): MrsDataset {
  const count = shape.reduce((p, n) => p * n, 1);
  return {
    data: { re: new Float64Array(count).fill(1), im: new Float64Array(count), shape },
    dimensions: [],
    dwellTimeS: 5e-4,
    spectrometerFrequencyMHz: 127.73,
    nucleus: '1H',
    acquisition: { ...UNKNOWN_ACQUISITION, echoTimeS: 0.03, repetitionTimeS: 2, sequence: 'PRESS' },
    patient: { ...UNKNOWN_PATIENT, sex: 'F', ageYears: 39 },
    affine: [20, 0, 0, 0, 0, 25, 0, 0, 0, 0, 30, 0, 0, 0, 0, 1],
    format: 'test',
    header: {},
    provenance: [],
    warnings: [],
    ...change,
  };
}

/** A NIfTI-1 header and no data: enough for a name and its suffix. */
const IMAGE = (() => {
  const bytes = new Uint8Array(352);
  new DataView(bytes.buffer).setInt32(0, 348, true);
  bytes.set([0x6e, 0x2b, 0x31], 344);
  return bytes;
})();

const json = (files: readonly { path: string; bytes: Uint8Array }[], path: string): JsonObject =>
  JSON.parse(strFromU8(files.find((f) => f.path === path)?.bytes as Uint8Array)) as JsonObject;

describe('BIDS export', () => {
  it('names scans by what they are, numbers those of one name, and links reference and image', () => {
    const { files, warnings } = bidsFiles(
      {
        scans: [
          { dataset: scan(), role: 'metabolite' },
          { dataset: scan(), role: 'metabolite' },
          { dataset: scan(), role: 'water' },
          {
            dataset: scan({ nucleus: '31P', spectrometerFrequencyMHz: 51.7, acquisition: UNKNOWN_ACQUISITION }),
            role: 'unlocalised',
          },
          { dataset: scan({}, [2, 2, 1, 4]), role: 'metabolite' },
        ],
        images: [{ bytes: IMAGE, suffix: 'T1w' }],
      },
      LABELS,
    );
    const stem = 'sub-01/ses-preop/mrs/sub-01_ses-preop';
    expect(files.map((f) => f.path).filter((p) => p.endsWith('.nii.gz'))).toEqual([
      'sub-01/ses-preop/anat/sub-01_ses-preop_T1w.nii.gz',
      `${stem}_acq-press_nuc-1H_run-1_svs.nii.gz`,
      `${stem}_acq-press_nuc-1H_run-2_svs.nii.gz`,
      `${stem}_acq-press_nuc-1H_mrsref.nii.gz`,
      `${stem}_nuc-31P_unloc.nii.gz`,
      `${stem}_acq-press_nuc-1H_mrsi.nii.gz`,
    ]);
    expect(json(files, `${stem}_acq-press_nuc-1H_run-1_svs.json`)).toMatchObject({
      ResonantNucleus: '1H',
      SpectrometerFrequency: 127.73,
      SpectralWidth: 2000,
      EchoTime: 0.03,
      RepetitionTime: 2,
      MagneticFieldStrength: 3,
      NumberOfSpectralPoints: 4,
      AcquisitionVoxelSize: [20, 25, 30],
      ReferenceSignal: `bids::${stem}_acq-press_nuc-1H_mrsref.nii.gz`,
      AnatomicalImage: 'bids::sub-01/ses-preop/anat/sub-01_ses-preop_T1w.nii.gz',
    });
    expect(json(files, `${stem}_acq-press_nuc-1H_mrsi.json`)).toMatchObject({
      MatrixSize: [2, 2, 1],
      MRAcquisitionType: '2D',
    });
    expect(warnings.map((w) => w.code)).toEqual(['bids-echo-time-missing']);
  });

  it('writes data that read back, and the data set’s own files', () => {
    const { files } = bidsFiles(
      { scans: [{ dataset: scan(), role: 'metabolite' }], images: [] },
      { ...LABELS, subject: 'Ä 7' },
    );
    const nifti = files.find((f) => f.path.endsWith('.nii.gz'));
    expect(nifti?.path).toBe('sub-A7/ses-preop/mrs/sub-A7_ses-preop_acq-press_svs.nii.gz');
    expect(readNiftiMrs(nifti?.bytes as Uint8Array, 'a.nii.gz').data.re).toEqual(scan().data.re);
    expect(json(files, 'dataset_description.json')).toMatchObject({ BIDSVersion: '1.10.0', DatasetType: 'raw' });
    const table = files.find((f) => f.path === 'participants.tsv');
    expect(strFromU8(table?.bytes as Uint8Array)).toBe('participant_id\tage\tsex\nsub-A7\t39\tF\n');
  });

  it('refuses an empty label and an image that is no NIfTI', () => {
    expect(() => bidsLabel('--')).toThrow(/letter or digit/);
    expect(() => bidsFiles({ scans: [], images: [{ bytes: new Uint8Array(400), suffix: 'T1w' }] }, LABELS)).toThrow(
      /NIfTI/,
    );
  });
});
