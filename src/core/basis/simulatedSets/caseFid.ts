// A drawn case as a FID with its noise, and the amounts that are true of it.
//   s(t) = e^{i(φ + 2πft)} [ e^{−(πGt)²/(4 ln 2)} Σ_m c_m x_m(t) e^{(−πL_m + 2πi f_m) t} + c_MM B(t) ] + noise
import { ppmToHz } from '../../domain/axes.ts';
import type { BasisSet } from '../../domain/basisSet.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { fidToSpectrum, nextPowerOfTwo } from '../../math/fft.ts';
import type { SeededRandom } from '../../math/seededRandom.ts';
import { CHEN_LINES, chenProtons, chenWidthHz } from '../macromolecules/chenLines.ts';
import { broadSignals, gaussianFid, MACROMOLECULES_GONE_S } from '../macromolecules/index.ts';
import { syntheticFid, withNoise } from '../syntheticScan.ts';
import type { Artefact } from './artefacts.ts';
import type { DrawnCase, DrawnSignal, VariedLine } from './drawCase.ts';
import type { MacromoleculeRule, SimulatedSnr, SimulationPreset } from './presets.ts';

/** FID amplitude at t = 0 of one unit of macromolecules, protons. */
const MAC_PROTONS = CHEN_LINES.reduce((sum, line) => sum + chenProtons(line), 0);
/** Heights are read from spectra so much finer than the sampling has them. */
const ZERO_FILL = 4;
const NAA_WINDOW_PPM = [1.85, 2.2] as const;
/** NAA of healthy brain, the middle of Chen's range (preset qnet). [mM] */
const HEALTHY_NAA_MM = 12.25;

/** The macromolecule signal of a set: of the basis, or made. */
export interface MacromoleculeSignal {
  /** Name of the truth's column. */
  readonly name: string;
  readonly fid: ComplexSignal;
  /** What an amount of 1 is in units of `fid`. */
  readonly unitsPerAmount: number;
}

/**
 * @returns the basis's one macromolecule signal; Chen's lines where it has none or several; null at echo times at which
 *   macromolecules are gone
 */
export function macromoleculeSignal(basis: BasisSet): MacromoleculeSignal | null {
  const own = basis.signals.filter((s) => s.kind === 'macromolecule');
  const [only] = own;
  if (only !== undefined && own.length === 1) {
    const first = Math.hypot(only.fid.re[0] as number, only.fid.im[0] as number);
    return { name: only.name, fid: only.fid, unitsPerAmount: first > 0 ? MAC_PROTONS / first : 1 };
  }
  if (own.length === 0 && (basis.echoTimeS ?? 0) >= MACROMOLECULES_GONE_S) return null;
  const [made] = broadSignals('chen-17-combined', 'none', basis);
  return made === undefined ? null : { name: made.name, fid: made.fid, unitsPerAmount: 1 };
}

function add(target: ComplexSignal, signal: ComplexSignal, factor: number): void {
  for (let n = 0; n < target.re.length; n++) {
    target.re[n] = (target.re[n] as number) + factor * (signal.re[n] as number);
    target.im[n] = (target.im[n] as number) + factor * (signal.im[n] as number);
  }
}

function rotate(fid: ComplexSignal, dwellTimeS: number, shiftHz: number, phaseRad: number): void {
  for (let n = 0; n < fid.re.length; n++) {
    const angle = phaseRad + 2 * Math.PI * shiftHz * n * dwellTimeS;
    const c = Math.cos(angle);
    const s = Math.sin(angle);
    const re = fid.re[n] as number;
    const im = fid.im[n] as number;
    fid.re[n] = re * c - im * s;
    fid.im[n] = re * s + im * c;
  }
}

const emptyFid = (points: number): ComplexSignal => ({
  re: new Float64Array(points),
  im: new Float64Array(points),
});

