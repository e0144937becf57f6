// A file as it was given to the program: its name, its place, its content.
import type { FileContent } from '../domain/fileContent.ts';
import { bytesOf } from '../domain/fileContent.ts';

export interface FileName {
  /** Base name. */
  readonly name: string;
  /** Path inside the folder or zip that was given, '/'-separated, ending with `name`; the name alone where it is absent. */
  readonly path?: string;
}

/** A file in memory. */
export interface InputFile extends FileName {
  readonly bytes: Uint8Array;
}

/** A file in memory, or a large one that is read piece by piece. */
export type GivenFile = FileName & FileContent;

/** The file in memory: itself, or a large one read whole, once for each call. */
export function inMemory(file: GivenFile): InputFile {
  if (file.source === undefined) return file;
  return { name: file.name, ...(file.path === undefined ? {} : { path: file.path }), bytes: bytesOf(file) };
}

export const pathOf = (file: FileName): string => file.path ?? file.name;

/** Folder of a file, '' at the top. */
export const folderOf = (file: FileName): string => pathOf(file).split('/').slice(0, -1).join('/');

/** Name without its last extension, in lower case. */
export const stemOf = (name: string): string => name.replace(/\.[^.]*$/, '').toLowerCase();
