// lineshape basis simulate: a basis set for any sequence, from first principles, on all cores.
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { checkBasisRequest } from '../../../core/basis/buildBasisSet.ts';
import { simulationCard } from '../../../core/basis/simulationCard.ts';
import type { BasisRequest } from '../../../core/domain/basisRequest.ts';
import type { BasisSet } from '../../../core/domain/basisSet.ts';
import { basisFiles, isSingleFile } from '../../../node/files/basisExport.ts';
import type { BasisExportFormat } from '../../../node/files/basisExport.ts';
import { writeOutputs } from '../../../node/files/outputFolder.ts';
import type { CommonOptions } from '../../options.ts';
import { withSession } from '../../session.ts';
import { printJson, printText } from '../../terminal.ts';
import { FORMATS, formatOf } from './formats.ts';
import { addRequestOptions, basisRequestOf } from './simulateRequest.ts';
import type { RequestOptions } from './simulateRequest.ts';

interface Options extends RequestOptions, CommonOptions {
  readonly format: string;
  readonly out: string;
}

/** Files of one set; those of a folder format stand in a folder of the set where there are several sets. */
function filesOf(
  request: BasisRequest,
  basis: BasisSet,
  format: BasisExportFormat,
  isOnly: boolean,
): { readonly name: string; readonly bytes: Uint8Array }[] {
  const files = basisFiles(basis, format, (file, sha256) => simulationCard(request, basis, file, sha256));
  const flat = isOnly || isSingleFile(format) || format === 'lineshape';
  return files.map(({ name, bytes }) => ({ name: flat ? name : join(basis.id, name), bytes }));
}

async function simulate(options: Options): Promise<void> {
  const format = formatOf(options.format);
  const request = await basisRequestOf(options);
  checkBasisRequest(request);
  const startMs = performance.now();
  // Nothing else is done meanwhile, so every core may work.
  const threads = options.threads ?? String(availableParallelism());
  const { sets, simulatedMs } = await withSession({ ...options, threads }, async (session) => {
    const made = await session.simulateBasis(request);
    return { sets: made, simulatedMs: performance.now() - startMs };
  });
  const written = sets.map((basis) => ({ basis, files: filesOf(request, basis, format, sets.length === 1) }));
  const files = written.flatMap((set) => set.files);
  await writeOutputs(options.out, new Map(files.map(({ name, bytes }) => [name, bytes])));
  if (options.json === true) {
    const ofSet = ({ basis, files: own }: (typeof written)[number]): unknown => ({
      ...{ id: basis.id, title: basis.title, editing: basis.editing },
      signals: basis.signals.map(({ name, kind }) => ({ name, kind })),
      files: own.map(({ name }) => join(options.out, name)),
    });
    printJson({ schema: 'lineshape.basis-simulation/1', format, request, simulatedMs, sets: written.map(ofSet) });
    return;
  }
  for (const { basis, files: own } of written) {
    const [only] = own;
    const where =
      own.length === 1 && only !== undefined ? join(options.out, only.name) : `${own.length} files in ${options.out}`;
    printText(`${basis.title}: ${basis.signals.length} signals, ${where}`);
  }
}

export function addSimulateCommand(basis: Command): void {
  const command = addRequestOptions(basis.command('simulate').description('simulate a basis set for any sequence'))
    .option('--format <f>', FORMATS.join(', '), 'lineshape')
    .requiredOption('-o, --out <dir>', 'folder for the files')
    .option('--json', 'print exactly one JSON document on stdout')
    .option('--threads <n>', 'worker threads (default: as many as the processor has)');
  command.action(simulate);
}
