// What the renderer finds around itself: the preload's API, single-file components, style sheets.
import type { LineshapeApi } from '../ipc/contract.ts';

declare global {
  interface Window {
    readonly lineshape: LineshapeApi;
  }
}

declare module '*.vue' {
  import type { DefineComponent } from 'vue';
  const component: DefineComponent<object, object, unknown>;
  export default component;
}

declare module '*.css';
