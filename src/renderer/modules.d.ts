// Files that are no TypeScript: single-file components for tools that don't read them, style sheets.
declare module '*.vue' {
  import type { DefineComponent } from 'vue';
  const component: DefineComponent<object, object, unknown>;
  export default component;
}

declare module '*.css';
