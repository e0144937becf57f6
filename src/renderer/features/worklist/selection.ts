// Which row is the current one and which are chosen: pure, over the ids in the order of the screen.

export interface Selection {
  /** The row that keys act on; null in an empty list. */
  readonly active: string | null;
  /** Where a range begins. */
  readonly anchor: string | null;
  /** Chosen for what is done to several. */
  readonly chosen: ReadonlySet<string>;
}

export const NOTHING_CHOSEN: Selection = { active: null, anchor: null, chosen: new Set() };

/** Keeps what the list still has; the first row becomes current where the current one is gone. */
export function keptSelection({ active, anchor, chosen }: Selection, ids: readonly string[]): Selection {
  const there = new Set(ids);
  const kept = active !== null && there.has(active) ? active : (ids[0] ?? null);
  return {
    active: kept,
    anchor: anchor !== null && there.has(anchor) ? anchor : kept,
    chosen: new Set([...chosen].filter((id) => there.has(id))),
  };
}

/** Another current row. @param extend with the rows from the anchor to it chosen */
export function movedTo(selection: Selection, ids: readonly string[], at: number, extend: boolean): Selection {
  const active = ids[Math.max(0, Math.min(ids.length - 1, at))];
  if (active === undefined) return selection;
  if (!extend) return { ...selection, active, anchor: active };
  const [from, to] = [ids.indexOf(selection.anchor ?? active), ids.indexOf(active)];
  const range = ids.slice(Math.min(from, to), Math.max(from, to) + 1);
  return { ...selection, active, chosen: new Set(range) };
}

/** A row chosen, or not any more; it becomes current. */
export function toggledRow({ chosen }: Selection, id: string): Selection {
  const next = new Set(chosen);
  if (!next.delete(id)) next.add(id);
  return { active: id, anchor: id, chosen: next };
}

/** What is done to several is done to: the chosen in the order of the list, else the current row. */
export function targetsOf({ active, chosen }: Selection, ids: readonly string[]): string[] {
  if (chosen.size > 0) return ids.filter((id) => chosen.has(id));
  return active === null ? [] : [active];
}

/** Where a key leads. @param page rows of a screen @returns null for keys that lead nowhere */
export function placeOfKey(key: string, at: number, count: number, page: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return at + 1;
    case 'ArrowUp':
      return at - 1;
    case 'PageDown':
      return at + page;
    case 'PageUp':
      return at - page;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}
