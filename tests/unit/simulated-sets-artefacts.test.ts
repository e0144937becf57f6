// Sets of what networks don't know: tumours, artefacts, other meanings of SNR; and that the older presets still give their sets.
import { describe, expect, it } from 'vitest';
import {
  ARTEFACT_IDS,
  planSimulation,
  presetSeeds,
  simulateCases,
  SIMULATION_PRESETS,
} from '../../src/core/basis/simulatedSets/index.ts';
import type { PresetId, SimulationChanges } from '../../src/core/basis/simulatedSets/index.ts';
import type { ComplexSignal } from '../../src/core/domain/complexArray.ts';
import { fidToSpectrum } from '../../src/core/math/fft.ts';
import { SINGLET_BASIS } from '../fixtures/singletBasis.ts';

const { dwellTimeS, spectrometerFrequencyMHz, points } = SINGLET_BASIS;

interface Drawn {
  readonly fid: ComplexSignal;
  readonly of: (column: string) => number;
}

function draw(id: PresetId, changes: SimulationChanges, count: number, seed = presetSeeds(id).test): Drawn[] {
  const plan = planSimulation(SINGLET_BASIS, id, changes);
  return [...simulateCases(plan, count, seed)].map(({ fid, truth }) => ({
    fid,
    of: (column) => truth[plan.columns.indexOf(column)] ?? NaN,
  }));
}

const sumOf = ({ of }: Drawn, ...names: string[]): number => names.reduce((sum, name) => sum + of(name), 0);
const energy = ({ re, im }: ComplexSignal): number => re.reduce((sum, v, n) => sum + v * v + im[n]! * im[n]!, 0);

function difference(a: ComplexSignal, b: ComplexSignal): ComplexSignal {
  return { re: a.re.map((v, n) => v - b.re[n]!), im: a.im.map((v, n) => v - b.im[n]!) };
}

/** Part of a signal's energy that lies within a range of ppm. */
function partWithin(fid: ComplexSignal, low: number, high: number): number {
  const spectrum = fidToSpectrum(fid);
  const stepHz = 1 / (points * dwellTimeS);
  const isInside = (i: number): boolean => {
    const ppm = 4.65 - ((i - points / 2) * stepHz) / spectrometerFrequencyMHz;
    return ppm >= low && ppm <= high;
  };
  const masked = (values: Float64Array): Float64Array => values.map((v, i) => (isInside(i) ? v : 0));
  return energy({ re: masked(spectrum.re), im: masked(spectrum.im) }) / energy(spectrum);
}

/** What the artefact adds to each case: the noise is the same with and without. */
function added(artefact: (typeof ARTEFACT_IDS)[number], count = 30): { clean: Drawn; extra: ComplexSignal }[] {
  const without = draw('brain', {}, count);
  return draw('brain', { artefact }, count).map(({ fid }, i) => ({
    clean: without[i]!,
    extra: difference(fid, without[i]!.fid),
  }));
}

describe('presets of before', () => {
  // Written down before artefacts, tumours and other definitions of SNR were there.
  it.each([
    ['qnet', 1003, 12.77042526542209, 9.49333970369391, 3.070678515128132],
    ['dq', 2003, 5.665538661181927, 46.12435207099797, 5.580537071297202],
    ['hatami', 3003, 0.4540261677466333, -0.17356540543967158, 3.357078598581924],
    ['rizzo', 4003, 24.844527003960685, 97.71603374981567, 6.294496922325775],
    ['brain', 5003, 6.412774467840791, 4.030555095315764, 7.890487912698181],
  ] as const)('%s: seed %i still gives its set', (id, seed, first, sample, noiseSd) => {
    const third = [...simulateCases(planSimulation(SINGLET_BASIS, id), 3, seed)][2]!;
    expect(third.truth[0]).toBe(first);
    // Sine and cosine may differ in their last bit from one machine to the next.
    expect(third.fid.re[100]).toBeCloseTo(sample, 9);
    expect(draw(id, {}, 3, seed)[2]!.of('noiseSd')).toBeCloseTo(noiseSd, 9);
  });
});

describe('tumours', () => {
  it.each(['tumour', 'tumour-clinical'] as const)('%s has the sums of the paper in every case', (id) => {
    for (const drawn of draw(id, {}, 200)) {
      const tNAA = sumOf(drawn, 'NAA', 'NAAG');
      const tCr = sumOf(drawn, 'Cr', 'PCr');
      const tCho = sumOf(drawn, 'GPC', 'PCho');
      expect(tNAA >= 0.5 && tNAA <= 2 && tCr >= 0.5 && tCr <= 3 && tCho >= 5 && tCho <= 12).toBe(true);
    }
  });

  it('differ from their healthy preset in nothing else', () => {
    const { tumour, qnet } = SIMULATION_PRESETS;
    const healthyNames = Object.keys(qnet.concentrations).filter(
      (name) => !['NAA', 'NAAG', 'Cr', 'PCr', 'GPC', 'PCho'].includes(name),
    );
    for (const name of healthyNames) expect(tumour.concentrations[name]).toEqual(qnet.concentrations[name]);
    expect(tumour.shift).toEqual(qnet.shift);
    expect(tumour.macromolecules).toEqual(qnet.macromolecules);
  });

  it('have the noise of a healthy scan where that is meant', () => {
    const own = draw('tumour', { snr: [50, 50] }, 5);
    const healthy = draw('tumour', { snr: [50, 50], snrDefinition: 'healthyNaaHeight' }, 5);
    own.forEach((drawn, i) => {
      expect(healthy[i]!.of('noiseSd') / drawn.of('noiseSd')).toBeCloseTo(12.25 / drawn.of('NAA'), 6);
    });
  });
});

