// V8 hardly counts what another thread has made, and frees a scan of a gigabyte only some time after nobody holds it: two
// of them would lie in memory while the next is read.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | null = null;

/** Frees what nothing of this thread holds any more; takes tens of milliseconds. */
export function freeUnreachable(): void {
  if (collect === null) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
    setFlagsFromString('--no-expose-gc');
  }
  collect();
}
