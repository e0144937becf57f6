// What spoils a scan beside its noise, laid over a simulated case: signal that no basis set has. A stream of random numbers of
// its own draws it, so that the case beneath is the one that the same seed gives without.
// Spurious echoes and fat from outside the voxel: Kreis R, NMR Biomed 2004;17:361, doi:10.1002/nbm.891.
import { ppmToHz } from '../../domain/axes.ts';
import type { BasisSet } from '../../domain/basisSet.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { seededRandom } from '../../math/seededRandom.ts';
import type { SeededRandom } from '../../math/seededRandom.ts';
import { eddyCurrentPhase, extraLineFid } from '../syntheticScan.ts';
import type { ExtraLine } from '../syntheticScan.ts';
import type { Range } from './presets.ts';

/**
 * - lipids: subcutaneous fat from outside the voxel, any phase, its methylene line 1 to 10 times as tall as the metabolites.
 * - tumour-lipids: those of necrosis, in phase with the rest, 0.3 to 3 times as tall.
 * - spurious-echo: an unwanted echo within the readout, 5 to 50 % of the signal's start.
 * - noise-only: nothing but the noise that the case has.
 * - mild: what a good scan keeps: traces of eddy currents, shim, baseline and water.
 */
export const ARTEFACT_IDS = ['lipids', 'tumour-lipids', 'spurious-echo', 'noise-only', 'mild'] as const;
export type ArtefactId = (typeof ARTEFACT_IDS)[number];

/**
 * Changes a noiseless case in place, in the frame of the basis.
 * @param tallest highest point of the metabolites' real spectrum, an unscaled Fourier sum
 */
export type Artefact = (fid: ComplexSignal, tallest: number) => void;

/** Methylene, methyl and allylic protons (LCModel's Lip13, Lip09, Lip20): height and width against the methylene's. */
const LIPID_LINES = [
  { ppm: 1.28, height: 1, widthHz: 1 },
  { ppm: 0.89, height: 0.3, widthHz: 1 },
  { ppm: 2.05, height: 0.2, widthHz: 1.3 },
] as const;
const LIPIDS = { widthHz: [15, 40], shiftPpm: [-0.1, 0.1] } as const;
const LIPID_HEIGHTS = { outside: [1, 10], tumour: [0.3, 3] } as const;
const ECHO = { part: [0.05, 0.5], ppm: [0.5, 4.1], centreS: [0.03, 0.15], widthS: [0.008, 0.025] } as const;
const MILD = {
  eddyRad: [-0.15, 0.15],
  eddyTimeS: [0.01, 0.08],
  gaussianHz: [0, 2],
  baseline: { height: [-0.08, 0.08], ppm: [0.8, 4], widthHz: [60, 150] },
  water: { height: [0, 2], ppm: [4.6, 4.7], widthHz: [5, 12] },
} as const;
/** Turns a set's seed into that of its artefacts. */
const STREAM = 0x5eed0a7e;

const within = (random: SeededRandom, [low, high]: Range): number => low + (high - low) * random.uniform();
const logWithin = (random: SeededRandom, [low, high]: Range): number =>
  Math.exp(within(random, [Math.log(low), Math.log(high)]));
const anyPhase = (random: SeededRandom): number => within(random, [-Math.PI, Math.PI]);

function add(fid: ComplexSignal, other: ComplexSignal): void {
  for (let n = 0; n < fid.re.length; n++) {
    fid.re[n] = (fid.re[n] as number) + (other.re[n] as number);
    fid.im[n] = (fid.im[n] as number) + (other.im[n] as number);
  }
}

/** Start of a line's FID from the height of its peak, the sum over its samples: of a long FID, the area under its envelope. */
function startOf(height: number, shape: ExtraLine['shape'], widthHz: number, dwellTimeS: number): number {
  const areaS = shape === 'lorentzian' ? 1 / (Math.PI * widthHz) : Math.sqrt(Math.LN2 / Math.PI) / widthHz;
  return (height * dwellTimeS) / areaS;
}