/** Metabolites of one shift and width are broadened and turned together. */
function metaboliteFid(basis: BasisSet, signals: readonly DrawnSignal[], gaussianHz: number): ComplexSignal {
  const groups = new Map<string, DrawnSignal[]>();
  for (const signal of signals) {
    const key = `${signal.shiftHz} ${signal.lorentzianHz}`;
    groups.set(key, [...(groups.get(key) ?? []), signal]);
  }
  const fid = emptyFid(basis.points);
  for (const group of groups.values()) {
    const { shiftHz, lorentzianHz } = group[0] as DrawnSignal;
    const concentrations = Object.fromEntries(group.map(({ name, amount }) => [name, amount]));
    const broadening = { lorentzianHz, gaussianHz };
    add(fid, syntheticFid(basis, { concentrations, broadening, shiftHz, phaseRad: 0, extraLines: [] }), 1);
  }
  return fid;
}

function variedLines(basis: BasisSet, lines: readonly VariedLine[]): ComplexSignal {
  const fid = emptyFid(basis.points);
  CHEN_LINES.forEach((line, i) => {
    const { height, width } = lines[i] as VariedLine;
    const widthHz = width * chenWidthHz(line, basis.spectrometerFrequencyMHz);
    const protons = chenProtons({ ...line, height: height * line.height, widthHz: width * line.widthHz });
    add(fid, gaussianFid(line.ppm, protons, widthHz, basis), 1);
  });
  return fid;
}

/** Real or magnitude spectrum, zero-filled, its largest value within a window of the basis's ppm axis. */
function height(
  fid: ComplexSignal,
  basis: BasisSet,
  kind: 'real' | 'magnitude',
  windowPpm: readonly [number, number] | null,
): number {
  const size = nextPowerOfTwo(ZERO_FILL * fid.re.length);
  const padded = emptyFid(size);
  padded.re.set(fid.re);
  padded.im.set(fid.im);
  const { re, im } = fidToSpectrum(padded);
  const stepHz = 1 / (size * basis.dwellTimeS);
  const indexOf = (ppm: number): number =>
    Math.round(ppmToHz(ppm, basis.spectrometerFrequencyMHz, basis.referencePpm) / stepHz) + Math.floor(size / 2);
  const first = windowPpm === null ? 0 : Math.max(0, indexOf(windowPpm[1]));
  const last = windowPpm === null ? size - 1 : Math.min(size - 1, indexOf(windowPpm[0]));
  let top = 0;
  for (let i = first; i <= last; i++) {
    top = Math.max(top, kind === 'real' ? (re[i] as number) : Math.hypot(re[i] as number, im[i] as number));
  }
  return top;
}

/** Macromolecules of a case, unshifted by what is common, and how many units they are. */
function macromoleculeFid(
  basis: BasisSet,
  signal: MacromoleculeSignal,
  drawn: DrawnCase,
  { unit, follows }: MacromoleculeRule,
  metabolites: ComplexSignal,
): { readonly fid: ComplexSignal; readonly units: number } {
  const { value, lines, shiftHz, lorentzianHz } = drawn.macromolecules;
  const pattern = lines === null ? signal.fid : variedLines(basis, lines);
  const perAmount = lines === null ? signal.unitsPerAmount : 1;
  const ownBasis = { ...basis, signals: [{ name: signal.name, fileName: signal.name, kind: 'macromolecule' as const, fid: pattern }] }; // prettier-ignore
  const broadening = { lorentzianHz, gaussianHz: follows ? drawn.gaussianHz : 0 };
  const one = syntheticFid(ownBasis, {
    concentrations: { [signal.name]: perAmount },
    broadening,
    shiftHz,
    phaseRad: 0,
    extraLines: [],
  });
  const amount =
    unit === 'amount' ? value : (value * height(metabolites, basis, 'real', null)) / height(one, basis, 'real', null);
  const fid = emptyFid(basis.points);
  add(fid, one, amount);
  const area = lines === null ? 1 : Math.hypot(pattern.re[0] as number, pattern.im[0] as number) / MAC_PROTONS;
  return { fid, units: amount * area * signal.unitsPerAmount };
}

