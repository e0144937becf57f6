// The scans a command is given: paths of files and folders → one entry a scan, with its hash.
import { basename } from 'node:path';
import type { MrsDataset } from '../core/domain/mrsDataset.ts';
import { readScan, sniffFormat } from '../core/formats/index.ts';
import type { ReadOptions } from '../core/formats/index.ts';
import { sha256Hex } from '../node/files/hashing.ts';
import { readInputFiles } from '../node/files/readInputFiles.ts';
import type { InputFile } from '../node/files/readInputFiles.ts';

export interface ScanInput {
  readonly fileName: string;
  readonly sha256: string;
  readonly dataset: MrsDataset;
  /** Water signal that the same file holds. */
  readonly water: MrsDataset | null;
}

const isCompanion = (file: InputFile): boolean =>
  ['lcmodel-control', 'philips-spar'].includes(sniffFormat(file.bytes, file.name));

/**
 * Reads every scan of the given paths, in their order; a folder stands for its files.
 * @throws ReaderError, UnsupportedDataError for the first that can't be read
 */
export async function readScans(paths: readonly string[], options: ReadOptions): Promise<ScanInput[]> {
  const scans: ScanInput[] = [];
  for (const path of paths) {
    const files = await readInputFiles([path]);
    const companions = files.filter(isCompanion);
    const mains = files.filter((f) => !companions.includes(f));
    for (const main of mains.length > 0 ? mains : files.slice(0, 1)) {
      const own = mains.length > 0 ? [main, ...companions] : [main];
      scans.push({ fileName: basename(main.name), sha256: sha256Hex(main.bytes), ...readScan(own, options) });
    }
  }
  return scans;
}

/** Reads exactly one scan. */
export async function readOneScan(path: string, options: ReadOptions): Promise<ScanInput> {
  const scans = await readScans([path], options);
  return scans[0] as ScanInput;
}