function addLine(fid: ComplexSignal, basis: BasisSet, line: Omit<ExtraLine, 'amplitude'>, height: number): void {
  const amplitude = startOf(height, line.shape, line.widthHz, basis.dwellTimeS);
  add(fid, extraLineFid({ ...line, amplitude }, basis));
}

function addLipids(
  fid: ComplexSignal,
  tallest: number,
  basis: BasisSet,
  random: SeededRandom,
  from: keyof typeof LIPID_HEIGHTS,
): void {
  const height = logWithin(random, LIPID_HEIGHTS[from]) * tallest;
  const broad = within(random, LIPIDS.widthHz);
  const fromOutside = { shiftPpm: within(random, LIPIDS.shiftPpm), phaseRad: anyPhase(random) };
  const { shiftPpm, phaseRad } = from === 'outside' ? fromOutside : { shiftPpm: 0, phaseRad: 0 };
  for (const line of LIPID_LINES) {
    const widthHz = line.widthHz * broad;
    addLine(fid, basis, { ppm: line.ppm + shiftPpm, widthHz, shape: 'gaussian', phaseRad }, line.height * height);
  }
}

function addEcho(fid: ComplexSignal, basis: BasisSet, random: SeededRandom): void {
  const top = logWithin(random, ECHO.part) * Math.hypot(fid.re[0] as number, fid.im[0] as number);
  const hz = ppmToHz(within(random, ECHO.ppm), basis.spectrometerFrequencyMHz, basis.referencePpm);
  const centreS = within(random, ECHO.centreS);
  const widthS = within(random, ECHO.widthS);
  const phaseRad = anyPhase(random);
  for (let n = 0; n < fid.re.length; n++) {
    const t = n * basis.dwellTimeS;
    const size = top * Math.exp(-(((t - centreS) / widthS) ** 2));
    const angle = phaseRad + 2 * Math.PI * hz * t;
    fid.re[n] = (fid.re[n] as number) + size * Math.cos(angle);
    fid.im[n] = (fid.im[n] as number) + size * Math.sin(angle);
  }
}

function disturb(fid: ComplexSignal, tallest: number, basis: BasisSet, random: SeededRandom): void {
  const eddy = { amplitudeRad: within(random, MILD.eddyRad), timeConstantS: within(random, MILD.eddyTimeS) };
  const phases = eddyCurrentPhase(fid.re.length, basis.dwellTimeS, [eddy]);
  const gaussianHz = within(random, MILD.gaussianHz);
  for (const kind of ['baseline', 'water'] as const) {
    const { height, ppm, widthHz } = MILD[kind];
    const size = within(random, height) * tallest;
    const shape = kind === 'water' ? 'lorentzian' : 'gaussian';
    const phaseRad = kind === 'water' ? anyPhase(random) : 0;
    addLine(fid, basis, { ppm: within(random, ppm), widthHz: within(random, widthHz), shape, phaseRad }, size);
  }
  for (let n = 0; n < fid.re.length; n++) {
    const decay = Math.exp(-((Math.PI * gaussianHz * n * basis.dwellTimeS) ** 2) / (4 * Math.LN2));
    const c = decay * Math.cos(phases[n] as number);
    const s = decay * Math.sin(phases[n] as number);
    const re = fid.re[n] as number;
    const im = fid.im[n] as number;
    fid.re[n] = re * c - im * s;
    fid.im[n] = re * s + im * c;
  }
}

/**
 * @param basis sampling and frequencies of the cases
 * @returns the artefact of one case after another, each call the next one's
 */
export function artefactSource(id: ArtefactId, basis: BasisSet, seed: number): Artefact {
  const random = seededRandom(seed ^ STREAM);
  return (fid, tallest) => {
    switch (id) {
      case 'lipids':
        return addLipids(fid, tallest, basis, random, 'outside');
      case 'tumour-lipids':
        return addLipids(fid, tallest, basis, random, 'tumour');
      case 'spurious-echo':
        return addEcho(fid, basis, random);
      case 'noise-only':
        fid.re.fill(0);
        fid.im.fill(0);
        return;
      case 'mild':
        return disturb(fid, tallest, basis, random);
    }
  };
}
