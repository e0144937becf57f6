// Several methods on one spectrum, side by side.
export { default as MethodsBar } from './MethodsBar.vue';
export { default as MethodsPlot } from './MethodsPlot.vue';
export { default as MethodsSide } from './MethodsSide.vue';
export { default as MethodsTable } from './MethodsTable.vue';
