// lineshape info: what files, folders and zips hold, one document a scan, image series or truth file.
import type { Command } from 'commander';
import { fieldStrengthT } from '../../core/domain/axes.ts';
import { AppError } from '../../core/domain/errors.ts';
import { pointCount, voxelSizeMm } from '../../core/domain/mrsDataset.ts';
import { describeImageSeries, describeNiftiImage, formatTitle, inMemory } from '../../core/formats/index.ts';
import type { FileGroup, ReadOptions } from '../../core/formats/index.ts';
import { guessRole } from '../../core/pipeline/guessRole.ts';
import { sha256OfFiles } from '../../node/files/hashing.ts';
import type { FileInfo, ImageInfo, Info, ScanInfo } from '../infoText.ts';
import { infoText } from '../infoText.ts';
import { addCommonOptions, addHeaderOptions, readOptionsOf } from '../options.ts';
import type { CommonOptions, HeaderOptions } from '../options.ts';
import { collectRefusals, readGroups, scanOf } from '../scanInputs.ts';
import { printJson, printText } from '../terminal.ts';

type Options = CommonOptions & HeaderOptions;

function scanInfo(group: FileGroup, options: ReadOptions): ScanInfo {
  const { fileName, sha256, dataset, water } = scanOf(group, options);
  const { acquisition } = dataset;
  return {
    file: fileName,
    sha256,
    fileCount: group.files.length,
    format: dataset.format,
    formatTitle: formatTitle(group.format),
    role: guessRole(dataset, fileName),
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
    holdsWaterReference: water !== null,
    warnings: dataset.warnings,
  };
}

function fileInfo(group: FileGroup, role: string): FileInfo {
  const { name, files, format, warnings } = group;
  return {
    file: name,
    sha256: sha256OfFiles(files),
    fileCount: files.length,
    format,
    formatTitle: formatTitle(format),
    role,
    warnings,
  };
}

function imageInfo(group: FileGroup): ImageInfo {
  const files = group.files.map(inMemory);
  const [file] = files;
  const image =
    group.format === 'nifti-image' && file !== undefined
      ? describeNiftiImage(file.bytes, file.name)
      : describeImageSeries(files, group.name);
  const { matrix, affine, warnings, voxelSizeMm: sizeMm } = image;
  return {
    ...fileInfo(group, 'image'),
    shape: matrix,
    voxel: { sizeMm, affine },
    warnings: [...warnings, ...group.warnings],
  };
}

/** @throws ReaderError, UnsupportedDataError for what is refused */
function infoOf(group: FileGroup, options: ReadOptions): Info {
  if (group.kind === 'image') return imageInfo(group);
  if (group.kind === 'truth') return fileInfo(group, 'truth');
  return scanInfo(group, options);
}

/** @throws the first refusal of a named file, or where nothing at all was recognised */
async function infosOf(paths: readonly string[], options: ReadOptions): Promise<Info[]> {
  const refusals = collectRefusals(paths);
  const infos: Info[] = [];
  for (const group of await readGroups(paths, refusals)) {
    try {
      infos.push(infoOf(group, options));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refusals.add(group.name, error);
    }
  }
  refusals.settle(infos.length);
  return infos;
}

export function addInfoCommand(program: Command): void {
  const command = program
    .command('info')
    .description('say what files, folders and zips hold')
    .argument('<file...>', 'scans, images, folders or zips');
  addCommonOptions(addHeaderOptions(command)).action(async (paths: string[], options: Options) => {
    const infos = await infosOf(paths, readOptionsOf(options));
    if (options.json === true) printJson(infos.length === 1 ? infos[0] : infos);
    else printText(infos.map(infoText).join('\n\n'));
  });
}
