// Options of `quantify` for grids: which voxels are fitted (--voxels, --mask), and maps of the results (--maps).
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../core/domain/errors.ts';
import type { MrsDataset } from '../core/domain/mrsDataset.ts';
import { voxelCount } from '../core/domain/mrsDataset.ts';
import type { VoxelQuantification } from '../core/domain/quantification.ts';
import { mapFiles, voxelsInMask } from '../core/pipeline/index.ts';
import type { AnalysisOutcome } from '../core/pipeline/index.ts';
import type { OutputFiles } from '../node/files/outputFolder.ts';
import { writeOutputs } from '../node/files/outputFolder.ts';
import { readError } from '../node/files/readErrors.ts';
import { voxelListOf } from './options.ts';

export interface VoxelOptions {
  readonly voxels?: string;
  readonly mask?: string;
}

/** @throws UsageError where the options contradict each other */
export function checkVoxelOptions({ voxels, mask }: VoxelOptions): void {
  if (voxels !== undefined) voxelListOf(voxels);
  if (voxels !== undefined && mask !== undefined) {
    throw new UsageError('--voxels and --mask contradict each other; give one of them.');
  }
}

export function addVoxelOptions(command: Command): Command {
  return command
    .option('--voxels <v,…>', 'voxel numbers to fit, x slowest, from 0 (default: all with signal)')
    .option('--mask <file>', 'NIfTI mask: fit the voxels of which at least half lies inside');
}

/** @returns voxels to fit; null: all with signal @throws UsageError, ReaderError */
export async function chosenVoxels({ voxels, mask }: VoxelOptions, scan: MrsDataset): Promise<number[] | null> {
  if (voxels !== undefined) return voxelListOf(voxels);
  if (mask === undefined) return null;
  const bytes = await readFile(mask).catch((error: unknown) => {
    throw readError(mask, error);
  });
  return voxelsInMask(scan, { name: basename(mask), bytes: new Uint8Array(bytes) });
}

/** What maps are made of: scans as they were read, each with the results of its methods. */
interface MappedScan {
  readonly scan: { readonly dataset: MrsDataset };
  readonly analyses: readonly {
    readonly method: string;
    readonly outcome: Pick<AnalysisOutcome, 'preprocessed'>;
    readonly voxels: readonly VoxelQuantification[];
  }[];
}

/** A folder a scan and method, where there are several of either. */
function filesOf(results: readonly MappedScan[]): OutputFiles {
  const files = new Map<string, Uint8Array>();
  for (const [index, { scan, analyses }] of results.entries()) {
    if (voxelCount(scan.dataset) === 1) continue;
    for (const { method, outcome, voxels } of analyses) {
      const folder = join(results.length === 1 ? '' : `scan-${index + 1}`, analyses.length === 1 ? '' : method);
      for (const [name, bytes] of mapFiles(outcome.preprocessed.dataset, voxels)) files.set(join(folder, name), bytes);
    }
  }
  return files;
}

/**
 * Writes the maps of all grids among the scans.
 * @returns how many files
 * @throws UsageError where no scan is a grid; ProcessingError
 */
export async function writeMaps(folder: string, results: readonly MappedScan[]): Promise<number> {
  const files = filesOf(results);
  if (files.size === 0) throw new UsageError('--maps takes MRSI; there is only one voxel here, which makes no map.');
  await writeOutputs(folder, files);
  return files.size;
}
