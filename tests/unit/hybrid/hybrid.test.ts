// The hybrid method with planted truth: the quick fit ends where the full fit does, a wrong start is seen, nothing is biased.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { datasetToBasisSet } from '../../../src/core/basis/basisDataset.ts';
import { planSimulation, simulateCases } from '../../../src/core/basis/simulatedSets/index.ts';
import { CancelledError, UsageError } from '../../../src/core/domain/errors.ts';
import type { ModelCard } from '../../../src/core/domain/modelCard.ts';
import type { QuantificationResult } from '../../../src/core/domain/quantification.ts';
import { readNiftiMrs } from '../../../src/core/formats/niftiMrs.ts';
import { seededRandom } from '../../../src/core/math/seededRandom.ts';
import type { FitInput, FitStart } from '../../../src/core/ports/fitRunner.ts';
import type { ModelLibrary } from '../../../src/core/ports/modelLibrary.ts';
import { hybridMethod } from '../../../src/core/quantification/hybrid/index.ts';
import type { StartsOf } from '../../../src/core/quantification/hybrid/networkStarts.ts';
import { checkMethodOptions, methodDefaults } from '../../../src/core/quantification/methodOptions.ts';
import {
  DEFAULT_NLLS_OPTIONS,
  fitFromData,
  fitFromStart,
  parseNllsOptions,
} from '../../../src/core/quantification/nlls/index.ts';
import { isFailure } from '../../../src/core/quantification/shared/networks/batchMethod.ts';

const FILE = 'lineshape-3t-press-te30-123mhz.nii.gz';
const never = { isCancelled: () => false, throwIfCancelled: () => undefined };
const options = DEFAULT_NLLS_OPTIONS;

const bytes = new Uint8Array(readFileSync(new URL(`../../../resources/basis/${FILE}`, import.meta.url)));
const whole = datasetToBasisSet(readNiftiMrs(bytes, FILE), 'test', '');
const plan = planSimulation(whole, 'brain', { snr: [60, 120] });
const basis = {
  ...whole,
  signals: whole.signals.filter(({ kind, name }) => kind !== 'metabolite' || plan.columns.includes(name)),
};
const { dwellTimeS, spectrometerFrequencyMHz } = basis;

const cases = [...simulateCases(plan, 24, 90_210)];
const inputs: FitInput[] = cases.map(({ fid }, voxel) => ({
  ...{ voxel, fid, dwellTimeS, spectrometerFrequencyMHz },
  ...{ nucleus: '1H', noiseSd: null },
}));
const truthOf = (k: number, name: string): number => cases[k]!.truth[plan.columns.indexOf(name)]!;

/** The truth with the errors that a network makes. */
const starts: FitStart[] = (() => {
  const random = seededRandom(3);
  return cases.map((_, k) => ({
    phase0Deg: truthOf(k, 'phaseDeg') + 3 * random.normal(),
    phase1DegPerPpm: 0,
    shiftHz: truthOf(k, 'shiftHz') + 0.3 * random.normal(),
    lorentzianHz: Math.max(0, truthOf(k, 'lorentzianHz') + 0.7 * random.normal()),
    gaussianHz: Math.max(0, truthOf(k, 'gaussianHz') + 0.7 * random.normal()),
  }));
})();

const fromStart = (k: number, start = starts[k]!, of = options) => fitFromStart(inputs[k]!, basis, of, start, never);
const fromData = (k: number) => fitFromData(inputs[k]!, basis, options, never);
const named = ({ metabolites, combined }: QuantificationResult) =>
  new Map([...metabolites, ...combined].map((e) => [e.name, e]));

