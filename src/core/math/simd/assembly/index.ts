// What TypeScript calls. Addresses are bytes in the module's memory, which the caller lays out; nothing is allocated here.
export { transform, putBins } from './fft';
export { broaden, shape, addScaled, weigh, weightedEnergy } from './signals';
export { addCrossProducts, addGram, splineProject, forwardSubstitute } from './products';
/** First byte that is free for the caller. */
export const heapBase: usize = __heap_base;
