// Notices: what the user must be told.
export { default as NoticeList } from './NoticeList.vue';
export { default as PassingNotice } from './PassingNotice.vue';
export type { NoticeKind } from './model.ts';
export { useNotices } from './store.ts';
