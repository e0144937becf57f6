// A scan made of basis signals in known amounts, with Lorentzian broadening and a little seeded noise.
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../../src/core/domain/mrsDataset.ts';
import { loadBundledBasis } from '../../src/node/files/basisLibrary.ts';
import { resourcesDir } from '../../src/node/files/resourcePaths.ts';

const basis = await loadBundledBasis(resourcesDir(), 'lineshape-3t-press-te30-123mhz');

/** Amounts of the synthetic scan. */
export const AMOUNTS: Readonly<Record<string, number>> = {
  NAA: 12,
  Cr: 5,
  PCr: 3,
  GPC: 1.6,
  Ins: 6,
  Glu: 9,
  Gln: 2.5,
  Mac: 4,
};

function seededNoise(seed: number): () => number {
  let state = seed;
  // The sum of twelve uniform numbers is normal enough for noise.
  return () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) {
      state = (state * 16807) % 2147483647;
      sum += state / 2147483647;
    }
    return sum;
  };
}

/** One voxel, averaged; `water` adds an unsuppressed water line and takes the metabolites to their true proportion. */
export function syntheticScan(options: { readonly water?: boolean; readonly seed?: number } = {}): MrsDataset {
  const { points, dwellTimeS, spectrometerFrequencyMHz } = basis;
  const re = new Float64Array(points);
  const im = new Float64Array(points);
  for (const { name, fid } of basis.signals) {
    const amount = AMOUNTS[name] ?? 0;
    for (let i = 0; i < points; i++) {
      const decay = amount * Math.exp(-Math.PI * 4 * i * dwellTimeS);
      re[i] = (re[i] as number) + decay * (fid.re[i] as number);
      im[i] = (im[i] as number) + decay * (fid.im[i] as number);
    }
  }
  const first = Math.hypot(re[0] as number, im[0] as number);
  const noise = seededNoise(options.seed ?? 11);
  for (let i = 0; i < points; i++) {
    const water = options.water === true ? 2000 * first * Math.exp(-Math.PI * 8 * i * dwellTimeS) : 0;
    re[i] = (re[i] as number) + water + 0.002 * first * noise();
    im[i] = (im[i] as number) + 0.002 * first * noise();
  }
  return {
    data: { re, im, shape: [1, 1, 1, points] },
    dimensions: [],
    dwellTimeS,
    spectrometerFrequencyMHz,
    nucleus: '1H',
    acquisition: { ...UNKNOWN_ACQUISITION, echoTimeS: 0.03, repetitionTimeS: 2, sequence: 'PRESS' },
    patient: { ...UNKNOWN_PATIENT, name: 'Test^Person', id: 'T-1' },
    affine: [20, 0, 0, -25, 0, 20, 0, -40, 0, 0, 20, 35, 0, 0, 0, 1],
    format: 'nifti-mrs',
    header: {},
    provenance: [],
    warnings: [],
  };
}
