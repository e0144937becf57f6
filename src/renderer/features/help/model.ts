// The tour's steps, and what others made in the program.
import type { Preset } from '../study/index.ts';

/** Where a step takes place, and what it points at: the element with `data-tour` of the same name. */
export interface TourStep {
  readonly name: 'worklist' | 'images' | 'spectrum' | 'fit' | 'report';
  readonly page: 'worklist' | 'study';
  readonly preset: Preset | null;
}

export const TOUR_STEPS: readonly TourStep[] = [
  { name: 'worklist', page: 'worklist', preset: null },
  { name: 'images', page: 'study', preset: 'read' },
  { name: 'spectrum', page: 'study', preset: 'read' },
  { name: 'fit', page: 'study', preset: 'read' },
  { name: 'report', page: 'study', preset: 'read' },
];

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const GAP = 12;

/**
 * Where the card stands: below what it points at, else above, beside, else over its lower end; never off the window.
 * @param target null: the window's middle
 * @returns its upper left corner [CSS px]
 */
export function cardPlace(
  target: Box | null,
  card: Pick<Box, 'width' | 'height'>,
  view: Pick<Box, 'width' | 'height'>,
): { readonly left: number; readonly top: number } {
  const within = (at: number, size: number, room: number): number =>
    Math.max(GAP, Math.min(room - size - GAP, Math.round(at)));
  if (target === null) {
    return {
      left: within((view.width - card.width) / 2, card.width, view.width),
      top: within((view.height - card.height) / 2, card.height, view.height),
    };
  }
  const centred = within(target.left + (target.width - card.width) / 2, card.width, view.width);
  const below = target.top + target.height + GAP;
  if (below + card.height + GAP <= view.height) return { left: centred, top: within(below, card.height, view.height) };
  const above = target.top - GAP - card.height;
  if (above >= GAP) return { left: centred, top: within(above, card.height, view.height) };
  const middle = within(target.top + (target.height - card.height) / 2, card.height, view.height);
  const right = target.left + target.width + GAP;
  if (right + card.width + GAP <= view.width) return { left: Math.round(right), top: middle };
  const left = target.left - GAP - card.width;
  if (left >= GAP) return { left: Math.round(left), top: middle };
  return { left: centred, top: view.height - card.height - GAP };
}

/** A part of the program that others made. */
export interface Component {
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly licence: string;
  /** The component whose library holds it; null: a part of its own. */
  readonly partOf: string | null;
  readonly text: string;
}

/** Written by the build (scripts/components.mjs) beside the page. */
const COMPONENTS_FILE = 'components.json';

/** @throws where the file is missing or damaged */
export async function readComponents(): Promise<readonly Component[]> {
  const answer = await fetch(COMPONENTS_FILE);
  if (!answer.ok) throw new Error(`no ${COMPONENTS_FILE}`);
  return (await answer.json()) as readonly Component[];
}
