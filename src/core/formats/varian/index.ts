// Varian/Agilent: the one entry for the rest of the formats.
export { isProcpar } from './procpar.ts';
export { readVarian } from './readVarian.ts';
export { isVarianFid } from './varianFid.ts';
