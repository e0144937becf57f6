// LCModel: the user's own, run on the open scan, and its results read from files; beside our fit.
export { default as FitSide } from './FitSide.vue';
