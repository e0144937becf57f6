// Dialogs about basis sets: which files to add, which pulse to read, where to export.
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ProcessingError } from '../../core/domain/errors.ts';
import type { ChannelRequest, ChannelResponse } from '../../ipc/contract.ts';
import { isSingleFile } from '../../node/files/basisExport.ts';
import { writeOutputs } from '../../node/files/outputFolder.ts';
import type { Handlers } from '../registrar.ts';
import { allFiles, chooseFiles, chooseFolder, NOT_SAVED, saveFile } from './dialogs.ts';
import type { MainContext } from './mainContext.ts';

const BASIS_EXTENSIONS = ['basis', 'BASIS', 'raw', 'RAW', 'json', 'txt', 'nii', 'gz'];
/** Siemens .pta, Bruker shapes, and plain text. */
const WAVEFORM_EXTENSIONS = ['pta', 'PTA', 'txt', 'TXT', 'exc', 'inv', 'rfc', 'gp', 'csv', 'dat', 'RF'];

async function exportBasis(
  { host, window, texts }: MainContext,
  request: ChannelRequest<'basis:export'>,
): Promise<ChannelResponse<'basis:export'>> {
  const { format, basisId } = request;
  const name = texts().basisFormats[format];
  const title = texts().dialogs.exportBasisAs.replace('{format}', name);
  if (isSingleFile(format)) {
    const kind = { name, extensions: ['basis'] };
    return saveFile(window(), { title, suggestedName: `${basisId}.basis`, kind }, async () => {
      const [file] = await host.ask('host:basis-files', request);
      return file?.bytes ?? null;
    });
  }
  const parent = await chooseFolder(window(), title);
  if (parent === null) return NOT_SAVED;
  const folder = join(parent, basisId);
  if (existsSync(folder)) {
    throw new ProcessingError('WRITE_FAILED', `There is a folder ${basisId} already where you want to export to.`);
  }
  const files = await host.ask('host:basis-files', request);
  await writeOutputs(folder, new Map(files.map(({ name, bytes }) => [name, bytes])));
  return { saved: true, fileName: basename(folder) };
}

export function basisDialogHandlers(
  context: MainContext,
): Pick<Handlers, 'basis:import' | 'basis:waveform' | 'basis:export'> {
  const { host, window, texts } = context;
  return {
    'basis:import': async () => {
      const { dialogs, kinds } = texts();
      const offered = [{ name: kinds.basis, extensions: BASIS_EXTENSIONS }, allFiles(texts())];
      const paths = await chooseFiles(window(), dialogs.addBasis, offered, 'several');
      return paths.length === 0 ? null : host.ask('host:add-basis', { paths });
    },
    'basis:waveform': async () => {
      const { dialogs, kinds } = texts();
      const offered = [{ name: kinds.waveform, extensions: WAVEFORM_EXTENSIONS }, allFiles(texts())];
      const [path] = await chooseFiles(window(), dialogs.readWaveform, offered, 'one');
      return path === undefined ? null : host.ask('host:read-waveform', { path });
    },
    'basis:export': (request) => exportBasis(context, request),
  };
}
