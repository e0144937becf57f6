// What info says in words: the field's units, digits that mean something, what is unknown as a dash.
import { describe, expect, it } from 'vitest';
import type { ScanInfo } from '../../src/cli/infoText.ts';
import { infoText } from '../../src/cli/infoText.ts';
import { UNKNOWN_PATIENT } from '../../src/core/domain/mrsDataset.ts';

const SCAN: ScanInfo = {
  file: 'a.nii',
  sha256: 'ab12',
  fileCount: 1,
  format: 'nifti-mrs',
  formatTitle: 'NIfTI-MRS',
  role: 'metabolite',
  warnings: [],
  shape: [1, 1, 1, 32, 64, 2048],
  voxel: { sizeMm: [20, 30.000001, 25.5], affine: [20, 0, 0, -41.6029, 0, 30, 0, 21.569, 0, 0, 25.5, -4.9588, 0, 0, 0, 1] }, // prettier-ignore
  nucleus: '1H',
  spectrometerFrequencyMHz: 123.2499995,
  fieldT: 2.894743,
  // A dwell time of float32.
  dwellTimeS: Math.fround(0.00025),
  points: 2048,
  dims: ['DIM_COIL', 'DIM_DYN'],
  echoTimeS: Math.fround(0.03),
  repetitionTimeS: 2,
  sequence: 'PRESS',
  patient: UNKNOWN_PATIENT,
  holdsWaterReference: false,
};

const linesOf = (info: Parameters<typeof infoText>[0]): Record<string, string> =>
  Object.fromEntries(
    infoText(info)
      .split('\n')
      .map((line) => [line.slice(0, 24).trim(), line.slice(24)]),
  );

describe('info in words', () => {
  it('gives ms, MHz, Hz, T, mm and mL, rounded', () => {
    expect(linesOf(SCAN)).toEqual({
      file: 'a.nii',
      'SHA-256': 'ab12',
      format: 'NIfTI-MRS',
      role: 'metabolite',
      nucleus: '1H',
      'spectrometer frequency': '123.250 MHz',
      'field strength': '2.89 T',
      points: '2048',
      'dwell time': '0.25 ms',
      'spectral width': '4000 Hz',
      voxels: '1 × 1 × 1',
      dimensions: '32 coils, 64 transients',
      'echo time': '30 ms',
      'repetition time': '2000 ms',
      sequence: 'PRESS',
      'voxel size': '20 × 30 × 25.5 mm (15.3 mL)',
      centre: 'L 41.6, A 21.6, I 5.0 mm',
      patient: '–',
      'water reference': 'not in this file',
    });
  });

  it('says what is unknown, who the patient is, and each warning on a line', () => {
    const text = infoText({
      ...SCAN,
      fileCount: 3,
      echoTimeS: null,
      fieldT: null,
      voxel: { sizeMm: null, affine: null },
      patient: { ...UNKNOWN_PATIENT, name: 'Test^Person', id: 'T-1', ageYears: 41, weightKg: 70.04 },
      warnings: [
        { code: 'a', message: 'First.' },
        { code: 'b', message: 'Second.' },
      ],
    });
    for (const line of ['files                   3', 'echo time               –', 'voxel size              –']) {
      expect(text.split('\n')).toContain(line);
    }
    expect(text).toContain('Test^Person, ID T-1, 41 years, 70 kg');
    expect(text).toMatch(/\nwarnings {16}First\.\n {24}Second\.$/);
  });

  it('gives an image its matrix and place, from the middle of its grid', () => {
    const { file, sha256, fileCount, format, formatTitle, warnings } = SCAN;
    const image = { file, sha256, fileCount, format, formatTitle, warnings, role: 'image', shape: [4, 4, 3] };
    const affine = [0.2246094, 0, 0, 10, 0, 0.2246094, 0, -20, 0, 0, 5, 0, 0, 0, 0, 1];
    expect(linesOf({ ...image, voxel: { sizeMm: [0.2246094, 0.2246094, 5], affine } })).toMatchObject({
      voxels: '4 × 4 × 3',
      'voxel size': '0.22 × 0.22 × 5 mm (0.000252 mL)',
      centre: 'R 10.3, P 19.7, S 5.0 mm',
    });
  });
});
