// What a dataset's header says, in the form the study database keeps beside the raw file.
import { fieldStrengthT } from '../domain/axes.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import { pointCount } from '../domain/mrsDataset.ts';
import type { ImageSeriesDescription } from '../formats/imageSeries/index.ts';
import type { ImageDescription } from '../formats/niftiImage.ts';
import type { DatasetDescription } from '../ports/studyStore.ts';

const NOT_MRS = {
  dimensions: [],
  points: null,
  dwellTimeS: null,
  spectrometerFrequencyMHz: null,
  nucleus: null,
  fieldT: null,
  echoTimeS: null,
  repetitionTimeS: null,
  sequence: null,
  manufacturer: null,
  scannerModel: null,
  region: null,
} as const;

/** @param dataset as a reader gives it @returns its description; no patient identifiers */
export function describeDataset(dataset: MrsDataset): DatasetDescription {
  const { acquisition, data, dimensions } = dataset;
  return {
    format: dataset.format,
    grid: data.shape.slice(0, 3),
    dimensions: dimensions.map(({ tag }, i) => ({ tag, length: data.shape[3 + i] ?? 1 })),
    points: pointCount(dataset),
    dwellTimeS: dataset.dwellTimeS,
    spectrometerFrequencyMHz: dataset.spectrometerFrequencyMHz,
    nucleus: dataset.nucleus,
    fieldT: fieldStrengthT(dataset.spectrometerFrequencyMHz, dataset.nucleus),
    echoTimeS: acquisition.echoTimeS,
    repetitionTimeS: acquisition.repetitionTimeS,
    sequence: acquisition.sequence,
    manufacturer: acquisition.manufacturer,
    scannerModel: acquisition.scannerModel,
    region: acquisition.region,
    affine: dataset.affine,
    warnings: dataset.warnings,
  };
}

/** @param image as its header describes it */
export function describeImage(image: ImageDescription | ImageSeriesDescription): DatasetDescription {
  return { ...NOT_MRS, format: image.format, grid: image.matrix, affine: image.affine, warnings: image.warnings };
}

/** Description of a file that accompanies scans, such as the truth of a simulated study. */
export function describeCompanion(format: string): DatasetDescription {
  return { ...NOT_MRS, format, grid: [], affine: null, warnings: [] };
}
