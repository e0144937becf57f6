// Undo and redo of what changes the view. A feature says how to read and to restore its part; this keeps the steps.
// What happens in one go (a drag, a wheel, a choice with its consequences) is one step.
import { defineStore } from 'pinia';
import { computed, shallowRef, watch } from 'vue';

interface Part {
  readonly write: (snapshot: never) => void;
  /** The newest snapshot that is on record, as JSON. */
  known: string;
}

interface Step {
  /** JSON before and after, by the part's name. */
  readonly parts: Map<string, { readonly before: string; after: string }>;
  changedAtMs: number;
}

/** Changes of the same part that follow each other this fast are one movement of the hand. */
const SAME_MOVEMENT_MS = 500;
/** Changes of other parts this soon are consequences. */
const CONSEQUENCE_MS = 60;
const MAX_STEPS = 100;

export const useUndo = defineStore('undo', () => {
  const parts = new Map<string, Part>();
  const done = shallowRef<readonly Step[]>([]);
  const undone = shallowRef<readonly Step[]>([]);
  let closed = true;
  const canUndo = computed(() => done.value.length > 0);
  const canRedo = computed(() => undone.value.length > 0);

  function record(name: string, before: string, after: string): void {
    const nowMs = performance.now();
    const last = done.value.at(-1);
    const sinceMs = last === undefined || closed ? Infinity : nowMs - last.changedAtMs;
    undone.value = [];
    if (last !== undefined && sinceMs < (last.parts.has(name) ? SAME_MOVEMENT_MS : CONSEQUENCE_MS)) {
      const known = last.parts.get(name);
      if (known === undefined) last.parts.set(name, { before, after });
      else known.after = after;
      last.changedAtMs = nowMs;
      return;
    }
    closed = false;
    const step: Step = { parts: new Map([[name, { before, after }]]), changedAtMs: nowMs };
    done.value = [...done.value.slice(1 - MAX_STEPS), step];
  }

  /**
   * Keeps the changes of a part of the view from now on.
   * @param name unique
   * @param read gives a plain snapshot (JSON); what it reads is watched
   * @param write puts a snapshot back
   */
  function track<T>(name: string, read: () => T, write: (snapshot: T) => void): void {
    const part: Part = { write: write as (snapshot: never) => void, known: JSON.stringify(read()) };
    parts.set(name, part);
    watch(
      () => JSON.stringify(read()),
      (after) => {
        const before = part.known;
        if (after === before) return;
        part.known = after;
        record(name, before, after);
      },
    );
  }

  function put(step: Step, side: 'before' | 'after'): void {
    closed = true;
    for (const [name, snapshots] of step.parts) {
      const part = parts.get(name);
      if (part === undefined) continue;
      // What is put back is on record already: it is no new step.
      part.known = snapshots[side];
      part.write(JSON.parse(snapshots[side]) as never);
    }
  }

  function undo(): void {
    const step = done.value.at(-1);
    if (step === undefined) return;
    done.value = done.value.slice(0, -1);
    undone.value = [...undone.value, step];
    put(step, 'before');
  }

  function redo(): void {
    const step = undone.value.at(-1);
    if (step === undefined) return;
    undone.value = undone.value.slice(0, -1);
    done.value = [...done.value, step];
    put(step, 'after');
  }

  /** Forgets all steps: another study has another view. */
  function forget(): void {
    done.value = [];
    undone.value = [];
    closed = true;
  }

  return { canUndo, canRedo, track, undo, redo, forget };
});