/** σ per real channel of the FID that gives the SNR as the preset defines it. */
function noiseSdFor(
  definition: SimulatedSnr,
  snr: number,
  basis: BasisSet,
  drawn: DrawnCase,
  parts: { readonly whole: ComplexSignal; readonly metabolites: ComplexSignal; readonly water: number },
): number {
  const spectralNoise = Math.sqrt(basis.points);
  const { whole, metabolites, water } = parts;
  switch (definition) {
    case 'firstPoint':
      return Math.hypot(whole.re[0] as number, whole.im[0] as number) / snr;
    case 'waterReference':
      return water / snr;
    case 'largestPeak':
      return height(metabolites, basis, 'magnitude', null) / (snr * spectralNoise);
    case 'naaHeight':
    case 'healthyNaaHeight': {
      const amount = (own: number): number => (definition === 'naaHeight' ? own : HEALTHY_NAA_MM);
      const naa = drawn.signals
        .filter((s) => s.name === 'NAA')
        .map((s) => ({ ...s, shiftHz: 0, amount: amount(s.amount) }));
      const tallest =
        naa.length === 0
          ? height(metabolites, basis, 'real', null)
          : height(metaboliteFid(basis, naa, drawn.gaussianHz), basis, 'real', NAA_WINDOW_PPM);
      return tallest / (snr * spectralNoise);
    }
  }
}

export interface CaseSignal {
  readonly fid: ComplexSignal;
  readonly noiseSd: number;
  /** In units of the basis's (or the added) macromolecule signal; null where there is none. */
  readonly macromoleculeUnits: number | null;
}

/**
 * @param carrierShiftHz what brings the basis's zero frequency to the dataset's
 * @param random source of the noise: two normal deviates a point
 * @param artefact laid over the noiseless case, after the noise was measured out by its SNR
 */
export function caseFid(
  basis: BasisSet,
  preset: SimulationPreset,
  macromolecules: MacromoleculeSignal | null,
  drawn: DrawnCase,
  carrierShiftHz: number,
  random: SeededRandom,
  artefact: Artefact | null = null,
): CaseSignal {
  const metabolites = metaboliteFid(basis, drawn.signals, drawn.gaussianHz);
  const broad =
    macromolecules === null ? null : macromoleculeFid(basis, macromolecules, drawn, preset.macromolecules, metabolites);
  const whole = { re: metabolites.re.slice(), im: metabolites.im.slice() };
  if (broad !== null) add(whole, broad.fid, 1);
  const water = preset.waterReference;
  if (water !== null) add(whole, waterReferenceFid(basis, water, drawn.gaussianHz), 1);
  const parts = { whole, metabolites, water: water?.amplitude ?? 0 };
  const noiseSd = noiseSdFor(preset.snr.definition, drawn.snr, basis, drawn, parts);
  artefact?.(whole, height(metabolites, basis, 'real', null));
  rotate(whole, basis.dwellTimeS, drawn.shiftHz + carrierShiftHz, (drawn.phaseDeg * Math.PI) / 180);
  return { fid: withNoise(whole, noiseSd, random), noiseSd, macromoleculeUnits: broad?.units ?? null };
}

/** As narrow as the basis signals, with the case's shim. */
function waterReferenceFid(
  basis: BasisSet,
  { ppm, amplitude }: NonNullable<SimulationPreset['waterReference']>,
  gaussianHz: number,
): ComplexSignal {
  const fid = gaussianFid(ppm, amplitude, gaussianHz, basis);
  const dampingHz = basis.linewidthHz ?? 0;
  for (let n = 0; n < fid.re.length; n++) {
    const decay = Math.exp(-Math.PI * dampingHz * n * basis.dwellTimeS);
    fid.re[n] = (fid.re[n] as number) * decay;
    fid.im[n] = (fid.im[n] as number) * decay;
  }
  return fid;
}
