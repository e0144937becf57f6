// Pictures taken of the window to be dragged out: files in a folder of their own, which goes when the program ends.
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PREFIX = 'lineshape-pictures-';
/** What a killed program left behind is removed once nobody can be dragging it any more. */
const LEFT_BEHIND_MS = 24 * 3600 * 1000;

export interface PictureFiles {
  /** Writes the file. @param name base name without extension @returns its path */
  readonly write: (name: string, png: Uint8Array) => string;
  readonly clean: () => void;
}

function removeLeftBehind(temp: string, nowMs: number): void {
  for (const name of readdirSync(temp).filter((entry) => entry.startsWith(PREFIX))) {
    try {
      const path = join(temp, name);
      if (nowMs - statSync(path).mtimeMs > LEFT_BEHIND_MS) rmSync(path, { recursive: true, force: true });
    } catch {
      // Another user's, or gone already: not ours to mind.
    }
  }
}

/** @param temp the system's folder for temporary files @param nowMs the time */
export function createPictureFiles(temp: string, nowMs: number): PictureFiles {
  let folder: string | null = null;
  let count = 0;
  removeLeftBehind(temp, nowMs);
  return {
    write: (name, png) => {
      folder ??= mkdtempSync(join(temp, PREFIX));
      count++;
      const path = join(folder, `${name}-${count}.png`);
      writeFileSync(path, png, { mode: 0o600 });
      return path;
    },
    clean: () => {
      if (folder !== null) rmSync(folder, { recursive: true, force: true });
      folder = null;
    },
  };
}
