// SHA-256 of files and of recipes: what results are pinned to.
import { createHash } from 'node:crypto';
import type { FileContent } from '../../core/domain/fileContent.ts';
import { piecesOf } from '../../core/domain/fileContent.ts';
import type { JsonValue } from '../../core/domain/json.ts';
import type { Recipe } from '../../core/domain/recipe.ts';

/** A file's content under its base name. */
export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** @returns SHA-256 of bytes or of UTF-8 text, 64 lower-case hexadecimal digits */
export function sha256Hex(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** @returns SHA-256 of a file's content, read piece by piece where it is large */
export function sha256OfContent(content: FileContent): string {
  const hash = createHash('sha256');
  for (const piece of piecesOf(content)) hash.update(piece);
  return hash.digest('hex');
}

/**
 * SHA-256 of a set of files: of one file its own; of several the hash of their hexadecimal hashes, joined in the order
 * of their names (by code unit, so that no locale changes it).
 * @param files at least one
 */
export function sha256OfFiles(files: readonly (FileContent & { readonly name: string })[]): string {
  const only = files[0];
  if (files.length === 1 && only !== undefined) return sha256OfContent(only);
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return sha256Hex(sorted.map((file) => sha256OfContent(file)).join(''));
}

/** JSON with the keys of every object sorted by code unit and no white space: equal values give equal text. */
export function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`);
    return `{${entries.join(',')}}`;
  }
  return JSON.stringify(value);
}

/** @returns a recipe as canonical JSON, the text that its hash is taken of */
export function recipeJson(recipe: Recipe): string {
  return canonicalJson(JSON.parse(JSON.stringify(recipe)) as JsonValue);
}

/** @returns SHA-256 of a recipe's canonical JSON, so that the order of its keys doesn't matter */
export function recipeSha256(recipe: Recipe): string {
  return sha256Hex(recipeJson(recipe));
}
