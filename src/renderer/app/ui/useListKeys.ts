// A list that is walked through with the arrow keys: the row with the focus is the chosen one.
import { nextTick } from 'vue';
import type { Ref } from 'vue';

export interface ListKeys {
  /** Chooses and focuses the row at a place, or the nearest there is. */
  readonly go: (to: number) => Promise<void>;
  /** Arrows, Home and End on a row. */
  readonly onKey: (event: KeyboardEvent, id: string) => void;
}

/**
 * @param list the element that holds the rows, each with aria-selected
 * @param order ids in the order of the screen
 * @param select makes a row the chosen one
 */
export function useListKeys(
  list: Readonly<Ref<HTMLElement | null>>,
  order: Readonly<Ref<readonly string[]>>,
  select: (id: string) => void,
): ListKeys {
  async function go(to: number): Promise<void> {
    const id = order.value[Math.max(0, Math.min(order.value.length - 1, to))];
    if (id === undefined) return;
    select(id);
    await nextTick();
    list.value?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
  }

  function onKey(event: KeyboardEvent, id: string): void {
    const at = order.value.indexOf(id);
    if (event.key === 'ArrowDown') void go(at + 1);
    else if (event.key === 'ArrowUp') void go(at - 1);
    else if (event.key === 'Home') void go(0);
    else if (event.key === 'End') void go(order.value.length - 1);
    else return;
    event.preventDefault();
  }

  return { go, onKey };
}
