// The basis of a difference spectrum: its public face.
export { DEFAULT_DIFFERENCE_BASIS_OPTIONS, differenceBasis } from './differenceBasis.ts';
export type { CoeditedModel, DifferenceBasisOptions } from './differenceBasis.ts';
