// Bruker's reconstructed spectroscopy (2dseq with visu_pars): real and imaginary frames, turned back into FIDs.
// Steps as spec2nii 0.8.15 takes them for MRSI; not yet seen on a real file.
import type { DoubleArray } from '../../domain/complexArray.ts';
import { shapeSize, zeros } from '../../domain/complexArray.ts';
import { ReaderError, UnsupportedDataError } from '../../domain/errors.ts';
import type { Warning } from '../../domain/provenance.ts';
import { wordTable } from '../../domain/wordTable.ts';
import { ifft, ifftShift } from '../../math/fft.ts';
import type { WordType } from './brukerFids.ts';
import { WORD_BYTES, wordReader } from './brukerFids.ts';
import type { BrukerParameters } from './jcampParameters.ts';

const WORD_TYPES: Readonly<Record<string, WordType>> = wordTable({
  _32BIT_SGN_INT: 'int32',
  _16BIT_SGN_INT: 'int16',
  _32BIT_FLOAT: 'float32',
  _8BIT_UNSGN_INT: 'uint8',
  _8BIT_USGN_INT: 'uint8',
});

export interface BrukerSpectra {
  /** Shape [x, y, z, frames, points], FIDs. */
  readonly data: DoubleArray;
}

/** Frame groups, fastest first: name and length. */
function frameGroups(parameters: BrukerParameters): { readonly name: string; readonly length: number }[] {
  return parameters.structs('VisuFGOrderDesc').map((text) => ({
    name: /<([^<>]*)>/.exec(text)?.[1] ?? '',
    length: Number(text.split(',')[0]),
  }));
}

interface FramePlan {
  readonly size: readonly number[];
  readonly frames: number;
  /** Frames between a real frame and its imaginary one. */
  readonly stride: number;
}

function planFrames(parameters: BrukerParameters, fileName: string): FramePlan {
  const size = parameters.numbers('VisuCoreSize');
  const frames = parameters.number('VisuCoreFrameCount') ?? 0;
  const described = parameters.words('VisuCoreDimDesc');
  if (described[0] !== 'spectroscopic') {
    throw new UnsupportedDataError('UNSUPPORTED', `${fileName} is a Bruker image, not spectroscopy.`);
  }
  const valid = [...size, frames].every((n) => Number.isInteger(n) && n >= 1);
  if (size.length < 1 || size.length > 4 || !valid) {
    throw new ReaderError('DIMENSIONS_ABSURD', `The visu_pars of ${fileName} give the sizes ${size.join(' × ')}.`);
  }
  const types = parameters.words('VisuCoreFrameType');
  const groups = frameGroups(parameters);
  const at = groups.findIndex((group) => group.name === 'FG_COMPLEX' && group.length === 2);
  if (at < 0 || !types.includes('REAL_IMAGE') || !types.includes('IMAGINARY_IMAGE') || frames % 2 !== 0) {
    throw new UnsupportedDataError(
      'UNSUPPORTED',
      `${fileName} holds no real and imaginary frames, so its FIDs can't be had back; give the raw data instead.`,
    );
  }
  const stride = groups.slice(0, at).reduce((product, group) => product * group.length, 1);
  if (!Number.isInteger(stride) || stride < 1 || frames % (2 * stride) !== 0) {
    throw new ReaderError('FORMAT_INVALID', `The frame groups of ${fileName} do not divide its ${frames} frames.`);
  }
  return { size, frames, stride };
}

/** Spectrum as ParaVision orders it (frequency falling) → FID. */
function spectrumToFid(re: Float64Array, im: Float64Array): void {
  const shifted = ifftShift({ re, im });
  const fid = ifft({ re: shifted.re.reverse(), im: shifted.im.reverse() });
  re.set(fid.re);
  im.set(fid.im);
}

/**
 * Reads a 2dseq file.
 * @throws ReaderError DIMENSIONS_ABSURD, FORMAT_INVALID, FILE_TRUNCATED; UnsupportedDataError for images
 */
export function readBrukerImages(
  bytes: Uint8Array,
  parameters: BrukerParameters,
  fileName: string,
  warnings: Warning[],
): BrukerSpectra {
  const type = WORD_TYPES[parameters.text('VisuCoreWordType') ?? ''];
  if (type === undefined) {
    throw new UnsupportedDataError('UNSUPPORTED', `The visu_pars of ${fileName} name no word type that is known.`);
  }
  const { size, frames, stride } = planFrames(parameters, fileName);
  const perFrame = shapeSize(size);
  const expected = perFrame * frames * WORD_BYTES[type];
  if (!(expected <= bytes.length)) {
    throw new ReaderError(
      'FILE_TRUNCATED',
      `${fileName} is cut short: its visu_pars promise ${expected} bytes, ${bytes.length} are there.`,
    );
  }
  const [points, nx = 1, ny = 1, nz = 1] = size as [number, number?, number?, number?];
  const word = wordReader(bytes, type, parameters.text('VisuCoreByteOrder') !== 'bigEndian');
  const slopes = parameters.numbers('VisuCoreDataSlope');
  const offsets = parameters.numbers('VisuCoreDataOffs');
  const value = (frame: number, i: number): number =>
    word(frame * perFrame + i) * (slopes[frame] ?? slopes[0] ?? 1) + (offsets[frame] ?? offsets[0] ?? 0);
  const complexFrames = frames / 2;
  const data = zeros([nx, ny, nz, complexFrames, points]);
  const unit = parameters.text('VisuCoreUnits');
  const isTime = unit !== null && /^(?:u|m)?s(?:ec)?$/i.test(unit);
  for (let i = 0; i < nx * ny * nz; i++) {
    const [x, y, z] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))];
    for (let frame = 0; frame < complexFrames; frame++) {
      const real = Math.floor(frame / stride) * 2 * stride + (frame % stride);
      const at = (((x * ny + y) * nz + z) * complexFrames + frame) * points;
      for (let t = 0; t < points; t++) {
        data.re[at + t] = value(real, i * points + t);
        data.im[at + t] = value(real + stride, i * points + t);
      }
      if (!isTime) spectrumToFid(data.re.subarray(at, at + points), data.im.subarray(at, at + points));
    }
  }
  warnings.push({
    code: 'reconstructed-data',
    message: isTime
      ? 'The file holds FIDs that ParaVision has processed already.'
      : 'The file holds spectra that ParaVision has processed already; FIDs were made by an inverse transform.',
  });
  return { data };
}
