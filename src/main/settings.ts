// What the app remembers outside the study database: the window's place, needed before the database is open.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface WindowPlace {
  /** null: the system chooses. */
  readonly position: { readonly x: number; readonly y: number } | null;
  readonly width: number;
  readonly height: number;
  readonly maximized: boolean;
}

export const MINIMUM_SIZE = { width: 1024, height: 700 } as const;
export const DEFAULT_PLACE: WindowPlace = { position: null, width: 1440, height: 900, maximized: false };

const coordinate = z.number().int().min(-100_000).max(100_000);
const placeSchema = z.object({
  position: z.object({ x: coordinate, y: coordinate }).nullable(),
  width: z.number().int().min(1).max(100_000),
  height: z.number().int().min(1).max(100_000),
  maximized: z.boolean(),
});

/**
 * Fits a remembered place to the screens there are now: never smaller than the minimum, and its title bar reachable.
 * @param place as remembered
 * @param workAreas the screens' usable areas, in screen coordinates
 */
export function fitToScreens(place: WindowPlace, workAreas: readonly Rectangle[]): WindowPlace {
  const width = Math.max(MINIMUM_SIZE.width, place.width);
  const height = Math.max(MINIMUM_SIZE.height, place.height);
  const { position } = place;
  // 100 px of title bar are enough to grab.
  const reachable = (area: Rectangle, at: { x: number; y: number }): boolean =>
    at.x + width >= area.x + 100 &&
    at.x <= area.x + area.width - 100 &&
    at.y >= area.y &&
    at.y <= area.y + area.height - 50;
  const visible = position !== null && workAreas.some((area) => reachable(area, position));
  return { position: visible ? position : null, width, height, maximized: place.maximized };
}

/** @returns the remembered place, or the default where none is remembered or the file is not readable as one */
export function readWindowPlace(path: string): WindowPlace {
  try {
    return placeSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return DEFAULT_PLACE; // first start, or an edited file: the default place loses nothing
  }
}

/** Remembers the place. @returns false where it could not be written, which costs nothing but the memory */
export function writeWindowPlace(path: string, place: WindowPlace): boolean {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const draft = `${path}.new`;
    writeFileSync(draft, JSON.stringify(place));
    renameSync(draft, path);
    return true;
  } catch {
    return false;
  }
}
