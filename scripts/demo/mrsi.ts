// The demo's MRSI slice: 16 × 16 voxels above the ventricles, tissue-dependent metabolites, and a lesion with raised
// choline, lowered NAA and lactate. No point-spread function and no lipid: each voxel is its own tissue's mean.
import type { BasisSet } from '../../src/core/domain/basisSet.ts';
import { zeros } from '../../src/core/domain/complexArray.ts';
import type { JsonObject } from '../../src/core/domain/json.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { simulateShipped } from '../../src/core/basis/shippedBases.ts';
import { digitise, syntheticFid, withNoise } from '../../src/core/basis/syntheticScan.ts';
import type { ExtraLine, SpectrumParameters } from '../../src/core/basis/syntheticScan.ts';
import type { SeededRandom } from '../../src/core/math/seededRandom.ts';
import { DEMO_BASIS, demoDataset, gridAffine, peakHeight, ratiosToTCr, rounded } from './demoScan.ts';
import { tissueFractions } from './headPhantom.ts';
import type { TissueFractions } from './headPhantom.ts';

const GRID = [16, 16, 1] as const;
const SAMPLING = { dwellTimeS: 0.0008, points: 512 };
const SLICE = { centre: [0, -2, 33], voxelMm: [12, 12, 15], rotationDeg: [-5, 0, 0] } as const;
const AFFINE = gridAffine(SLICE.centre, SLICE.voxelMm, SLICE.rotationDeg, GRID);
/** tNAA height over noise SD in a voxel of white matter. */
const SNR_WHITE_MATTER = 30;
const STEP_OF_NOISE = 1 / 24;
/** Voxels with less brain than this hold noise only: truth of a sliver of tissue would mislead. */
const LEAST_BRAIN = 0.15;

type Concentrations = Readonly<Record<string, number>>;

/** mM in pure tissue. Grey/white differences after Pouwels & Frahm 1998 (Magn Reson Med 39:53); lesion: glioma-like. */
const GREY_MATTER: Concentrations = {
  Ala: 0.4, Asc: 1, Asp: 1.8, Cr: 5.4, GABA: 1.6, Glc: 1.2, Gln: 3.6, Glu: 10.5, Gly: 0.5, GPC: 0.9, GSH: 1.9,
  Ins: 7.2, Lac: 0.6, NAA: 11.6, NAAG: 0.9, PCho: 0.5, PCr: 3.9, PE: 1.3, Scyllo: 0.35, Tau: 1.9, Mac: 4.2,
}; // prettier-ignore
const WHITE_MATTER: Concentrations = {
  Ala: 0.3, Asc: 0.7, Asp: 1.3, Cr: 3.9, GABA: 1, Glc: 1.1, Gln: 2, Glu: 6.8, Gly: 0.4, GPC: 1.3, GSH: 1.5,
  Ins: 5.6, Lac: 0.4, NAA: 9.6, NAAG: 2.2, PCho: 0.5, PCr: 2.7, PE: 1, Scyllo: 0.3, Tau: 1.2, Mac: 3.8,
}; // prettier-ignore
const LESION_TISSUE: Concentrations = {
  Ala: 0.8, Asc: 0.4, Asp: 0.8, Cr: 3.3, GABA: 0.4, Glc: 0.6, Gln: 3.6, Glu: 4, Gly: 1.6, GPC: 2.6, GSH: 1.8,
  Ins: 7.6, Lac: 4.5, NAA: 3, NAAG: 0.3, PCho: 1.6, PCr: 1.7, PE: 1.6, Scyllo: 0.3, Tau: 1.6, Mac: 4.4,
}; // prettier-ignore

/** CSF holds no metabolites here. */
function concentrationsOf({ gm, wm, lesion }: TissueFractions): Record<string, number> {
  const mixed = (name: string): number =>
    gm * GREY_MATTER[name]! + wm * WHITE_MATTER[name]! + lesion * LESION_TISSUE[name]!;
  return Object.fromEntries(Object.keys(GREY_MATTER).map((name) => [name, mixed(name)]));
}

function extraLinesOf(brain: number, random: SeededRandom): ExtraLine[] {
  return [
    { ppm: 1.5, amplitude: 12 * brain, widthHz: 200, shape: 'gaussian', phaseRad: 0.2 },
    { ppm: 3.6, amplitude: 20 * brain, widthHz: 230, shape: 'gaussian', phaseRad: -0.1 },
    {
      ppm: 4.65,
      amplitude: 120 * brain * (0.6 + 0.8 * random.uniform()),
      widthHz: 10,
      shape: 'lorentzian',
      phaseRad: 2 * Math.PI * random.uniform(),
    },
  ];
}

