// lineshape basis convert: a basis set from any readable format into another.
import { basename, dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../../../core/domain/errors.ts';
import { atomicWrite } from '../../../node/files/atomicWrite.ts';
import { basisFiles, isSingleFile } from '../../../node/files/basisExport.ts';
import type { BasisExportFormat } from '../../../node/files/basisExport.ts';
import { loadBasisWithCard, nameOf } from '../../../node/files/basisLibrary.ts';
import { writeOutputs } from '../../../node/files/outputFolder.ts';
import { resourcesDir } from '../../../node/files/resourcePaths.ts';
import { importCard } from '../../../node/files/userBases.ts';
import { addCommonOptions, addHeaderOptions, readOptionsOf } from '../../options.ts';
import type { CommonOptions, HeaderOptions } from '../../options.ts';
import { requireFolderOf } from '../../outputFolder.ts';
import { printJson, printText, say } from '../../terminal.ts';
import { FORMATS, formatOf } from './formats.ts';

interface Options extends CommonOptions, HeaderOptions {
  readonly format: string;
  readonly removeBasisMarker?: boolean;
}

interface Target {
  readonly folder: string;
  /** Of the files, without extension. */
  readonly name: string;
}

/** Where the output goes: one file, or a folder of files. The program's own format takes either. */
function targetOf(out: string, format: BasisExportFormat, fallbackName: string): Target {
  const path = resolve(out);
  const isFile = isSingleFile(format) || (format === 'lineshape' && /\.nii\.gz$/i.test(out));
  if (!isFile) return { folder: path, name: fallbackName };
  if (format === 'lcmodel' && !/\.basis$/i.test(out)) {
    throw new UsageError(`The output ${basename(out)} must end with .basis for LCModel's format.`);
  }
  requireFolderOf(out);
  return { folder: dirname(path), name: nameOf(path) };
}

async function convert(input: string, out: string, options: Options): Promise<void> {
  const format = formatOf(options.format);
  const marker = options.removeBasisMarker === true ? { removeReferenceMarker: true } : {};
  const readOptions = { ...readOptionsOf(options), ...marker };
  if (isSingleFile(format)) targetOf(out, format, '');
  const { basis, card: known } = await loadBasisWithCard(input, resourcesDir(), readOptions);
  const { folder, name } = targetOf(out, format, nameOf(input));
  const files = basisFiles({ ...basis, id: name }, format, (file, sha256) =>
    known === null ? importCard(basis, name, name, file, sha256) : { ...known, id: name, file, sha256 },
  );
  const [only] = files;
  const written = isSingleFile(format) && only !== undefined ? [resolve(out)] : files.map((f) => join(folder, f.name));
  if (isSingleFile(format) && only !== undefined) await atomicWrite(out, only.bytes);
  else await writeOutputs(folder, new Map(files.map((f) => [f.name, f.bytes])));
  for (const warning of basis.warnings) say(`Warning: ${warning.message}`);
  const names = basis.signals.map((s) => s.name);
  if (options.json === true) printJson({ format, files: written, signals: names, warnings: basis.warnings });
  else
    printText(
      `${out}: ${names.length} signals as ${format}, ${written.length === 1 ? '1 file' : `${written.length} files`}`,
    );
}

export function addConvertCommand(basis: Command): void {
  const command = basis
    .command('convert')
    .description('turn a basis set into another format')
    .argument('<in>', 'id, file or folder')
    .argument('<out>', 'file.basis for lcmodel; file.nii.gz or folder for lineshape; folder for the others')
    .requiredOption('--format <f>', FORMATS.join(', '))
    .option('--remove-basis-marker', 'take the reference singlet at 0 ppm out of the basis signals');
  addCommonOptions(addHeaderOptions(command)).action(convert);
}
