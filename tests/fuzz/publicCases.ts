// Public real files as first cases, where they are there (tests/fixtures/realData.ts): read at run time, never kept here.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import type { FuzzCase, FuzzFile } from './engine/fuzzCase.ts';

/** Larger ones would make every case slow. [bytes] */
const LARGEST_SEED = 160 * 1024;
const LARGEST_PACKED_SEED = 24 * 1024;
/** Of one extension in one folder: the rest are of the same kind. */
const MOST_ALIKE = 3;
/** Files that make one scan together, by extension. */
const PARTNERS: Readonly<Record<string, readonly string[]>> = { '.sdat': ['.spar'], '.raw': ['.control'] };

const folder = (): string => process.env['LINESHAPE_DATA'] ?? '';

function read(path: string): FuzzFile {
  return { name: basename(path), bytes: new Uint8Array(readFileSync(path)) };
}

function withPartners(path: string, beside: readonly string[]): FuzzCase {
  const extension = extname(path);
  const stem = basename(path, extension).toLowerCase();
  const partners = (PARTNERS[extension.toLowerCase()] ?? []).flatMap((wanted) =>
    beside.filter((name) => name.toLowerCase() === `${stem}${wanted}`).slice(0, 1),
  );
  return { files: [read(path), ...partners.map((name) => read(join(dirname(path), name)))] };
}

/** @param takes which of them a target reads; undefined: none */
export function publicCases(takes: ((path: string) => boolean) | undefined): FuzzCase[] {
  if (takes === undefined || folder() === '') return [];
  const alike = new Map<string, number>();
  const paths = readdirSync(folder(), { recursive: true, encoding: 'utf8' }).sort();
  return paths.flatMap((path) => {
    const whole = join(folder(), path);
    const key = `${dirname(path)}/${extname(path).toLowerCase()}`;
    const count = alike.get(key) ?? 0;
    if (!takes(path) || count >= MOST_ALIKE) return [];
    const stats = statSync(whole);
    if (!stats.isFile() || stats.size === 0 || stats.size > (path.endsWith('.gz') ? LARGEST_PACKED_SEED : LARGEST_SEED))
      return [];
    alike.set(key, count + 1);
    return [withPartners(whole, readdirSync(dirname(whole)))];
  });
}
