// Simulated transients with known offsets: presets, drawing, signals and the bounds of what can be estimated from them.
export { TRANSIENT_PRESETS } from './presets.ts';
export type { TransientPreset, TransientPresetId } from './presets.ts';
export { drawTransientSet } from './drawSet.ts';
export type { DrawnSet, DrawnTransient } from './drawSet.ts';
export { simulateTransientSet } from './simulateSet.ts';
export type { SimulatedTransients } from './simulateSet.ts';
export { meanOffsetBound, offsetBound } from './cramerRao.ts';
export type { OffsetBound } from './cramerRao.ts';
