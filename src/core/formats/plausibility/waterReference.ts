// Whether a water reference belongs to a scan: same nucleus and frequency, points, dwell time, echo time, coils and voxel.
// Import and preprocessing both ask here, so that both say the same.
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import { dimensionLength, pointCount, voxelCount } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';

/** Half a millisecond: echo times are written with at most one decimal of a millisecond. [s] */
const SAME_ECHO_TIME_S = 5e-4;
/** Relative; headers round dwell times to 0.1 µs or so. */
const SAME_DWELL = 1e-4;
/** Relative; the carrier of a water scan may lie on another line, never on another field. */
const SAME_FREQUENCY = 0.01;
/** Farthest that two statements of one voxel's centre or edges may lie apart. [mm] */
const SAME_VOXEL_MM = 1;

const microseconds = (s: number): string => `${Number((s * 1e6).toPrecision(6))} µs`;
const milliseconds = (s: number): string => `${Number((s * 1e3).toPrecision(4))} ms`;

/** @returns what keeps the water scan from being the reference of this scan at all, or null */
export function waterReferenceObstacle(dataset: MrsDataset, water: MrsDataset): Warning | null {
  const ratio = water.spectrometerFrequencyMHz / dataset.spectrometerFrequencyMHz;
  if (water.nucleus !== dataset.nucleus || !(Math.abs(ratio - 1) <= SAME_FREQUENCY)) {
    return {
      code: 'water-reference-other-scanner',
      message: `The water reference was measured at ${water.spectrometerFrequencyMHz.toFixed(2)} MHz (${water.nucleus}), the scan at ${dataset.spectrometerFrequencyMHz.toFixed(2)} MHz (${dataset.nucleus}): they don't belong together, and an analysis of both is refused.`,
    };
  }
  if (voxelCount(water) === voxelCount(dataset)) return null;
  return {
    code: 'water-reference-grid',
    message: `The water reference has ${voxelCount(water)} voxels, the scan ${voxelCount(dataset)}: they don't belong together, and an analysis of both is refused.`,
  };
}

function checkSampling(dataset: MrsDataset, water: MrsDataset): Warning[] {
  const warnings: Warning[] = [];
  if (!(Math.abs(water.dwellTimeS / dataset.dwellTimeS - 1) <= SAME_DWELL)) {
    warnings.push({
      code: 'water-reference-dwell-time',
      message: `The water reference has a dwell time of ${microseconds(water.dwellTimeS)}, the scan ${microseconds(dataset.dwellTimeS)}: it is not used to correct eddy currents.`,
    });
  }
  const [waterPoints, points] = [pointCount(water), pointCount(dataset)];
  if (waterPoints !== points) {
    const effect =
      waterPoints < points
        ? 'beyond its end the eddy-current phase is continued with a constant frequency'
        : 'its further points are not used for eddy currents';
    warnings.push({
      code: 'water-reference-points',
      message: `The water reference has ${waterPoints} points, the scan ${points}: ${effect}.`,
    });
  }
  return warnings;
}

function checkTimes(dataset: MrsDataset, water: MrsDataset): Warning[] {
  const [waterTe, te] = [water.acquisition.echoTimeS, dataset.acquisition.echoTimeS];
  if (waterTe === null || te === null || Math.abs(waterTe - te) <= SAME_ECHO_TIME_S) return [];
  return [
    {
      code: 'water-reference-echo-time',
      message: `The water reference has TE ${milliseconds(waterTe)}, the scan ${milliseconds(te)}: it is used, but its eddy currents may differ, and each needs its own T2 correction.`,
    },
  ];
}

function checkCoils(dataset: MrsDataset, water: MrsDataset): Warning[] {
  const [waterCoils, coils] = [dimensionLength(water, 'DIM_COIL'), dimensionLength(dataset, 'DIM_COIL')];
  if (waterCoils === coils) return [];
  const eddy = waterCoils === 1 ? '' : ', and eddy currents are not corrected with it';
  return [
    {
      code: 'water-reference-coils',
      message: `The water reference has ${waterCoils} receiver channels, the scan ${coils}: channels are weighted by the scan itself${eddy}.`,
    },
  ];
}

/** Greatest distance between two voxels' centres, and between their edge vectors. [mm] */
function voxelDistances(a: readonly number[], b: readonly number[]): readonly [number, number] {
  const column = (c: number): number =>
    Math.hypot(...[0, 4, 8].map((row) => (a[row + c] as number) - (b[row + c] as number)));
  return [column(3), Math.max(column(0), column(1), column(2))];
}

function checkVoxel(dataset: MrsDataset, water: MrsDataset): Warning[] {
  if (dataset.affine === null || water.affine === null || voxelCount(dataset) !== voxelCount(water)) return [];
  const [centre, edges] = voxelDistances(dataset.affine, water.affine);
  if (centre <= SAME_VOXEL_MM && edges <= SAME_VOXEL_MM) return [];
  return [
    {
      code: 'water-reference-voxel',
      message: `The water reference was measured in another voxel: its centre lies ${centre.toFixed(1)} mm away, its edges differ by up to ${edges.toFixed(1)} mm; it is used, but scaling to its water is not valid.`,
    },
  ];
}

/** @returns warnings about what makes the water reference doubtful for this scan, though an analysis uses it */
export function waterReferenceDoubts(dataset: MrsDataset, water: MrsDataset): Warning[] {
  return [
    ...checkSampling(dataset, water),
    ...checkTimes(dataset, water),
    ...checkCoils(dataset, water),
    ...checkVoxel(dataset, water),
  ];
}

/** @returns the obstacle, if there is one, and the doubts */
export function checkWaterReference(dataset: MrsDataset, water: MrsDataset): Warning[] {
  const obstacle = waterReferenceObstacle(dataset, water);
  return [...(obstacle === null ? [] : [obstacle]), ...waterReferenceDoubts(dataset, water)];
}
