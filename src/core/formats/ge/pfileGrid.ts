// MRSI in a GE P-file: frames are phase-encoding steps, transformed here into voxels.
// Order of steps, sign toggle and axes as SIVIC and spec2nii 0.8.15 take them; not yet seen on a real file.
import type { DoubleArray } from '../../domain/complexArray.ts';
import { zeros } from '../../domain/complexArray.ts';
import { ReaderError, UnsupportedDataError } from '../../domain/errors.ts';
import { fft, fftShift } from '../../math/fft.ts';
import type { FrameReader } from './pfileFrames.ts';
import { axesAreSwapped, gridOf } from './pfileGeometry.ts';
import type { PfileHeader, Triple } from './pfileHeader.ts';

interface GridPlan {
  readonly grid: Triple;
  readonly transients: number;
  readonly framesPerCoil: number;
  /** Frame of one receiver for a transient and a phase-encoding step. */
  readonly frameOf: (transient: number, step: number) => number;
}

/** @throws ReaderError FILE_TRUNCATED; UnsupportedDataError where the noise frames' places are unknown */
function planGrid(reader: FrameReader, header: PfileHeader, byteLength: number, fileName: string): GridPlan {
  const grid = gridOf(header);
  const steps = grid[0] * grid[1] * grid[2];
  const framesPerCoil = Math.floor(header.passBytes / (reader.frameBytes * header.coilCount));
  const available = Math.floor((byteLength - header.dataStart) / (reader.frameBytes * header.coilCount));
  if (framesPerCoil > available || framesPerCoil < steps) {
    throw new ReaderError(
      'FILE_TRUNCATED',
      `${fileName} should hold a grid of ${grid.join(' × ')} in ${framesPerCoil} frames per receiver; ${Math.max(0, available)} are there.`,
    );
  }
  const transients = Math.max(1, Math.floor((framesPerCoil - 1) / steps));
  const noise = framesPerCoil - transients * steps;
  if (noise !== 0 && noise !== 1 && noise !== transients) {
    throw new UnsupportedDataError(
      'UNSUPPORTED',
      `${fileName} has ${noise} frames per receiver beyond its ${transients} × ${steps} phase-encoding steps; where they stand is not known.`,
    );
  }
  const perTransient = noise === transients && noise > 1;
  return {
    grid,
    transients,
    framesPerCoil,
    frameOf: (t, step) => t * steps + step + (perTransient ? t + 1 : noise),
  };
}

/** Place of a step in the grid; with exchanged axes the steps run along y first, from its far end. */
function placeOf(step: number, grid: Triple, swap: boolean): Triple {
  const [nx, ny] = grid;
  const z = Math.floor(step / (nx * ny));
  const inPlane = step - z * nx * ny;
  if (!swap) return [inPlane % nx, Math.floor(inPlane / nx), z];
  return [Math.floor(inPlane / ny), ny - 1 - (inPlane % ny), z];
}

/** Transforms one spatial axis of [x, y, z, rest] in place: step order → voxel order. */
function transformAxis(data: DoubleArray, grid: Triple, axis: 0 | 1 | 2, rest: number): void {
  const n = grid[axis];
  if (n < 2) return;
  const stride = grid.slice(axis + 1).reduce((product, length) => product * length, rest);
  const blocks = data.re.length / (n * stride);
  const line = { re: new Float64Array(n), im: new Float64Array(n) };
  for (let block = 0; block < blocks; block++) {
    for (let i = 0; i < stride; i++) {
      const from = block * n * stride + i;
      for (let k = 0; k < n; k++) {
        line.re[k] = data.re[from + k * stride] as number;
        line.im[k] = data.im[from + k * stride] as number;
      }
      const voxels = fftShift(fft(line));
      for (let k = 0; k < n; k++) {
        data.re[from + k * stride] = voxels.re[k] as number;
        data.im[from + k * stride] = voxels.im[k] as number;
      }
    }
  }
}

/** @returns shape [x, y, z, coils, transients, points] */
export function readGrid(reader: FrameReader, header: PfileHeader, byteLength: number, fileName: string): DoubleArray {
  const plan = planGrid(reader, header, byteLength, fileName);
  const { grid, transients } = plan;
  const coils = header.coilCount;
  const steps = grid[0] * grid[1] * grid[2];
  const data = zeros([...grid, coils, transients, reader.points]);
  const toggled = Math.ceil(header.excitations) * header.imageEchoCount <= 1;
  const swap = axesAreSwapped(header);
  let counted = 0;
  for (let coil = 0; coil < coils; coil++) {
    for (let t = 0; t < transients; t++) {
      for (let step = 0; step < steps; step++) {
        const [x, y, z] = placeOf(step, grid, swap);
        const at = ((((x * grid[1] + y) * grid[2] + z) * coils + coil) * transients + t) * reader.points;
        reader.copy(coil * plan.framesPerCoil + plan.frameOf(t, step), toggled && counted % 2 === 1 ? -1 : 1, data, at);
        counted += 1;
      }
    }
  }
  const rest = coils * transients * reader.points;
  for (const axis of [0, 1, 2] as const) transformAxis(data, grid, axis, rest);
  return data;
}
