// DICOM: this node and the others, fetching, the modality worklist, sending.
export { default as DicomSettings } from './DicomSettings.vue';
export { default as FetchDialog } from './FetchDialog.vue';
export { default as ScheduledDialog } from './ScheduledDialog.vue';
export { default as SendDialog } from './SendDialog.vue';
export { default as SendingSign } from './SendingSign.vue';
export { default as StudySending } from './StudySending.vue';
export { default as TransfersDialog } from './TransfersDialog.vue';
export { useFetching } from './fetchStore.ts';
export { useDicomNodes } from './nodesStore.ts';
export { useScheduled } from './scheduledStore.ts';
export { useSending, type SentPage } from './sendStore.ts';
export { useTransfers } from './transfersStore.ts';
