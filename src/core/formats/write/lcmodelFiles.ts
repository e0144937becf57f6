// The set of files LCModel takes for one scan: .RAW, .H2O where there is a water reference, and the .CONTROL that names them.
import { strToU8 } from 'fflate';
import { UnsupportedDataError } from '../../domain/errors.ts';
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import { pointCount, voxelCount } from '../../domain/mrsDataset.ts';
import type { NamelistEntry } from '../../math/fortranText.ts';
import { writeLcmodelControl } from '../lcmodelControl.ts';
import { writeLcmodelRaw } from '../lcmodelRaw.ts';
import type { WrittenFile } from './writtenFile.ts';

export interface LcmodelFilesRequest {
  readonly scan: MrsDataset;
  readonly water: MrsDataset | null;
  /** Name of the files without suffix. */
  readonly stem: string;
  /** The .BASIS file as LCModel is to find it. */
  readonly basisFile: string;
  /** Printed above LCModel's results; must not name the patient. */
  readonly title: string;
  /** How LCModel is to analyse; see LcmodelControlRequest. @default none */
  readonly settings?: readonly NamelistEntry[];
}

/** LCModel reads both files with one NUNFIL and one DELTAT. */
const SAME_DWELL = 1e-6;

function requireFitting(scan: MrsDataset, water: MrsDataset): void {
  const sameTiming = Math.abs(water.dwellTimeS / scan.dwellTimeS - 1) < SAME_DWELL;
  if (sameTiming && pointCount(water) === pointCount(scan) && voxelCount(water) === voxelCount(scan)) return;
  throw new UnsupportedDataError(
    'UNSUPPORTED',
    `LCModel needs a water reference with the scan's own points, dwell time and voxels; this one has ${pointCount(water)} points of ${water.dwellTimeS} s in ${voxelCount(water)} voxels, the scan ${pointCount(scan)} of ${scan.dwellTimeS} s in ${voxelCount(scan)}.`,
  );
}

/**
 * Writes the files for LCModel.
 * @throws UnsupportedDataError where coils or transients are not combined or the water doesn't fit; ProcessingError for NaN
 */
export function lcmodelFiles(request: LcmodelFilesRequest): WrittenFile[] {
  const { scan, water, stem } = request;
  if (water !== null) requireFitting(scan, water);
  const [columns, rows, slices] = scan.data.shape as [number, number, number];
  const control = writeLcmodelControl({
    title: request.title,
    points: pointCount(scan),
    dwellTimeS: scan.dwellTimeS,
    spectrometerFrequencyMHz: scan.spectrometerFrequencyMHz,
    echoTimeS: scan.acquisition.echoTimeS,
    grid: [columns, rows, slices],
    rawFile: `${stem}.RAW`,
    waterFile: water === null ? null : `${stem}.H2O`,
    basisFile: request.basisFile,
    outputStem: stem,
    settings: request.settings ?? [],
  });
  return [
    { path: `${stem}.RAW`, bytes: strToU8(writeLcmodelRaw(scan)) },
    ...(water === null ? [] : [{ path: `${stem}.H2O`, bytes: strToU8(writeLcmodelRaw(water)) }]),
    { path: `${stem}.CONTROL`, bytes: strToU8(control) },
  ];
}
