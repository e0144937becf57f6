// Basis sets: the page that lists them.
export { default as BasisPage } from './BasisPage.vue';
