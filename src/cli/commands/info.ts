// lineshape info: what a file is.
import { basename } from 'node:path';
import type { Command } from 'commander';
import { fieldStrengthT } from '../../core/domain/axes.ts';
import { AppError } from '../../core/domain/errors.ts';
import { pointCount, voxelSizeMm } from '../../core/domain/mrsDataset.ts';
import { describeNiftiImage, sniffFormat } from '../../core/formats/index.ts';
import { readInputFiles } from '../../node/files/readInputFiles.ts';
import { addCommonOptions, addHeaderOptions, readOptionsOf } from '../options.ts';
import type { CommonOptions, HeaderOptions } from '../options.ts';
import { readScans } from '../scanInputs.ts';
import type { ScanInput } from '../scanInputs.ts';
import { printJson, printText } from '../terminal.ts';

type Options = CommonOptions & HeaderOptions;

function scanInfo({ fileName, sha256, dataset }: ScanInput): Record<string, unknown> {
  const { acquisition } = dataset;
  return {
    file: fileName,
    sha256,
    format: dataset.format,
    nucleus: dataset.nucleus,
    spectrometerFrequencyMHz: dataset.spectrometerFrequencyMHz,
    fieldT: fieldStrengthT(dataset.spectrometerFrequencyMHz, dataset.nucleus),
    dwellTimeS: dataset.dwellTimeS,
    points: pointCount(dataset),
    shape: dataset.data.shape,
    dims: dataset.dimensions.map((d) => d.tag),
    echoTimeS: acquisition.echoTimeS,
    repetitionTimeS: acquisition.repetitionTimeS,
    sequence: acquisition.sequence,
    voxel: { sizeMm: voxelSizeMm(dataset.affine), affine: dataset.affine },
    patient: dataset.patient,
    warnings: dataset.warnings,
  };
}

/** A structural image is described as such; the reader's refusal stands where it is neither. */
async function imageInfo(path: string): Promise<Record<string, unknown> | null> {
  const [file] = await readInputFiles([path]);
  if (file === undefined || sniffFormat(file.bytes, file.name) !== 'nifti-image') return null;
  const { affine, matrix, warnings, voxelSizeMm: sizeMm } = describeNiftiImage(file.bytes, file.name);
  return { file: basename(path), format: 'nifti-image', shape: matrix, voxel: { sizeMm, affine }, warnings };
}

async function infoOf(path: string, options: Options): Promise<Record<string, unknown>[]> {
  try {
    return (await readScans([path], readOptionsOf(options))).map(scanInfo);
  } catch (error) {
    const image = error instanceof AppError && error.code === 'NOT_COMPLEX' ? await imageInfo(path) : null;
    if (image === null) throw error;
    return [image];
  }
}

function plainText(info: Record<string, unknown>): string {
  const text = (value: unknown): string => {
    if (value === null || value === undefined) return '–';
    if (Array.isArray(value)) {
      return value
        .map((v) => (typeof v === 'object' ? ((v as { message?: string }).message ?? '') : String(v)))
        .join(', ');
    }
    if (typeof value !== 'object') return String(value);
    return Object.entries(value)
      .map(([k, v]) => `${k} ${text(v)}`)
      .join('; ');
  };
  return Object.entries(info)
    .map(([key, value]) => `${key.padEnd(26)}${text(value)}`)
    .join('\n');
}

export function addInfoCommand(program: Command): void {
  const command = program.command('info').description('say what a file is').argument('<file...>', 'scans or images');
  addCommonOptions(addHeaderOptions(command)).action(async (paths: string[], options: Options) => {
    const infos: Record<string, unknown>[] = [];
    for (const path of paths) infos.push(...(await infoOf(path, options)));
    if (options.json === true) printJson(infos.length === 1 ? infos[0] : infos);
    else printText(infos.map(plainText).join('\n\n'));
  });
}
