// lineshape convert: any readable format → NIfTI-MRS, LCModel RAW with CONTROL, jMRUI text, DICOM MR Spectroscopy, CSV, BIDS.
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../../core/domain/errors.ts';
import { writeOutputs } from '../../node/files/outputFolder.ts';
import { bidsStudy, folderFiles, requireNoBids, targetOf } from '../convertTargets.ts';
import type { ConvertedFile } from '../convertTargets.ts';
import { deidentifiedScan, sayRemoved } from '../deidentifiedScan.ts';
import { addCommonOptions, addHeaderOptions, readOptionsOf } from '../options.ts';
import type { CommonOptions, HeaderOptions } from '../options.ts';
import { requireFolderOf } from '../outputFolder.ts';
import { collectRefusals, imagesOf, readGroups, scansOf } from '../scanInputs.ts';
import type { ScanInput } from '../scanInputs.ts';
import { printJson, printText, say } from '../terminal.ts';

interface Options extends CommonOptions, HeaderOptions {
  readonly deidentify?: boolean;
  readonly bids?: boolean;
  readonly subject: string;
  readonly session?: string;
}

interface Conversion {
  readonly files: readonly ConvertedFile[];
  /** Folder that the files' paths start from. */
  readonly folder: string;
  readonly removed: readonly string[];
}

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

/** Checks before anything is read that the output can be what was asked for. @throws UsageError */
function checkOutput(out: string, options: Options): void {
  if (options.bids === true) {
    if (existsSync(out) && !isFolder(out)) throw new UsageError(`With --bids the output ${out} must be a folder.`);
    requireNoBids(out);
  } else if (!isFolder(out)) {
    targetOf(out);
    requireFolderOf(out);
  }
}

function withoutNames(scan: ScanInput): { readonly scan: ScanInput; readonly removed: string[] } {
  const { dataset, removed } = deidentifiedScan(scan.dataset);
  const water = scan.water === null ? null : deidentifiedScan(scan.water).dataset;
  sayRemoved(scan.fileName, removed);
  return { scan: { ...scan, dataset, water }, removed };
}

function oneFile(scans: readonly ScanInput[], out: string): ConvertedFile[] {
  const [scan] = scans;
  if (scan === undefined) throw new UsageError('No scan was given.');
  if (scans.length === 1) return targetOf(out)(scan, out, null);
  throw new UsageError(
    `${scans.length} scans need an existing folder as output (each becomes NAME.nii.gz), or --bids, not one file.`,
  );
}

async function convert(inputs: string[], out: string, options: Options): Promise<Conversion> {
  checkOutput(out, options);
  const refusals = collectRefusals(inputs);
  const groups = await readGroups(inputs, refusals);
  const deidentify = options.deidentify === true;
  const prepared = scansOf(groups, refusals, readOptionsOf(options)).map((scan) =>
    deidentify ? withoutNames(scan) : { scan, removed: [] },
  );
  const scans = prepared.map(({ scan }) => scan);
  const removed = [...new Set(prepared.flatMap((p) => p.removed))].sort();
  if (options.bids === true) {
    const { subject, session } = options;
    const study = { scans, images: imagesOf(groups), deidentify, subject, session, name: basename(resolve(out)) };
    const { files, warnings } = bidsStudy(study);
    for (const warning of warnings) say(`Warning: ${warning}`);
    return { files, folder: out, removed };
  }
  if (isFolder(out)) return { files: folderFiles(scans, deidentify), folder: out, removed };
  const files = oneFile(scans, out).map((file) => ({ ...file, path: basename(file.path) }));
  return { files, folder: dirname(out), removed };
}

export function addConvertCommand(program: Command): void {
  const command = program
    .command('convert')
    .description('convert scans to NIfTI-MRS, LCModel RAW, jMRUI text, DICOM, CSV or BIDS')
    .argument(
      '<paths...>',
      'scans, folders or zips, and last the output: NAME.nii.gz, .RAW (with .CONTROL), .txt, .dcm, .csv, or a folder',
    )
    .option('--deidentify', 'leave out what identifies the patient; what was taken out is named on stderr')
    .option('--bids', 'write a BIDS data set into the output folder')
    .option('--subject <label>', 'with --bids: label of the subject', '01')
    .option('--session <label>', 'with --bids: label of the session');
  addCommonOptions(addHeaderOptions(command)).action(async (paths: string[], options: Options) => {
    const out = paths[paths.length - 1];
    if (paths.length < 2 || out === undefined)
      throw new UsageError('convert takes at least one scan and the output file.');
    const { files, folder, removed } = await convert(paths.slice(0, -1), out, options);
    await writeOutputs(folder, new Map(files.map(({ path, content }) => [path, content])));
    const written = files.map(({ path, format }) => ({ file: join(folder, path), format }));
    if (options.json === true) printJson({ written, deidentified: options.deidentify === true, removed });
    else printText(written.map((w) => `${w.file} (${w.format})`).join('\n'));
  });
}
