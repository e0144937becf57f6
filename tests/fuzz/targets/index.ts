// Every target of the fuzzer.
import type { FuzzTarget } from '../engine/fuzzCase.ts';
import { BASIS_TARGETS } from './basisFiles.ts';
import { COMMAND_LINE_TARGETS } from './commandLine.ts';
import { DATABASE_TARGETS } from './database.ts';
import { DICOM_NETWORK_TARGETS } from './dicomNetwork.ts';
import { IMAGE_TARGETS } from './images.ts';
import { IMPORT_TARGETS } from './importing.ts';
import { LCMODEL_TARGETS } from './lcmodel.ts';
import { RECIPE_TARGETS } from './recipes.ts';
import { REQUEST_TARGETS } from './requests.ts';
import { SCAN_TARGETS } from './scans.ts';
import { SETTINGS_TARGETS } from './settings.ts';

export const TARGETS: readonly FuzzTarget[] = [
  ...SCAN_TARGETS,
  ...IMPORT_TARGETS,
  ...IMAGE_TARGETS,
  ...BASIS_TARGETS,
  ...LCMODEL_TARGETS,
  ...SETTINGS_TARGETS,
  ...RECIPE_TARGETS,
  ...REQUEST_TARGETS,
  ...DATABASE_TARGETS,
  ...COMMAND_LINE_TARGETS,
  ...DICOM_NETWORK_TARGETS,
];