describe('a fit from a start that is nearly right', () => {
  const quick = inputs.map((_, k) => fromStart(k));
  const full = inputs.map((_, k) => fromData(k));

  it('ends where the full fit ends, by a small part of a bound', () => {
    const differences = full.flatMap(({ result }, k) => {
      const other = named(quick[k]!.output.result);
      return [...named(result).values()].map(
        (e) => Math.abs(e.amplitude - other.get(e.name)!.amplitude) / e.crlbAbsolute!,
      );
    });
    differences.sort((a, b) => a - b);
    // Measured: 0.03 and 0.3 to 0.4 over hundreds of such spectra (bench hybrid).
    expect(differences[differences.length >> 1]).toBeLessThan(0.06);
    expect(differences[Math.floor(0.95 * differences.length)]).toBeLessThan(0.4);
  });

  it('needs no fallback and few steps', () => {
    expect(quick.filter(({ fellBack }) => fellBack !== null)).toEqual([]);
    quick.forEach(({ output }, k) => {
      expect(output.result.status).toBe('converged');
      expect(Number(output.result.diagnostics['iterations'])).toBeLessThan(
        Number(full[k]!.result.diagnostics['iterations']),
      );
    });
  });

  it('has the bounds, phase, shift, noise and curves of the full fit', () => {
    full.forEach(({ result, curves }, k) => {
      const { result: other, curves: shown } = quick[k]!.output;
      for (const name of ['tNAA', 'tCr', 'tCho', 'Glx']) {
        const ratio = named(other).get(name)!.crlbAbsolute! / named(result).get(name)!.crlbAbsolute!;
        // The spread of shifts and widths is learned from steps that differ a little.
        expect(Math.abs(Math.log(ratio))).toBeLessThan(0.35);
      }
      expect(other.shiftHz).toBeCloseTo(result.shiftHz, 0);
      expect(Math.abs(other.phase0Deg - result.phase0Deg)).toBeLessThan(3);
      // Both sum the noise of all samples.
      expect(other.diagnostics['noiseSd']).toBeCloseTo(Number(result.diagnostics['noiseSd']), 6);
      expect(shown.ppm.length).toBe(curves.ppm.length);
      shown.data.forEach((v, i) => expect(v).toBeCloseTo(shown.fit[i]! + shown.residual[i]!, 6));
    });
  });

  it('is not biased, and scatters as its bounds say', () => {
    for (const name of ['NAA', 'Cr', 'Glu', 'Ins', 'Mac']) {
      const errors = quick.map(({ output }, k) => {
        const { amplitude, crlbAbsolute } = named(output.result).get(name)!;
        return (amplitude - truthOf(k, name)) / crlbAbsolute!;
      });
      const mean = errors.reduce((s, e) => s + e, 0) / errors.length;
      const rms = Math.sqrt(errors.reduce((s, e) => s + e * e, 0) / errors.length);
      // Three standard errors of a mean of 24 unit draws, and the 99.9 % range of their root mean square.
      expect(Math.abs(mean)).toBeLessThan(3 / Math.sqrt(errors.length));
      expect(rms).toBeLessThan(1.45);
    }
  });
});

describe('a fit from a wrong start', () => {
  it.each([
    ['a shift of half a ppm', { shiftHz: 60 }],
    ['a shift to the next singlet, upside down', { shiftHz: 22, phase0Deg: 180 }],
    ['widths of a wrecked shim', { lorentzianHz: 30, gaussianHz: 25, shiftHz: -35 }],
  ])('gives the full fit, and says why (%s)', (_, wrong) => {
    for (const k of [0, 7]) {
      const { output, fellBack } = fromStart(k, { ...starts[k]!, ...wrong });
      const tnaa = named(output.result).get('tNAA')!;
      const wanted = named(fromData(k).result).get('tNAA')!;
      // Whichever way it went, the numbers are right; where it fell back, they are those of the full fit.
      expect(Math.abs(tnaa.amplitude - wanted.amplitude)).toBeLessThan(0.5 * wanted.crlbAbsolute!);
      if (fellBack !== null) expect(tnaa.amplitude).toBe(wanted.amplitude);
    }
  });

  it('falls back where the start is out of reach', () => {
    expect(fromStart(0, { ...starts[0]!, shiftHz: 60 }).fellBack).toMatch(/^[A-Z].*\.$/);
  });

  it('searches where the options let lines change places', () => {
    const wide = parseNllsOptions({ grouping: 'perMetabolite', shiftPriorSdPpm: 0.02, omit: ['Mac'] });
    expect(fromStart(0, starts[0], wide).fellBack).toContain('takes a search');
  });
});

const CARD = new URL('../../../resources/models/lineshape-universal.json', import.meta.url);
const card = JSON.parse(readFileSync(CARD, 'utf8')) as ModelCard;
const latentLimit = card.quantification!.inDistribution.latentLimit!;

