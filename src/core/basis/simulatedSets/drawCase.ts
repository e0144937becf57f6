// What one simulated case is made of, drawn from a preset. The order of the draws is fixed: amounts, shift, width, Gaussian
// width, phase, macromolecules, SNR, so that a seed gives the same cases whatever the basis holds besides.
import type { BasisSet } from '../../domain/basisSet.ts';
import type { SeededRandom } from '../../math/seededRandom.ts';
import { CHEN_LINES } from '../macromolecules/chenLines.ts';
import type { LorentzianRule, Range, SimulationPreset, SnrRule, Spread } from './presets.ts';

/** One metabolite's part of a case. */
export interface DrawnSignal {
  readonly name: string;
  /** mM, or units of the basis signal. */
  readonly amount: number;
  /** Against the case's common shift. [Hz] */
  readonly shiftHz: number;
  /** Lorentzian FWHM added to the basis's own. [Hz] */
  readonly lorentzianHz: number;
}

/** Factors on Chen's lines. */
export interface VariedLine {
  readonly height: number;
  readonly width: number;
}

export interface DrawnCase {
  readonly signals: readonly DrawnSignal[];
  /** Common to all signals. */
  readonly shiftHz: number;
  readonly gaussianHz: number;
  readonly phaseDeg: number;
  readonly macromolecules: {
    /** An amount, or the height against the metabolites', as the preset has it. */
    readonly value: number;
    readonly shiftHz: number;
    readonly lorentzianHz: number;
    /** One for each of Chen's lines; null for the fixed pattern. */
    readonly lines: readonly VariedLine[] | null;
  };
  readonly snr: number;
}

/** How far Chen's lines vary: amplitude ±10 %, width ±20 % (preset qnet's source). */
const LINE_SPREAD = { height: 0.1, width: 0.2 } as const;

const within = (random: SeededRandom, [low, high]: Range): number => low + (high - low) * random.uniform();

/** Metabolites that a preset asks for, by its own order. */
export function presetMetabolites(preset: SimulationPreset): string[] {
  return Object.keys(preset.concentrations).flatMap((name) => preset.sums[name] ?? [name]);
}

/** Every amount is drawn, also of what the basis lacks. */
function drawAmounts({ concentrations, sums }: SimulationPreset, random: SeededRandom): Map<string, number> {
  const amounts = new Map<string, number>();
  for (const [name, range] of Object.entries(concentrations)) {
    const value = within(random, range);
    const members = sums[name] ?? [name];
    for (const member of members) amounts.set(member, value / members.length);
  }
  return amounts;
}

/** @returns FWHM in Hz that is added to a basis signal */
function addedWidthHz(rule: LorentzianRule, drawn: number, name: string, basis: BasisSet): number {
  const own = basis.linewidthHz ?? 0;
  if (rule.kind === 't2') return Math.max(0, 1 / (Math.PI * (rule.t2S[name] ?? rule.otherT2S)) - own);
  const factor = { Hz: 1, ppm: basis.spectrometerFrequencyMHz, '1/s': 1 / Math.PI }[rule.unit];
  return Math.max(0, drawn * factor - (rule.includesBasis ? own : 0));
}

/** One value for all, or one each; the macromolecules' stands last. */
function drawSpread(random: SeededRandom, range: Range, per: Spread, count: number): number[] {
  if (per === 'metabolite') return Array.from({ length: count }, () => within(random, range));
  const common = within(random, range);
  return new Array<number>(count).fill(common);
}

function drawSnr({ distribution }: SnrRule, random: SeededRandom): number {
  if (distribution.kind === 'normal') {
    return Math.max(distribution.least, distribution.mean + distribution.sd * random.normal());
  }
  const [low, high] = distribution.range;
  if (distribution.kind === 'uniform') return within(random, distribution.range);
  return Math.exp(within(random, [Math.log(low), Math.log(high)]));
}

function drawLines(random: SeededRandom): VariedLine[] {
  return CHEN_LINES.map(() => ({
    height: within(random, [1 - LINE_SPREAD.height, 1 + LINE_SPREAD.height]),
    width: within(random, [1 - LINE_SPREAD.width, 1 + LINE_SPREAD.width]),
  }));
}

/** @param random moves on by as many draws for every case of a preset and basis */
export function drawCase(preset: SimulationPreset, basis: BasisSet, random: SeededRandom): DrawnCase {
  const { shift, lorentzian, macromolecules } = preset;
  const names = presetMetabolites(preset);
  const amounts = drawAmounts(preset, random);
  const toHz = shift.unit === 'ppm' ? basis.spectrometerFrequencyMHz : 1;
  const shifts = drawSpread(random, shift.range, shift.per, names.length + 1).map((v) => v * toHz);
  const widths =
    lorentzian.kind === 't2'
      ? new Array<number>(names.length + 1).fill(0)
      : drawSpread(random, lorentzian.range, lorentzian.per, names.length + 1);
  const common = shift.per === 'spectrum' ? (shifts[0] as number) : 0;
  const ofSignal = (name: string, i: number): DrawnSignal => ({
    name,
    amount: amounts.get(name) as number,
    shiftHz: (shifts[i] as number) - common,
    lorentzianHz: addedWidthHz(lorentzian, widths[i] as number, name, basis),
  });
  const last = names.length;
  return {
    signals: names.map(ofSignal).filter(({ name }) => basis.signals.some((s) => s.name === name)),
    shiftHz: common,
    gaussianHz: within(random, preset.gaussianHz),
    phaseDeg: within(random, preset.phaseDeg),
    macromolecules: {
      value: within(random, macromolecules.range),
      shiftHz: macromolecules.follows ? (shifts[last] as number) - common : 0,
      lorentzianHz: macromolecules.follows ? addedWidthHz(lorentzian, widths[last] as number, '', basis) : 0,
      lines: macromolecules.shape === 'varied' ? drawLines(random) : null,
    },
    snr: drawSnr(preset.snr, random),
  };
}
