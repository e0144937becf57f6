// Jobs: progress and cancellation of long work.
export { default as InterruptedJobs } from './InterruptedJobs.vue';
export { default as JobProgress } from './JobProgress.vue';
export { useJobs, type Job, type JobEnd } from './store.ts';