describe('other meanings of SNR', () => {
  it('measure the noise by the first point of the FID', () => {
    const [noisy] = draw('qnet', { snr: [10, 10], snrDefinition: 'firstPoint' }, 1);
    const [still] = draw('qnet', { snr: [1e12, 1e12], snrDefinition: 'firstPoint' }, 1);
    const first = Math.hypot(still!.fid.re[0]!, still!.fid.im[0]!);
    expect(first / noisy!.of('noiseSd')).toBeCloseTo(10, 6);
  });

  it('are refused where the protocol has no water', () => {
    const plan = (): unknown => planSimulation(SINGLET_BASIS, 'brain', { snrDefinition: 'waterReference' });
    expect(plan).toThrow('The preset brain has no water reference that an SNR could be of.');
  });
});

describe('artefacts', () => {
  it.each(ARTEFACT_IDS)('%s: a seed gives the same set again, over the same case and noise', (artefact) => {
    const once = draw('brain', { artefact }, 3);
    const more = draw('brain', { artefact }, 5);
    expect(more[2]!.fid.re).toEqual(once[2]!.fid.re);
    const clean = draw('brain', {}, 3);
    expect(once[1]!.of('noiseSd')).toBe(clean[1]!.of('noiseSd'));
    expect(once[1]!.of('NAA')).toBe(artefact === 'noise-only' ? 0 : clean[1]!.of('NAA'));
    expect(draw('brain', { artefact }, 3, 77)[0]!.fid.re).not.toEqual(once[0]!.fid.re);
  });

  it('lipids lie where fat has its lines, and are as tall as said', () => {
    // A line that begins with the readout has dispersive wings: up to a tenth of it lies beyond.
    for (const { extra } of added('lipids')) expect(partWithin(extra, 0.2, 2.8)).toBeGreaterThan(0.9);
    const strength = (artefact: 'lipids' | 'tumour-lipids'): number[] =>
      added(artefact).map(({ extra, clean }) => energy(extra) / energy(clean.fid));
    const mean = (values: number[]): number => values.reduce((a, b) => a + Math.log(b), 0) / values.length;
    // Heights are drawn from 1 to 10 and from 0.3 to 3, from the same deviates: 10/3 apart, the square of it in energy.
    expect(Math.exp(mean(strength('lipids')) - mean(strength('tumour-lipids')))).toBeCloseTo((10 / 3) ** 2, 0);
  });

  it('lipids of a tumour are in phase with its metabolites', () => {
    for (const { extra, clean } of added('tumour-lipids')) {
      const phaseDeg = (Math.atan2(extra.im[0]!, extra.re[0]!) * 180) / Math.PI;
      expect(phaseDeg).toBeCloseTo(clean.of('phaseDeg'), 6);
    }
  });

  it('a spurious echo comes within the readout, with 5 to 50 % of the size that the signal starts with', () => {
    const stills = draw('brain', { snr: [1e12, 1e12] }, 30);
    added('spurious-echo').forEach(({ extra }, i) => {
      const size = extra.re.map((v, n) => Math.hypot(v, extra.im[n]!));
      const top = size.indexOf(Math.max(...size));
      expect(top * dwellTimeS).toBeGreaterThan(0.029);
      expect(top * dwellTimeS).toBeLessThan(0.151);
      const { re, im } = stills[i]!.fid;
      const part = size[top]! / Math.hypot(re[0]!, im[0]!);
      expect(part).toBeGreaterThan(0.0499);
      expect(part).toBeLessThan(0.5001);
    });
  });

  it('noise alone is as strong as the case says, and holds nothing', () => {
    const [only] = draw('brain', { artefact: 'noise-only' }, 1);
    const rms = Math.sqrt(energy(only!.fid) / (2 * points));
    // The SD of 2048 numbers is known to 1.6 %, tested to four of that.
    expect(Math.abs(rms / only!.of('noiseSd') - 1)).toBeLessThan(0.065);
    expect(sumOf(only!, 'NAA', 'Cr', 'PCr', 'GPC', 'Glu', 'Ins', 'Mac')).toBe(0);
  });

  it('mild traces change the metabolites’ range a little, and not nothing', () => {
    for (const { extra, clean } of added('mild')) {
      const changed = (partWithin(extra, 0.5, 4.2) * energy(extra)) / energy(clean.fid);
      expect(changed).toBeGreaterThan(1e-6);
      expect(changed).toBeLessThan(0.1);
    }
  });
});
