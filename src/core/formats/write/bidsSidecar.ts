// The JSON sidecar of an MRS file: the metadata that BIDS asks of MRS (BIDS 1.10, Magnetic Resonance Spectroscopy, and its
// schema rules/sidecars/mrs.yaml): required ResonantNucleus, SpectrometerFrequency, SpectralWidth and EchoTime, and the
// recommended ones that the dataset knows.
import { GYROMAGNETIC_RATIO_MHZ_PER_T } from '../../domain/axes.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import { dimensionLength, pointCount, voxelSizeMm } from '../../domain/mrsDataset.ts';

export type BidsSuffix = 'svs' | 'mrsi' | 'mrsref' | 'unloc';

export interface SidecarLinks {
  /** BIDS URIs of the water reference and the anatomical image, null where there is none. */
  readonly reference: string | null;
  readonly anatomical: string | null;
}

function headerValue(dataset: MrsDataset, key: string): JsonValue | null {
  const given = dataset.header[key];
  if (given === undefined) return null;
  return typeof given === 'object' && given !== null && !Array.isArray(given) ? (given['Value'] ?? null) : given;
}

const textOf = (dataset: MrsDataset, key: string): string | null => {
  const value = headerValue(dataset, key);
  return typeof value === 'string' && value !== '' ? value : null;
};
const numberOf = (dataset: MrsDataset, key: string): number | null => {
  const value = headerValue(dataset, key);
  return typeof value === 'number' ? value : null;
};

/** MRAcquisitionType of a grid: "2D" for one slice or row of voxels, "3D" for several slices. */
const gridType = (shape: readonly number[]): string => ((shape[2] ?? 1) > 1 ? '3D' : '2D');

function gridFields(dataset: MrsDataset): JsonObject {
  const affine = dataset.affine;
  return {
    MRAcquisitionType: gridType(dataset.data.shape),
    MatrixSize: dataset.data.shape.slice(0, 3),
    ...(affine === null ? {} : { VolumeAffineMatrix: [0, 1, 2, 3].map((r) => affine.slice(4 * r, 4 * r + 4)) }),
  };
}

/**
 * The sidecar of one MRS file.
 * @returns keys in BIDS's order; what is unknown is left out
 */
export function bidsSidecar(dataset: MrsDataset, suffix: BidsSuffix, links: SidecarLinks): JsonObject {
  const { acquisition } = dataset;
  const ratio = GYROMAGNETIC_RATIO_MHZ_PER_T[dataset.nucleus];
  const size = voxelSizeMm(dataset.affine);
  const transients = numberOf(dataset, 'NumberOfAverages') ?? dimensionLength(dataset, 'DIM_DYN');
  const fields: Record<string, JsonValue | null> = {
    InstitutionName: textOf(dataset, 'InstitutionName'),
    InstitutionAddress: textOf(dataset, 'InstitutionAddress'),
    Manufacturer: acquisition.manufacturer,
    ManufacturersModelName: acquisition.scannerModel,
    DeviceSerialNumber: textOf(dataset, 'DeviceSerialNumber'),
    SoftwareVersions: textOf(dataset, 'SoftwareVersions'),
    MagneticFieldStrength:
      ratio === undefined ? null : Number((dataset.spectrometerFrequencyMHz / ratio).toPrecision(4)),
    ReceiveCoilName: textOf(dataset, 'RxCoil'),
    SequenceName: acquisition.sequence,
    WaterSuppression: headerValue(dataset, 'WaterSuppressed') as boolean | null,
    WaterSuppressionTechnique: textOf(dataset, 'WaterSuppressionType'),
    ResonantNucleus: dataset.nucleus,
    SpectrometerFrequency: dataset.spectrometerFrequencyMHz,
    SpectralWidth: 1 / dataset.dwellTimeS,
    EchoTime: acquisition.echoTimeS,
    RepetitionTime: acquisition.repetitionTimeS,
    MixingTime: acquisition.mixingTimeS,
    InversionTime: acquisition.inversionTimeS,
    FlipAngle: numberOf(dataset, 'ExcitationFlipAngle'),
    NumberOfSpectralPoints: pointCount(dataset),
    NumberOfTransients: suffix === 'svs' || suffix === 'unloc' ? transients : null,
    AcquisitionVoxelSize: size === null ? null : [...size],
    ...(suffix === 'mrsi' ? gridFields(dataset) : {}),
    BodyPart: acquisition.region,
    EditCondition: headerValue(dataset, 'EditCondition'),
    EditPulse: headerValue(dataset, 'EditPulse'),
    ReferenceSignal: links.reference,
    AnatomicalImage: links.anatomical,
  };
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, JsonValue] => entry[1] !== null));
}
