// Notices: what the user must be told.
export { default as NoticeList } from './NoticeList.vue';
export { useNotices, type NoticeKind } from './store.ts';
