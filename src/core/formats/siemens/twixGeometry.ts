// Where the voxel of a Siemens protocol lies: its normal, in-plane rotation, position and size (sSpecPara.sVoI) → affine.
// The axes' rule is the scanner's: the phase direction is fixed by the slice's main orientation, then turned about the
// normal. Followed as public converters state it (spec2nii), and compared with spec2nii's affines.
import type { Affine } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import type { Vector3 } from './imagePlaneAffine.ts';
import { cross, imagePlaneAffine } from './imagePlaneAffine.ts';
import type { Ascconv } from './protocolText.ts';
import { ascconvNumber } from './protocolText.ts';

type MainOrientation = 'sagittal' | 'coronal' | 'transverse';

/** Relative difference below which two components count as equal, as in the reference converter. */
const EQUAL_LIMIT = 1e-5;

/**
 * Main orientation of a slice normal (sagittal, coronal, transverse components). Of equal components transverse wins over
 * coronal, and coronal over sagittal.
 */
export function mainOrientation([sag, cor, tra]: Vector3): MainOrientation {
  const [s, c, t] = [Math.abs(sag), Math.abs(cor), Math.abs(tra)];
  const notLess = (a: number, b: number): boolean => a > b || Math.abs(a - b) <= 1e-8 + EQUAL_LIMIT * b;
  if (notLess(t, c) && notLess(t, s)) return 'transverse';
  return notLess(c, s) ? 'coronal' : 'sagittal';
}

/** Phase direction before the in-plane rotation: perpendicular to the normal, within the orientation's own plane. */
function unrotatedPhase(normal: Vector3): Vector3 {
  const [sag, cor, tra] = normal;
  const orientation = mainOrientation(normal);
  if (orientation === 'transverse') {
    const length = Math.hypot(cor, tra);
    return [0, tra / length, -cor / length];
  }
  const length = Math.hypot(sag, cor);
  return orientation === 'coronal' ? [cor / length, -sag / length, 0] : [-cor / length, sag / length, 0];
}

/**
 * Phase and readout directions of a slice.
 * @param normal unit vector, patient LPS (sag, cor, tra)
 * @param rotationRad in-plane rotation
 */
export function phaseAndReadout(normal: Vector3, rotationRad: number): { phase: Vector3; readout: Vector3 } {
  const phase0 = unrotatedPhase(normal);
  const readout0 = cross(normal, phase0);
  const [c, s] = [Math.cos(rotationRad), Math.sin(rotationRad)];
  const phase: Vector3 = [
    c * phase0[0] - s * readout0[0],
    c * phase0[1] - s * readout0[1],
    c * phase0[2] - s * readout0[2],
  ];
  return { phase, readout: cross(normal, phase) };
}

/** Longest voxel edge and farthest position taken; beyond, the header is damaged. [mm] */
const MAX_LENGTH_MM = 20_000;

/**
 * Affine of the protocol's voxel. Values that are zero don't stand in the protocol.
 * @returns null, with a warning, where the protocol has no voxel
 */
export function voxelAffine(ascconv: Ascconv, warnings: Warning[]): Affine | null {
  const number = (key: string): number | null => ascconvNumber(ascconv, key);
  const triple = (key: string): Vector3 => [
    number(`sSpecPara.sVoI.${key}.dSag`) ?? 0,
    number(`sSpecPara.sVoI.${key}.dCor`) ?? 0,
    number(`sSpecPara.sVoI.${key}.dTra`) ?? 0,
  ];
  const size = ['dReadoutFOV', 'dPhaseFOV', 'dThickness'].map((key) => number(`sSpecPara.sVoI.${key}`) ?? 0);
  const [readoutMm, phaseMm, thicknessMm] = size as [number, number, number];
  const normal = triple('sNormal');
  const position = triple('sPosition');
  const length = Math.hypot(...normal);
  const sound = [...size, ...position].every((v) => Math.abs(v) <= MAX_LENGTH_MM) && size.every((v) => v > 0);
  if (!sound || length === 0) {
    const message = 'The protocol doesn’t say where its voxel lies (unlocalised scans have none).';
    warnings.push({ code: 'geometry-missing', message });
    return null;
  }
  const unitNormal: Vector3 = [normal[0] / length, normal[1] / length, normal[2] / length];
  const { phase, readout } = phaseAndReadout(unitNormal, number('sSpecPara.sVoI.dInPlaneRot') ?? 0);
  const table = ['Sag', 'Cor', 'Tra'].map((axis) => number(`lScanRegionPos${axis}`) ?? 0);
  return imagePlaneAffine({
    row: readout,
    column: phase,
    position: [
      position[0] + (table[0] as number),
      position[1] + (table[1] as number),
      position[2] + (table[2] as number),
    ],
    sizeMm: [readoutMm, phaseMm, thicknessMm],
  });
}
