// One SHA-256 over everything that an analysis stored: entered in the audit trail, and taken again when it is verified.
import { createHash } from 'node:crypto';
import type { SqlValue } from './connection.ts';

/** A voxel as it is stored. */
export interface StoredVoxel {
  readonly voxel: number;
  readonly result: string;
  readonly curves: Uint8Array | null;
}

/**
 * @param row what stands in the table of analyses, in a fixed order
 * @param voxels in the order they are stored
 * @returns 64 lower-case hexadecimal digits
 */
export function analysisDigest(row: readonly SqlValue[], voxels: Iterable<StoredVoxel>): string {
  const hash = createHash('sha256');
  // Lengths keep two texts from being taken for one.
  const add = (text: string): void => void hash.update(`${Buffer.byteLength(text)}:${text}`);
  add(JSON.stringify(row));
  for (const { voxel, result, curves } of voxels) {
    add(String(voxel));
    add(result);
    hash.update(`${curves?.length ?? -1}:`);
    if (curves !== null) hash.update(curves);
  }
  return hash.digest('hex');
}
