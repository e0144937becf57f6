// What was taken out of files, on screen: after an import or an export without names.
export { default as RemovedReport } from './RemovedReport.vue';
