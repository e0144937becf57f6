// The demo's single-voxel PRESS scan with its water reference: 8 coils, 64 transients, drift, one moved transient.
import { dimensionLength } from '../../src/core/domain/mrsDataset.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { simulateShipped } from '../../src/core/basis/shippedBases.ts';
import {
  digitise,
  eddyCurrentPhase,
  randomCoils,
  syntheticFid,
  syntheticTransients,
  transientStates,
  waterFid,
} from '../../src/core/basis/syntheticScan.ts';
import type {
  Coil,
  DriftOptions,
  ExtraLine,
  SpectrumParameters,
  TransientState,
} from '../../src/core/basis/syntheticScan.ts';
import type { SeededRandom } from '../../src/core/math/seededRandom.ts';
import type { JsonObject } from '../../src/core/domain/json.ts';
import { DEMO_BASIS, demoDataset, gridAffine, peakHeight, ratiosToTCr, rounded } from './demoScan.ts';
import { tissueFractions } from './headPhantom.ts';

const SAMPLING = { dwellTimeS: 0.0005, points: 1024 };
const COILS = 8;
const TRANSIENTS = 64;
const WATER_TRANSIENTS = 4;
/** tNAA height over noise SD in the combined, averaged spectrum. */
const SNR = 100;
/** Digitiser step as a part of the noise SD: adds 0.01 % to the noise variance. */
const STEP_OF_NOISE = 1 / 24;

/** mM; healthy adult values within the ranges of Chen 2023 (QNet). */
const CONCENTRATIONS: Readonly<Record<string, number>> = {
  Ace: 0.1, Ala: 0.4, Asc: 0.9, Asp: 1.6, Cr: 5, GABA: 1.4, Glc: 1.2, Gln: 2.9, Glu: 9, Gly: 0.5, GPC: 1.2, GSH: 1.8,
  Ins: 7, Lac: 0.6, NAA: 11.4, NAAG: 1.4, PCho: 0.6, PCr: 3.5, PE: 1.2, Scyllo: 0.35, Tau: 1.6, Mac: 4,
}; // prettier-ignore

/** A low, smooth baseline: three broad lines, together some per cent of the tNAA line. */
const BASELINE: readonly ExtraLine[] = [
  { ppm: 1.4, amplitude: 22, widthHz: 190, shape: 'gaussian', phaseRad: 0.2 },
  { ppm: 2.7, amplitude: 26, widthHz: 240, shape: 'gaussian', phaseRad: -0.15 },
  { ppm: 3.9, amplitude: 30, widthHz: 210, shape: 'gaussian', phaseRad: 0.1 },
];

/** What water suppression left: about 3 × the tNAA line. */
const RESIDUAL_WATER: readonly ExtraLine[] = [
  { ppm: 4.65, amplitude: 380, widthHz: 8, shape: 'lorentzian', phaseRad: 0.5 },
  { ppm: 4.72, amplitude: 90, widthHz: 14, shape: 'gaussian', phaseRad: -1.1 },
  { ppm: 4.56, amplitude: 60, widthHz: 18, shape: 'gaussian', phaseRad: 2.2 },
];

/** Total width at 123 MHz: 1 Hz (basis) + 2 Hz Lorentzian with 3.6 Hz Gaussian, about 5.5 Hz. */
const BROADENING = { lorentzianHz: 2, gaussianHz: 3.6 };
const SPECTRUM: SpectrumParameters = {
  concentrations: CONCENTRATIONS,
  broadening: BROADENING,
  shiftHz: 3.2,
  phaseRad: 0.6,
  extraLines: [...BASELINE, ...RESIDUAL_WATER],
};

const DRIFT: DriftOptions = {
  count: TRANSIENTS,
  driftHz: -4.5,
  shiftJitterHz: 0.25,
  phaseDriftRad: 0.25,
  phaseJitterRad: 0.08,
  moved: [{ index: 41, shiftHz: 11, phaseRad: 1.9, scale: 0.45, broadeningHz: 9 }],
};

const EDDY = [
  { amplitudeRad: 0.9, timeConstantS: 0.012 },
  { amplitudeRad: -0.35, timeConstantS: 0.09 },
];

/** FID of unsuppressed water: 2 protons × 36 M in mM; without relaxation, as the metabolites. */
const WATER_AMPLITUDE = 72_000;
const WATER_SHIFT_HZ = SPECTRUM.shiftHz;

const VOXEL = { centre: [-25, -41, 35], sizeMm: [20, 20, 20], rotationDeg: [-8, 4, 6] } as const;
const AFFINE = gridAffine(VOXEL.centre, VOXEL.sizeMm, VOXEL.rotationDeg, [1, 1, 1]);

