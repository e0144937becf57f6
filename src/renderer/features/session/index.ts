// Session: the open study and what is selected in it.
export * from './model.ts';
export { useRecent } from './recent.ts';
export { useSession } from './store.ts';
