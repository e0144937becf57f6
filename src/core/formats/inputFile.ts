// A file as it was given to the program: its name, its place, its bytes.

export interface InputFile {
  /** Base name. */
  readonly name: string;
  /** Path inside the folder or zip that was given, '/'-separated, ending with `name`; the name alone where it is absent. */
  readonly path?: string;
  readonly bytes: Uint8Array;
}

export const pathOf = (file: InputFile): string => file.path ?? file.name;

/** Folder of a file, '' at the top. */
export const folderOf = (file: InputFile): string => pathOf(file).split('/').slice(0, -1).join('/');

/** Name without its last extension, in lower case. */
export const stemOf = (name: string): string => name.replace(/\.[^.]*$/, '').toLowerCase();
