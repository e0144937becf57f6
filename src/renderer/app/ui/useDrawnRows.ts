// A long table in a box that scrolls: its rows on screen, and the room of those that are not drawn.
import { computed, onBeforeUnmount, onMounted, ref, type Ref } from 'vue';
import { drawnRows } from './rowWindow.ts';

/**
 * @param box the element that scrolls; it calls `onScroll`
 * @param edges of the rows, see rowEdges [CSS px]
 */
export function useDrawnRows(box: Readonly<Ref<HTMLElement | null>>, edges: () => Float64Array) {
  const top = ref(0);
  const height = ref(600);
  const drawn = computed(() => drawnRows(top.value, height.value, edges()));
  /** Room above and below the drawn rows. [CSS px] */
  const room = computed(() => {
    const all = edges();
    return { above: all[drawn.value.from] ?? 0, below: (all.at(-1) ?? 0) - (all[drawn.value.to] ?? 0) };
  });
  let observer: ResizeObserver | null = null;

  const onScroll = (): void => void (top.value = box.value?.scrollTop ?? 0);

  onMounted(() => {
    observer = new ResizeObserver(([entry]) => (height.value = entry?.contentRect.height ?? height.value));
    if (box.value !== null) observer.observe(box.value);
  });
  onBeforeUnmount(() => observer?.disconnect());
  return { drawn, room, height, onScroll };
}
