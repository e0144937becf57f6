// What `lcmodel run` and `lcmodel write` have in common: the scan, its water, the basis set, the recipe with LCModel's settings.
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { FileBasisSet } from '../../../core/basis/files/index.ts';
import type { JsonObject } from '../../../core/domain/json.ts';
import type { LcmodelInput } from '../../../core/pipeline/lcmodelAnalysis.ts';
import { lcmodelRecipe } from '../../../core/pipeline/lcmodelAnalysis.ts';
import { controlAssignments, parseLcmodelSettings } from '../../../core/quantification/lcmodel/index.ts';
import { chooseBasis } from '../../basisChoice.ts';
import { addCommonOptions, addHeaderOptions, ppmRangeOf, readOptionsOf, voxelListOf } from '../../options.ts';
import type { CommonOptions, HeaderOptions } from '../../options.ts';
import { chosenRecipe } from '../../recipeChoice.ts';
import type { RecipeFlags } from '../../recipeChoice.ts';
import { readOneScan } from '../../scanInputs.ts';
import type { ScanInput } from '../../scanInputs.ts';
import type { Session } from '../../session.ts';

export interface LcmodelScanOptions extends CommonOptions, HeaderOptions, RecipeFlags {
  readonly water?: string;
  readonly basis?: string;
  readonly ppm?: string;
  readonly voxels?: string;
  readonly control?: readonly string[];
}

export interface LcmodelScan extends LcmodelInput {
  readonly scan: ScanInput;
  readonly waterScan: ScanInput | null;
  readonly basis: FileBasisSet;
  /** Content of a .BASIS file that was named, for LCModel to read as it is; null: one is written. */
  readonly basisFile: Uint8Array | null;
}

export function addLcmodelScanOptions(command: Command): Command {
  const withOptions = command
    .option('--water <file>', 'water reference scan')
    .option(
      '--basis <b>',
      'basis set: id, file or folder; a .BASIS file goes to LCModel as it is (default: as quantify)',
    )
    .option('--recipe <r>', 'recipe: id or JSON file (default: by the kind of scan)')
    .option('--no-preprocess', 'the data as they are')
    .option('--ppm <lo,hi>', 'analysis window (default: LCModel’s own)')
    .option('--control <key=value...>', 'further control parameters of LCModel, as nsimul=0 or chomit=Gly,Ser')
    .option('--voxels <v,…>', 'voxel numbers, x slowest, from 0 (default: all with signal)');
  return addCommonOptions(addHeaderOptions(withOptions));
}

/** LCModel's settings as the options give them, checked. @throws UsageError */
export function settingsOf(options: LcmodelScanOptions): JsonObject {
  const namelist = controlAssignments(options.control ?? []);
  const settings: JsonObject = {
    ...(options.ppm === undefined ? {} : { ppmRange: ppmRangeOf(options.ppm) }),
    ...(Object.keys(namelist).length === 0 ? {} : { namelist }),
  };
  parseLcmodelSettings(settings);
  return settings;
}

/** Reads everything. @throws what reading and basis choice throw */
export async function readLcmodelScan(
  path: string,
  options: LcmodelScanOptions,
  session: Session,
): Promise<LcmodelScan> {
  const settings = settingsOf(options);
  const voxels = options.voxels === undefined ? null : voxelListOf(options.voxels);
  const readOptions = readOptionsOf(options);
  const scan = await readOneScan(path, readOptions);
  const waterScan = options.water === undefined ? null : await readOneScan(options.water, readOptions);
  const choice = { basis: options.basis, removeMarker: false, readOptions };
  const basis = await chooseBasis(choice, scan.dataset, session.resources);
  const isFile = /\.basis$/i.test(options.basis ?? '');
  return {
    scan,
    waterScan,
    dataset: scan.dataset,
    water: waterScan?.dataset ?? scan.water,
    basis,
    basisFile: isFile ? new Uint8Array(await readFile(options.basis as string)) : null,
    recipe: lcmodelRecipe(await chosenRecipe(options, scan.dataset), settings, basis),
    voxels,
  };
}
