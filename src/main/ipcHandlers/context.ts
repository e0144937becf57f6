// What the host's handlers are given.
import type { Emit } from '../emit.ts';
import type { Services } from '../services.ts';

export interface HandlerContext {
  readonly services: Services;
  readonly emit: Emit;
}
