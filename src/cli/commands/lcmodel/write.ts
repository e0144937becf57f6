// lineshape lcmodel write: LCModel's input files only, for a machine that has LCModel.
import type { Command } from 'commander';
import { writeLcmodelBasis } from '../../../core/basis/files/write/index.ts';
import { lcmodelFiles } from '../../../core/formats/index.ts';
import { latin1Bytes } from '../../../core/math/fortranText.ts';
import { prepareForLcmodel } from '../../../core/pipeline/lcmodelAnalysis.ts';
import { lcmodelControlEntries } from '../../../core/quantification/lcmodel/index.ts';
import { writeOutputs } from '../../../node/files/outputFolder.ts';
import type { Session } from '../../session.ts';
import { withSession } from '../../session.ts';
import { printJson, printText, say } from '../../terminal.ts';
import type { LcmodelScanOptions } from './scanForLcmodel.ts';
import { addLcmodelScanOptions, readLcmodelScan, settingsOf } from './scanForLcmodel.ts';

interface Options extends Omit<LcmodelScanOptions, 'voxels'> {
  readonly out: string;
}

const STEM = 'spectrum';
const BASIS_FILE = 'basis.BASIS';

interface Made {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly warnings: readonly string[];
}

/** A grid goes into one set of files, for LCModel takes its voxels one after another by itself. */
async function inputFiles(input: string, options: Options, session: Session): Promise<Made> {
  const given = await readLcmodelScan(input, options, session);
  const { preprocessed, settings, warnings } = await prepareForLcmodel(given, session.deps);
  const written = lcmodelFiles({
    scan: preprocessed.dataset,
    water: preprocessed.water,
    stem: STEM,
    basisFile: BASIS_FILE,
    title: 'Lineshape',
    settings: lcmodelControlEntries(settings, preprocessed.water !== null),
  });
  const basis = given.basisFile ?? latin1Bytes(writeLcmodelBasis(given.basis));
  return {
    files: new Map([...written.map(({ path, bytes }) => [path, bytes] as const), [BASIS_FILE, basis] as const]),
    warnings: [...warnings, ...given.basis.warnings].map(({ message }) => message),
  };
}

async function write(input: string, options: Options): Promise<void> {
  settingsOf(options);
  const { files, warnings } = await withSession(options, (session) => inputFiles(input, options, session));
  await writeOutputs(options.out, files);
  for (const warning of warnings) say(`Warning: ${warning}`);
  const names = [...files.keys()];
  if (options.json === true) printJson({ folder: options.out, files: names, warnings });
  else printText(`${names.join(', ')}\nRun there, in that folder: lcmodel < ${STEM}.CONTROL`);
}

export function addWriteCommand(lcmodel: Command): void {
  const command = lcmodel
    .command('write')
    .description('write LCModel’s input files only, for another machine')
    .argument('<scan>', 'file or folder')
    .requiredOption('-o, --out <dir>', 'folder for .RAW, .H2O, .BASIS and .CONTROL');
  addLcmodelScanOptions(command).action(write);
}