/** What a network would say: the planted starts. @param latentLength of its features, in parts of their limit */
const planted =
  (latentLength: number): StartsOf =>
  (batch) =>
    Promise.resolve({
      ...{ card, executionProvider: 'cuda' },
      starts: batch.map(({ voxel, fid }) =>
        fid.re.every((v) => v === 0)
          ? null
          : { start: starts[voxel]!, latentLength: latentLength * latentLimit, scale: 1, noiseSd: 0.01 },
      ),
    });

const models: ModelLibrary = { open: () => Promise.reject(new Error('No model is opened here.')) };
const context = {
  ...{ models, network: { modelId: card.id, mismatch: null, unanswered: [] } },
  ...{ cancellation: never, withCurves: true },
};

const run = async (latentLength: number, changes = {}) => {
  const [output] = await hybridMethod(planted(latentLength))(inputs.slice(0, 1), basis, {}, { ...context, ...changes });
  if (output === undefined || isFailure(output)) throw new Error('There is no output.');
  return output;
};

describe('the hybrid method', () => {
  it("gives the fit's numbers under its own name, with the network's checks and provider", async () => {
    const { result, curves } = await run(0.5);
    expect(result).toMatchObject({ method: 'hybrid', executionProvider: 'cuda' });
    expect(result.doubt?.model.id).toBe(card.id);
    expect(result.doubt?.checks.find(({ check }) => check === 'latent')?.passed).toBe(true);
    expect(result.inDistribution).toBe(result.doubt?.checks.every(({ passed }) => passed));
    expect(result.diagnostics).toMatchObject({ startedFrom: 'network', fellBack: false, fallbackReason: null });
    const wanted = named(fromStart(0).output.result);
    for (const e of result.metabolites) expect(e.amplitude).toBeCloseTo(wanted.get(e.name)!.amplitude, 9);
    expect(curves.components.length).toBe(basis.signals.length);
  });

  it('runs the full fit where the network does not know the spectrum, and says so', async () => {
    const { result } = await run(1.5);
    expect(result).toMatchObject({ inDistribution: false, diagnostics: { startedFrom: 'data', fellBack: true } });
    expect(result.diagnostics['fallbackReason']).toContain('training set');
    expect(result.warnings.map(({ code }) => code)).toContain('hybrid-fell-back');
    const wanted = named(fromData(0).result);
    for (const e of result.metabolites) expect(e.amplitude).toBeCloseTo(wanted.get(e.name)!.amplitude, 9);
  });

  it('runs the full fit where the scan is none that the network was made for', async () => {
    const mismatch = 'The network is for other scans.';
    const { result } = await run(0.5, { network: { ...context.network, mismatch } });
    expect(result.diagnostics).toMatchObject({ fellBack: true, fallbackReason: mismatch });
  });

  it('leaves curves out where none are wanted', async () => {
    expect((await run(0.5, { withCurves: false })).curves.components).toEqual([]);
  });

  it('tells of a spectrum without signal, and fits the others', async () => {
    const empty = { re: new Float64Array(basis.points), im: new Float64Array(basis.points) };
    const both = [{ ...inputs[0]!, fid: empty }, inputs[1]!];
    const outputs = await hybridMethod(planted(0.5))(both, basis, {}, context);
    expect(outputs.map(isFailure)).toEqual([true, false]);
  });

  it('stops when it is cancelled', async () => {
    const cancellation = {
      isCancelled: () => true,
      throwIfCancelled: () => {
        throw new CancelledError();
      },
    };
    const running = hybridMethod(planted(0.5))(inputs, basis, {}, { ...context, cancellation });
    await expect(running).rejects.toThrow(CancelledError);
  });

  it('takes the options of the fit, and names itself where one is wrong', () => {
    expect(methodDefaults('hybrid')).toMatchObject({ baseline: 'auto', grouping: 'related' });
    expect(() => checkMethodOptions('hybrid', { baseline: 'fixed' })).not.toThrow();
    expect(() => checkMethodOptions('hybrid', { baselines: 'fixed' })).toThrow(UsageError);
    expect(() => checkMethodOptions('hybrid', { baselines: 'fixed' })).toThrow(/hybrid/);
  });
});
