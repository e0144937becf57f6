// Reference ranges: the site's table, and the range of a shown value.
export { default as RangeHead } from './RangeHead.vue';
export { default as RangeOfValue } from './RangeOfValue.vue';
export { default as ReferenceRangesDialog } from './ReferenceRangesDialog.vue';
export { useReferenceRanges } from './store.ts';
