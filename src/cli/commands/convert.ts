// lineshape convert: any readable format → NIfTI-MRS, LCModel RAW, jMRUI text.
import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../../core/domain/errors.ts';
import { deidentify, writeMrs } from '../../core/formats/index.ts';
import type { WritableFormat } from '../../core/formats/index.ts';
import { atomicWrite } from '../../node/files/atomicWrite.ts';
import { writeOutputs } from '../../node/files/outputFolder.ts';
import { addCommonOptions, addHeaderOptions, readOptionsOf } from '../options.ts';
import type { CommonOptions, HeaderOptions } from '../options.ts';
import { requireFolderOf } from '../outputFolder.ts';
import { readScans } from '../scanInputs.ts';
import { printJson, printText } from '../terminal.ts';

interface Options extends CommonOptions, HeaderOptions {
  readonly deidentify?: boolean;
}

const FORMAT_BY_EXTENSION: readonly (readonly [RegExp, WritableFormat, boolean])[] = [
  [/\.nii\.gz$/i, 'nifti-mrs', true],
  [/\.nii$/i, 'nifti-mrs', false],
  [/\.(raw|h2o)$/i, 'lcmodel-raw', false],
  [/\.txt$/i, 'jmrui-text', false],
];

function targetOf(path: string): { format: WritableFormat; compress: boolean } {
  const found = FORMAT_BY_EXTENSION.find(([pattern]) => pattern.test(path));
  if (found === undefined) {
    throw new UsageError(
      `The output ${basename(path)} must end with .nii.gz, .nii, .RAW, .H2O or .txt, which names its format.`,
    );
  }
  return { format: found[1], compress: found[2] };
}

const stem = (name: string): string => name.replace(/\.nii\.gz$/i, '').replace(/\.[^.]+$/, '');
const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

async function convert(inputs: string[], out: string, options: Options): Promise<{ file: string; format: string }[]> {
  const intoFolder = isFolder(out);
  if (!intoFolder) {
    targetOf(out);
    requireFolderOf(out);
  }
  const scans = await readScans(inputs, readOptionsOf(options));
  if (scans.length > 1 && !intoFolder) {
    throw new UsageError(
      `${scans.length} scans need an existing folder as output (each becomes NAME.nii.gz), not one file.`,
    );
  }
  const prepared = scans.map((s) => ({
    ...s,
    dataset: options.deidentify === true ? deidentify(s.dataset) : s.dataset,
  }));
  if (!intoFolder) {
    const { format, compress } = targetOf(out);
    const [scan] = prepared;
    if (scan === undefined) throw new UsageError('No scan was given.');
    await atomicWrite(out, writeMrs(scan.dataset, format, { compress }));
    return [{ file: out, format }];
  }
  const files = new Map(prepared.map((s) => [`${stem(s.fileName)}.nii.gz`, writeMrs(s.dataset, 'nifti-mrs')]));
  if (files.size < prepared.length)
    throw new UsageError('Two of the scans have the same name and would overwrite each other.');
  await writeOutputs(out, files);
  return [...files.keys()].map((name) => ({ file: join(out, name), format: 'nifti-mrs' }));
}

export function addConvertCommand(program: Command): void {
  const command = program
    .command('convert')
    .description('convert scans to NIfTI-MRS (.nii.gz), LCModel (.RAW) or jMRUI (.txt)')
    .argument('<paths...>', 'scans, and last the output file (or, for several scans, an existing folder)')
    .option('--deidentify', 'leave out what identifies the patient');
  addCommonOptions(addHeaderOptions(command)).action(async (paths: string[], options: Options) => {
    const out = paths[paths.length - 1];
    if (paths.length < 2 || out === undefined)
      throw new UsageError('convert takes at least one scan and the output file.');
    const written = await convert(paths.slice(0, -1), out, options);
    if (options.json === true) printJson({ written, deidentified: options.deidentify === true });
    else printText(written.map((w) => `${w.file} (${w.format})`).join('\n'));
  });
}