export interface SingleVoxelScan {
  readonly metabolites: MrsDataset;
  readonly water: MrsDataset;
  readonly truth: JsonObject;
}

const stateTruth = (s: TransientState): JsonObject => ({
  shiftHz: rounded(s.shiftHz),
  phaseRad: rounded(s.phaseRad),
  scale: s.scale,
  broadeningHz: s.broadeningHz,
});

const coilTruth = (c: Coil): JsonObject => ({
  gainRe: rounded(c.gainRe),
  gainIm: rounded(c.gainIm),
  noiseSd: rounded(c.noiseSd),
});

/** Simulates the scan and says what is true of it. */
export function singleVoxelScan(random: SeededRandom): SingleVoxelScan {
  const basis = simulateShipped(DEMO_BASIS, SAMPLING)[0]!;
  const fid = syntheticFid(basis, SPECTRUM);
  const naaOnly = { NAA: CONCENTRATIONS['NAA']!, NAAG: CONCENTRATIONS['NAAG']! };
  const naa = peakHeight(
    syntheticFid(basis, { ...SPECTRUM, concentrations: naaOnly, shiftHz: 0, phaseRad: 0, extraLines: [] }),
  );
  // Σ|g|² = 1: the combined noise is one coil's; averaging divides by √transients, the sum over points multiplies by √N.
  const noiseSd = (naa / SNR) * Math.sqrt(TRANSIENTS / SAMPLING.points);
  const coils = randomCoils(COILS, noiseSd, random);
  const states = transientStates(DRIFT, random);
  const eddyPhaseRad = eddyCurrentPhase(SAMPLING.points, SAMPLING.dwellTimeS, EDDY);
  const common = { dwellTimeS: SAMPLING.dwellTimeS, coils, eddyPhaseRad };
  const raw = syntheticTransients({ ...common, fid, states }, random);
  const { data, step } = digitise(raw, noiseSd * STEP_OF_NOISE);

  const waterStates = Array.from({ length: WATER_TRANSIENTS }, () => ({
    shiftHz: WATER_SHIFT_HZ,
    phaseRad: SPECTRUM.phaseRad,
    scale: 1,
    broadeningHz: 0,
  }));
  const water = waterFid(basis, WATER_AMPLITUDE, {
    lorentzianHz: BROADENING.lorentzianHz + 1,
    gaussianHz: BROADENING.gaussianHz,
  });
  const waterRaw = syntheticTransients({ ...common, fid: water, states: waterStates }, random);
  const dimensions = [
    { tag: 'DIM_COIL', info: null, header: null },
    { tag: 'DIM_DYN', info: null, header: null },
  ] as const;
  const facts = { dimensions, affine: AFFINE, sequence: 'svs_se_30 (PRESS)', region: 'Left parietal lobe' };
  const voxelData = { ...data, shape: [1, 1, 1, ...data.shape] };
  const digitalWater = digitise(waterRaw, noiseSd * STEP_OF_NOISE).data;
  const waterData = { ...digitalWater, shape: [1, 1, 1, ...waterRaw.shape] };
  const metabolites = demoDataset(basis, { ...facts, data: voxelData, waterSuppressed: true });
  return {
    metabolites,
    water: demoDataset(basis, { ...facts, data: waterData, waterSuppressed: false }),
    truth: {
      file: 'svs_press_te30.nii.gz',
      waterFile: 'svs_water.nii.gz',
      coils: dimensionLength(metabolites, 'DIM_COIL'),
      transients: dimensionLength(metabolites, 'DIM_DYN'),
      concentrationsMM: { ...CONCENTRATIONS },
      ratiosToTCr: ratiosToTCr(CONCENTRATIONS),
      broadeningBeyondBasis: { ...BROADENING },
      shiftHz: SPECTRUM.shiftHz,
      phaseRad: SPECTRUM.phaseRad,
      snr: { value: SNR, definition: 'tNAA height over noise SD in the combined, averaged real spectrum' },
      noiseSdPerCoilMean: rounded(noiseSd),
      digitiserStep: step,
      baseline: BASELINE.map((l) => ({ ...l })),
      residualWater: RESIDUAL_WATER.map((l) => ({ ...l })),
      eddyCurrents: EDDY.map((e) => ({ ...e })),
      waterAmplitude: WATER_AMPLITUDE,
      driftHz: DRIFT.driftHz,
      movedTransients: DRIFT.moved.map((m) => m.index),
      transientStates: states.map(stateTruth),
      coilSensitivities: coils.map(coilTruth),
      voxel: {
        centreRasMm: [...VOXEL.centre],
        sizeMm: [...VOXEL.sizeMm],
        rotationDeg: [...VOXEL.rotationDeg],
        tissue: { ...tissueFractions(AFFINE, [0, 0, 0], 20) },
      },
    },
  };
}