/** Smooth B0 and phase over the slice, broader lines near the front (sinuses). */
function spectrumParameters(
  i: number,
  j: number,
  fractions: TissueFractions,
  random: SeededRandom,
): SpectrumParameters {
  const u = (i - 7.5) / 8;
  const v = (j - 7.5) / 8;
  return {
    concentrations: concentrationsOf(fractions),
    broadening: { lorentzianHz: 2, gaussianHz: 3.5 + 2.5 * Math.max(0, v) ** 2 },
    shiftHz: 3 * v * v - 2 * u + 1.5 * u * v + 1,
    phaseRad: 0.4 + 0.3 * u - 0.2 * v,
    extraLines: extraLinesOf(fractions.gm + fractions.wm + fractions.lesion, random),
  };
}

function voxelTruth(parameters: SpectrumParameters, fractions: TissueFractions): JsonObject {
  const { concentrations, broadening, shiftHz, phaseRad } = parameters;
  return {
    concentrationsMM: Object.fromEntries(Object.entries(concentrations).map(([k, v]) => [k, rounded(v)])),
    ratiosToTCr: ratiosToTCr(concentrations),
    broadeningBeyondBasis: { lorentzianHz: broadening.lorentzianHz, gaussianHz: rounded(broadening.gaussianHz) },
    shiftHz: rounded(shiftHz),
    phaseRad: rounded(phaseRad),
    tissue: { ...fractions },
  };
}

function noiseLevel(basis: BasisSet): number {
  const naa = syntheticFid(basis, {
    concentrations: { NAA: WHITE_MATTER['NAA']!, NAAG: WHITE_MATTER['NAAG']! },
    broadening: { lorentzianHz: 2, gaussianHz: 3.5 },
    shiftHz: 0,
    phaseRad: 0,
    extraLines: [],
  });
  return peakHeight(naa) / SNR_WHITE_MATTER / Math.sqrt(SAMPLING.points);
}

/** One map per sum, voxels in C order of [x, y, z]; null where there is no signal. */
function maps(voxels: readonly (JsonObject | null)[]): JsonObject {
  const value = (voxel: JsonObject | null, name: string): number | null =>
    voxel === null ? null : ((voxel['ratiosToTCr'] as Record<string, number>)[name] ?? null);
  const names = ['tNAA', 'tCho', 'mI', 'Glx', 'Lac'];
  return Object.fromEntries(names.map((name) => [`${name}/tCr`, voxels.map((v) => value(v, name))]));
}

export interface MrsiScan {
  readonly dataset: MrsDataset;
  readonly truth: JsonObject;
}

/** Simulates the slice and says what is true of each voxel. */
export function mrsiScan(random: SeededRandom): MrsiScan {
  const basis = simulateShipped(DEMO_BASIS, SAMPLING)[0]!;
  const noiseSd = noiseLevel(basis);
  const data = zeros([...GRID, SAMPLING.points]);
  const voxels: (JsonObject | null)[] = [];
  for (let i = 0; i < GRID[0]; i++) {
    for (let j = 0; j < GRID[1]; j++) {
      const fractions = tissueFractions(AFFINE, [i, j, 0], 8);
      const inside = fractions.gm + fractions.wm + fractions.lesion >= LEAST_BRAIN;
      const parameters = spectrumParameters(i, j, fractions, random);
      const silent = { re: new Float64Array(SAMPLING.points), im: new Float64Array(SAMPLING.points) };
      const fid = withNoise(inside ? syntheticFid(basis, parameters) : silent, noiseSd, random);
      const at = (i * GRID[1] + j) * SAMPLING.points;
      data.re.set(fid.re, at);
      data.im.set(fid.im, at);
      voxels.push(inside ? voxelTruth(parameters, fractions) : null);
    }
  }
  const digital = digitise(data, noiseSd * STEP_OF_NOISE);
  const dataset = demoDataset(basis, {
    data: digital.data,
    dimensions: [],
    affine: AFFINE,
    sequence: 'csi_se_30 (PRESS)',
    region: 'Centrum semiovale',
    waterSuppressed: true,
  });
  return {
    dataset,
    truth: {
      file: 'mrsi_press_te30.nii.gz',
      grid: [...GRID],
      voxelOrder: 'C order over x, y, z: voxel = (x · 16 + y) · 1 + z; null where the voxel holds noise only',
      noiseSd: rounded(noiseSd),
      digitiserStep: digital.step,
      lesionVoxels: voxels.flatMap((v, k) => (((v?.['tissue'] as { lesion?: number })?.lesion ?? 0) > 0.5 ? [k] : [])),
      maps: maps(voxels),
      voxels,
    },
  };
}
