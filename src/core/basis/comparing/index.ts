// Comparing signals and basis sets: how alike they are once shift, phase, amplitude and line width are matched.
export { COMPARED_PPM, compareBases } from './compareBases.ts';
export type { BasisComparison, ComparedSignal } from './compareBases.ts';
export { likeness, modifySignal } from './likeness.ts';
export type { Comparison, Likeness, LikenessBounds, LineModification } from './likeness.ts';
