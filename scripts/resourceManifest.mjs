// The manifest of models and basis sets: SHA-256 of each of their files, which the build writes into the program.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

/** As in src/node/files/releasedFiles.ts. */
const COVERED = ['models', 'basis'];

async function sha256Of(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/**
 * @param {string} resources folder `resources`
 * @returns {Promise<Record<string, string>>} SHA-256 by path within it, '/'-separated, in order
 */
export async function resourceManifest(resources) {
  const manifest = {};
  for (const folder of COVERED) {
    const entries = await readdir(path.join(resources, folder), { withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
    for (const name of names.sort()) manifest[`${folder}/${name}`] = await sha256Of(path.join(resources, folder, name));
  }
  return manifest;
}
