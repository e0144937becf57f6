// Scans for bench ui: one with as many transients as a long edited or functional scan has.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../../src/core/domain/mrsDataset.ts';
import { writeNiftiMrs } from '../../src/core/formats/index.ts';
import { exponentials, F0_MHZ, LINES, seededNormal } from '../../tests/fixtures/analyticBasis.ts';

export const TRANSIENTS = 320;
export const POINTS = 4096;
const DWELL_S = 2.5e-4;
/** Of a transient, in units of a proton's signal at its start. */
const NOISE_SD = 4;
const DRIFT_HZ = 6;

/** Writes a simulated scan of 320 transients of 4096 points, with drift and noise. @returns its path */
export function writeManyTransients(folder: string): string {
  const normal = seededNormal(5);
  const clean = exponentials(Object.values(LINES).flat(), 5, POINTS, DWELL_S);
  const re = new Float32Array(TRANSIENTS * POINTS);
  const im = new Float32Array(TRANSIENTS * POINTS);
  for (let k = 0; k < TRANSIENTS; k++) {
    const hz = DRIFT_HZ * (k / TRANSIENTS - 0.5);
    for (let i = 0; i < POINTS; i++) {
      const angle = 2 * Math.PI * hz * i * DWELL_S;
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      const [a, b] = [clean.re[i] as number, clean.im[i] as number];
      re[i + k * POINTS] = a * c - b * s + NOISE_SD * normal();
      im[i + k * POINTS] = a * s + b * c + NOISE_SD * normal();
    }
  }
  const dataset: MrsDataset = {
    data: { re: Float64Array.from(re), im: Float64Array.from(im), shape: [1, 1, 1, TRANSIENTS, POINTS] },
    dimensions: [{ tag: 'DIM_DYN', info: null, header: null }],
    dwellTimeS: DWELL_S,
    spectrometerFrequencyMHz: F0_MHZ,
    nucleus: '1H',
    acquisition: { ...UNKNOWN_ACQUISITION, echoTimeS: 0.03, repetitionTimeS: 2, sequence: 'PRESS', acquiredAt: '2026-02-01T09:00:00' }, // prettier-ignore
    patient: { ...UNKNOWN_PATIENT, name: 'Simulated transients', id: 'SIM-320' },
    affine: [-20, 0, 0, 0, 0, 20, 0, 0, 0, 0, 20, 0, 0, 0, 0, 1],
    format: 'nifti-mrs',
    header: {},
    provenance: [],
    warnings: [],
  };
  const file = join(folder, 'transients-320.nii');
  writeFileSync(file, writeNiftiMrs(dataset));
  return file;
}
