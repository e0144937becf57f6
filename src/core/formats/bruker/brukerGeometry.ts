// Where a Bruker voxel or grid lies. ParaVision's axes are fixed to the magnet; for a subject lying head first and supine
// they point left, posterior and towards the head (BrkRaw 0.3.4's table of subject positions, doi:10.5281/zenodo.3907018).
// Not yet checked on a real file.
import { foundWord } from '../../domain/foundWord.ts';
import type { Affine } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import { wordTable } from '../../domain/wordTable.ts';
import type { BrukerParameters } from './jcampParameters.ts';

type Matrix = readonly (readonly number[])[];

/** Magnet axes → right, anterior, superior of the subject. */
const SUBJECT_AXES: Readonly<Record<string, Matrix>> = wordTable({
  Head_Supine: [[-1, 0, 0], [0, -1, 0], [0, 0, 1]], // prettier-ignore
  Head_Prone: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], // prettier-ignore
  Head_Left: [[0, -1, 0], [1, 0, 0], [0, 0, 1]], // prettier-ignore
  Head_Right: [[0, 1, 0], [-1, 0, 0], [0, 0, 1]], // prettier-ignore
  Foot_Supine: [[1, 0, 0], [0, -1, 0], [0, 0, -1]], // prettier-ignore
  Foot_Prone: [[-1, 0, 0], [0, 1, 0], [0, 0, -1]], // prettier-ignore
});

const UNVERIFIED =
  "Bruker's axes were not checked on a real file; compare the voxel with an image before using its place.";

function subjectAxes(parameters: BrukerParameters, warnings: Warning[]): Matrix {
  const given = parameters.text('VisuSubjectPosition') ?? parameters.text('ACQ_patient_pos');
  const known = given === null ? undefined : SUBJECT_AXES[given.replace(/^Tail_/, 'Foot_')];
  warnings.push({
    code: 'geometry-unverified',
    message:
      known === undefined
        ? `The subject's position is ${given === null ? 'not given' : `"${foundWord(given)}"`}; head first, supine is assumed. ${UNVERIFIED}`
        : UNVERIFIED,
  });
  return known ?? (SUBJECT_AXES['Head_Supine'] as Matrix);
}

const dot = (row: readonly number[], vector: readonly number[]): number =>
  row.reduce((sum, value, i) => sum + value * (vector[i] as number), 0) + 0;

/** Columns: edge vectors and origin, turned into subject axes. */
function affineOf(turn: Matrix, edges: Matrix, origin: readonly number[]): Affine {
  return [...turn.flatMap((row) => [...edges.map((edge) => dot(row, edge)), dot(row, origin)]), 0, 0, 0, 1];
}

/** Three rows of three from the first nine numbers, scaled by a length each. */
const edgesOf = (rows: readonly number[], lengths: readonly number[]): Matrix =>
  lengths.map((length, r) => rows.slice(3 * r, 3 * r + 3).map((value) => value * length));

function missing(warnings: Warning[]): null {
  warnings.push({ code: 'geometry-missing', message: 'The parameter files do not say where the voxel lies.' });
  return null;
}

/** Affine of a single voxel from PVM_VoxArrSize, -Position and -GradOrient (rows: the voxel's axes). */
export function brukerVoxelAffine(parameters: BrukerParameters, warnings: Warning[]): Affine | null {
  const size = parameters.numbers('PVM_VoxArrSize').slice(0, 3);
  const position = parameters.numbers('PVM_VoxArrPosition').slice(0, 3);
  const orientation = parameters.numbers('PVM_VoxArrGradOrient').slice(0, 9);
  if (size.length < 3 || position.length < 3 || orientation.length < 9 || !size.every((v) => v > 0)) {
    return missing(warnings);
  }
  if (parameters.numbers('PVM_VoxArrSize').length > 3) {
    warnings.push({
      code: 'several-voxels',
      message: 'The scan has several voxels; the place of the first one is given.',
    });
  }
  return affineOf(subjectAxes(parameters, warnings), edgesOf(orientation, size), position);
}

/** Affine of a reconstructed grid (2dseq): VisuCorePosition is the outer corner of its first voxel. */
export function brukerGridAffine(
  parameters: BrukerParameters,
  grid: readonly [number, number, number],
  warnings: Warning[],
): Affine | null {
  const extent = parameters.numbers('VisuCoreExtent').slice(1);
  const thickness = parameters.number('VisuCoreFrameThickness');
  const position = parameters.numbers('VisuCorePosition').slice(0, 3);
  const orientation = parameters.numbers('VisuCoreOrientation').slice(0, 9);
  const lengths = grid.map((n, i) => (extent[i] ?? (thickness === null ? NaN : thickness * n)) / n);
  if (position.length < 3 || orientation.length < 9 || !lengths.every((v) => v > 0)) return missing(warnings);
  const edges = edgesOf(orientation, lengths);
  // Half a voxel inwards along the encoded axes; a slice's position is already its middle.
  const centre = position.map((p, r) =>
    edges.reduce((sum, edge, c) => sum + (extent[c] === undefined ? 0 : (edge[r] as number) / 2), p),
  );
  return affineOf(subjectAxes(parameters, warnings), edges, centre);
}
