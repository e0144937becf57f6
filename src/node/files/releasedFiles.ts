// Models and basis sets as they were released: each of their files is compared with the manifest that the build wrote into the
// program, when it is used. The user's own files lie elsewhere and are in no manifest.
import { realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { ModelError } from '../../core/domain/errors.ts';
import { sha256Hex } from './hashing.ts';

/** SHA-256 by path within the folder `resources`, '/'-separated: "models/dsr.onnx". */
export type ResourceManifest = Readonly<Record<string, string>>;

/** The build puts it here (scripts/build.mjs); not there where sources are run as they are, as in tests. */
declare const __RESOURCE_MANIFEST__: ResourceManifest | undefined;

/** Of this build; null where there was none. Only the program's main files ask for it, which lie inside the archive. */
export const RELEASE_MANIFEST: ResourceManifest | null =
  typeof __RESOURCE_MANIFEST__ === 'undefined' ? null : __RESOURCE_MANIFEST__;

/** Folders of the resources that the manifest covers completely. */
const COVERED = ['models', 'basis'];

let sealed: { readonly roots: readonly string[]; readonly manifest: ResourceManifest } | null = null;

/** As the system knows it; as it is written where nothing is there. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/**
 * From now on this thread uses no model and no basis set below `resources` that is not as the manifest says. To be called once,
 * at the start; nothing is read yet.
 * @param resources folder `resources`
 * @param manifest null: nothing is compared
 */
export function sealResources(resources: string, manifest: ResourceManifest | null): void {
  sealed = manifest === null ? null : { manifest, roots: [resolve(resources), realPath(resources)] };
}

/**
 * The place of a file within the sealed folders, '/'-separated; null where it is none of theirs. Looked for as it is named and as
 * it really lies: a link to the folder is no way around the check, and neither is one in the place of a file.
 */
function sealedPlace(path: string, roots: readonly string[]): string | null {
  const forms = [resolve(path), join(realPath(dirname(path)), basename(path)), realPath(path)];
  for (const root of roots) {
    const places = forms.map((form) => relative(root, form).split(sep).join('/'));
    const found = places.find((place) => COVERED.some((folder) => place.startsWith(`${folder}/`)));
    if (found !== undefined) return found;
  }
  return null;
}

/**
 * @param file place within the program's files, for the message
 * @param expected SHA-256 as released
 * @param found SHA-256 of what is there; null where nothing can be read
 */
export function changedFileError(file: string, expected: string, found: string | null): ModelError {
  const reason =
    found === null
      ? 'it is missing or can’t be read'
      : `its SHA-256 begins ${found.slice(0, 12)}, and ${expected.slice(0, 12)} is expected`;
  return new ModelError(
    'MODEL_INVALID',
    `The file ${file} is not the one that came with this Lineshape: ${reason}; please install the program again.`,
    { file, expected, found },
  );
}

/** @param file place within the program's files, for the message */
export function foreignFileError(file: string): ModelError {
  return new ModelError(
    'MODEL_INVALID',
    `The file ${file} did not come with this Lineshape and is not used; take it out of the program's folder.`,
    { file },
  );
}

/**
 * Compares a file with the manifest; one outside the sealed folders is not looked at.
 * @param path of the file
 * @param hash gives the SHA-256 of what is about to be used; asked for only where it counts
 * @throws ModelError MODEL_INVALID where it is another, or none that was released
 */
export function requireReleased(path: string, hash: () => string): void {
  if (sealed === null) return;
  const { roots, manifest } = sealed;
  const file = sealedPlace(path, roots);
  if (file === null) return;
  const expected = Object.hasOwn(manifest, file) ? manifest[file] : undefined;
  if (expected === undefined) throw foreignFileError(file);
  const found = hash();
  if (found !== expected) throw changedFileError(file, expected, found);
}

/** As `requireReleased`, of bytes that were read. @throws ModelError MODEL_INVALID */
export function requireReleasedBytes(path: string, bytes: Uint8Array): void {
  requireReleased(path, () => sha256Hex(bytes));
}
