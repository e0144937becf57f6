// What the renderer finds in its window: the preload's API.
import type { LineshapeApi } from '../ipc/contract.ts';

declare global {
  interface Window {
    readonly lineshape: LineshapeApi;
  }
}
