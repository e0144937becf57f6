// lineshape dicom: this program as a DICOM node, without a window.
import type { Command } from 'commander';
import { addConfigureCommands } from './configure.ts';
import { addGetCommand } from './get.ts';
import { addQueryCommands } from './query.ts';
import { addSendCommand } from './send.ts';
import { addServeCommand } from './serve.ts';

export function addDicomCommand(program: Command): void {
  const dicom = program.command('dicom').description('receive, search, fetch and send in the hospital’s network');
  addServeCommand(dicom);
  addQueryCommands(dicom);
  addGetCommand(dicom);
  addSendCommand(dicom);
  addConfigureCommands(dicom);
}
