// AMARES against exactly known lines: amplitudes, links, multiplets, phases, begin time, bounds; prior knowledge read from
// JSON and from a table, and every way in which it can be wrong.
import { describe, expect, it } from 'vitest';
import { CancelledError, ProcessingError, UsageError } from '../../src/core/domain/errors.ts';
import type { JsonObject, JsonValue } from '../../src/core/domain/json.ts';
import { compilePrior } from '../../src/core/quantification/amares/compile.ts';
import { AmaresModel } from '../../src/core/quantification/amares/model.ts';
import { PRIOR_KNOWLEDGE_SCHEMA, SHIPPED_PRIOR_KNOWLEDGE, parseAmaresOptions, priorKnowledgeFromCsv, readPriorKnowledge } from '../../src/core/quantification/amares/index.ts'; // prettier-ignore
import { NO_BASIS, fitVoxel, needsBasis } from '../../src/core/quantification/index.ts';
import { DWELL_S, F0_MHZ, exponentials, seededNormal } from '../fixtures/analyticBasis.ts';
import { P31_DWELL_S, P31_F0_MHZ, P31_PEAKS, P31_TABLE, phosphorusFid } from '../fixtures/phosphorusScan.ts';
import type { PhosphorusDistortion } from '../fixtures/phosphorusScan.ts';

const never = { isCancelled: () => false, throwIfCancelled: () => undefined };

function fitPhosphorus(d: PhosphorusDistortion, options: JsonObject = {}) {
  const input = { voxel: 0, fid: phosphorusFid(d), dwellTimeS: P31_DWELL_S, spectrometerFrequencyMHz: P31_F0_MHZ, nucleus: '31P', noiseSd: null }; // prettier-ignore
  return fitVoxel(input, NO_BASIS, 'amares', options, never);
}

const amplitude = (r: ReturnType<typeof fitPhosphorus>, name: string) =>
  [...r.result.metabolites, ...r.result.combined].find((m) => m.name === name)!;

const file = (peaks: JsonValue, more: JsonObject = {}): JsonObject => ({
  schema: PRIOR_KNOWLEDGE_SCHEMA,
  peaks,
  ...more,
});
const peak = (name: string, more: JsonObject = {}): JsonObject => ({
  name,
  shiftPpm: { value: 0, lower: -1, upper: 1 },
  linewidthHz: { value: 10, lower: 1, upper: 50 },
  ...more,
});

describe('the AMARES model', () => {
  const knowledge = readPriorKnowledge(
    file([
      peak('A', { multiplet: 'triplet', jHz: { value: 16, lower: 10, upper: 20 } }),
      peak('B', { shiftPpm: { follows: 'A', offsetHz: 300 }, linewidthHz: { follows: 'A', ratio: 1.5 }, phaseDeg: { value: 10, lower: -90, upper: 90 } }), // prettier-ignore
      peak('C', {
        lineshape: 'gaussian',
        amplitude: { follows: 'A', ratio: 0.5 },
        phaseDeg: { follows: 'B', offset: 20 },
      }),
      peak('D', { lineshape: 'voigt', gaussianHz: { value: 6, lower: 1, upper: 30 }, multiplet: 'doublet', jHz: { follows: 'A', ratio: 2 } }), // prettier-ignore
    ]),
  );

  it.each([['time'], ['band']] as const)('has derivatives equal to finite differences (%s)', (kind) => {
    const prior = compilePrior(knowledge, P31_F0_MHZ);
    const band = kind === 'band' ? () => ({ start: 100, end: 180 }) : null;
    const model = new AmaresModel(prior, { points: 256, dwellTimeS: 4e-4, referenceHz: 20, band });
    const theta = prior.start.slice();
    theta.set([0.4, 3, 2e-4]);
    const amplitudes = Float64Array.from(prior.amplitudes, (_, m) => 1 + m / 3);
    const value = (t: Float64Array) => {
      const out = new Float64Array(model.columnsAt(t)[0]!.length);
      model.columnsAt(t).forEach((c, m) => c.forEach((v, i) => (out[i]! += amplitudes[m]! * v)));
      return out;
    };
    const all = Array.from(theta, (_, j) => j);
    model.columnsAt(theta);
    const analytic = model.derivativesAt(theta, amplitudes, all);
    for (const j of all) {
      const h = j === 2 ? 1e-8 : 1e-4;
      const up = theta.slice();
      const down = theta.slice();
      up[j]! += h;
      down[j]! -= h;
      const a = value(up);
      const b = value(down);
      const scale = Math.max(
        1e-9,
        analytic[j]!.reduce((m, v) => Math.max(m, Math.abs(v)), 0),
      );
      // central differences: truncation h²·f'''/6 and rounding eps·f/h are below 1e-5 of the largest element
      analytic[j]!.forEach((v, i) => expect(Math.abs(v - (a[i]! - b[i]!) / (2 * h))).toBeLessThan(1e-5 * scale));
    }
  });
});

describe('the AMARES fit of a phosphorus scan', () => {
  it('needs no basis', () => {
    expect(needsBasis('amares')).toBe(false);
    expect(needsBasis('nlls')).toBe(true);
  });

  it('finds noiseless lines again with the prior knowledge that comes with the program', () => {
    const r = fitPhosphorus({ phase0: 0.7 });
    expect(r.result.status).toBe('converged');
    const names: Record<string, string> = { bATP: 'bATP', PCr: 'PCr', PE: 'PE', GPE: 'GPE', Pi: 'Pi', gATP: 'gATP' };
    for (const [name, , width, truth] of P31_PEAKS) {
      if (names[name] === undefined) continue;
      // NAD's width follows a-ATP's in the shipped knowledge, which this scan's does not: 0.5 % reaches its neighbours.
      expect(Math.abs(amplitude(r, name).amplitude / truth - 1), name).toBeLessThan(0.005);
      expect(Math.abs((r.result.diagnostics[`${name}.linewidthHz`] as number) / width - 1), name).toBeLessThan(0.02);
    }
    expect(r.result.phase0Deg).toBeCloseTo((0.7 * 180) / Math.PI, 0);
    expect(amplitude(r, 'PDE').amplitude).toBeCloseTo(2.1, 1);
    const { curves } = r;
    // Sum of a few curves of magnitude 1e3: rounding.
    curves.data.forEach((v, i) => expect(Math.abs(v - curves.fit[i]! - curves.residual[i]!)).toBeLessThan(1e-9));
    const peakAt = curves.ppm[curves.data.indexOf(Math.max(...curves.data))]!;
    expect(Math.abs(peakAt)).toBeLessThan(0.05);
  });

  it.each([
    [1.4, 2.5],
    [-1.7, -2.9],
    [0.5, Math.PI],
  ])('is not misled by an offset of %f ppm and a phase of %f rad', (shiftPpm, phase0) => {
    const r = fitPhosphorus({ shiftPpm, phase0, noiseSd: 0.15, seed: 3 });
    for (const [name, truth] of [
      ['PCr', 4.4],
      ['ATP', 9],
      ['PME', 2.65],
      ['PDE', 2.1],
    ] as const) {
      const e = amplitude(r, name);
      expect(Math.abs(e.amplitude - truth), name).toBeLessThan(4 * e.crlbAbsolute! + 0.01 * truth);
    }
    expect(r.result.shiftHz / -P31_F0_MHZ).toBeCloseTo(shiftPpm, 1);
    expect(r.result.warnings.map((w) => w.code)).toContain('large-shift');
  });

  it('fits a begin time where asked to, and needs it to be right where not', () => {
    const d = { beginTimeS: 5e-4, phase0: 0.2, noiseSd: 0.05, seed: 2 };
    const fitted = fitPhosphorus(d, { beginTimeS: 4e-4, beginTimeBoundS: 4e-4 });
    // σ of the begin time here is 1 µs.
    expect(Math.abs((fitted.result.diagnostics['beginTimeS'] as number) - 5e-4)).toBeLessThan(5e-6);
    expect(fitted.result.phase1DegPerPpm).toBeCloseTo(-360 * P31_F0_MHZ * 5e-4, 0);
    const known = fitPhosphorus(d, { beginTimeS: 5e-4 });
    const wrong = fitPhosphorus(d);
    expect(Math.abs(amplitude(known, 'ATP').amplitude / 9 - 1)).toBeLessThan(0.02);
    expect(wrong.result.warnings.map((w) => w.code)).toContain('residual-above-noise');
  });

  it('is unbiased and scatters as its bounds say', () => {
    const table = priorKnowledgeFromCsv(P31_TABLE, P31_F0_MHZ);
    const runs = Array.from({ length: 60 }, (_, i) =>
      fitPhosphorus({ noiseSd: 0.15, seed: 500 + i, phase0: 0.5 }, { priorKnowledge: table, shiftSearchPpm: 0 }),
    );
    for (const [name, truth] of [
      ['PCr', 4.4],
      ['PE', 2.3],
      ['tBATP', 2.9],
      ['tGATP', 3],
      ['Pi', 0.85],
    ] as const) {
      const values = runs.map((r) => amplitude(r, name).amplitude);
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      const sd = Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / (values.length - 1));
      const bound = runs.reduce((s, r) => s + amplitude(r, name).crlbAbsolute!, 0) / runs.length;
      // Five means of 60: the largest lies within 3 of its standard errors; an SD of 60 runs is known to 9 %, ±3 of those.
      expect(Math.abs(mean - truth) / (sd / Math.sqrt(60)), name).toBeLessThan(3);
      expect(sd / bound, name).toBeGreaterThan(0.73);
      expect(sd / bound, name).toBeLessThan(1.27);
    }
  });

  it('keeps amplitudes within their bounds and names what ended at one', () => {
    const peaks = [
      peak('PCr', { amplitude: { value: 1, lower: 0, upper: 2 }, linewidthHz: { value: 5, lower: 1, upper: 6 } }),
    ];
    const r = fitPhosphorus({}, { priorKnowledge: file(peaks), shiftSearchPpm: 0 });
    expect(amplitude(r, 'PCr').amplitude).toBeCloseTo(2, 9);
    expect(r.result.warnings.map((w) => w.code)).toContain('parameters-at-bounds');
  });

  it('says which peak is not there', () => {
    const r = fitPhosphorus({}, { priorKnowledge: file([peak('PCr'), peak('none', { shiftPpm: { value: 12, lower: 11.9, upper: 12.1 }, phaseDeg: 180 })]), shiftSearchPpm: 0 }); // prettier-ignore
    expect(r.result.warnings.find((w) => w.code === 'amplitude-zero')?.message).toMatch(/none/);
    expect(amplitude(r, 'none').crlbPercent).toBeNull();
  });
});

describe('the AMARES fit of proton lines', () => {
  const input = (fid: { re: Float64Array; im: Float64Array }) => ({ voxel: 0, fid, dwellTimeS: DWELL_S, spectrometerFrequencyMHz: F0_MHZ, nucleus: '1H', noiseSd: null }); // prettier-ignore

  it('tells the width of water, Lorentzian and Gaussian', () => {
    const fid = exponentials([[4.7, 100]], 4);
    const gamma = (Math.PI * 5) ** 2 / (4 * Math.LN2);
    const normal = seededNormal(5);
    for (let i = 0; i < fid.re.length; i++) {
      const w = Math.exp(-gamma * (i * DWELL_S) ** 2);
      fid.re[i] = w * fid.re[i]! + 0.1 * normal();
      fid.im[i] = w * fid.im[i]! + 0.1 * normal();
    }
    const { result } = fitVoxel(input(fid), NO_BASIS, 'amares', { priorKnowledge: '1H-water' }, never);
    expect(result.lorentzianHz).toBeCloseTo(4, 1);
    expect(result.gaussianHz).toBeCloseTo(5, 1);
    expect(result.diagnostics['H2O.shiftPpm']).toBeCloseTo(4.7, 3);
    expect(result.metabolites[0]!.amplitude).toBeCloseTo(100, 0);
  });

  it('fits the lactate doublet beside NAA in their part of the spectrum', () => {
    // A doublet of 2 beside a line of 12, and creatine outside the range.
    const half = 6.933 / 2 / F0_MHZ;
    const lines = [[1.3142 - half, 1], [1.3142 + half, 1], [2.01, 12], [3.03, 9]] as const; // prettier-ignore
    const options = { priorKnowledge: '1H-lactate', ppmRange: [1, 2.3] };
    const { result } = fitVoxel(input(exponentials(lines, 5)), NO_BASIS, 'amares', options, never);
    // Creatine's feet reach into the range: 5 %.
    expect(Math.abs(result.metabolites.find((m) => m.name === 'Lac')!.amplitude / 2 - 1)).toBeLessThan(0.05);
  });
});

describe('prior knowledge', () => {
  it('that comes with the program is sound and tells its sources', () => {
    for (const [id, json] of Object.entries(SHIPPED_PRIOR_KNOWLEDGE)) {
      const knowledge = readPriorKnowledge(json);
      expect(knowledge.peaks.length, id).toBeGreaterThan(0);
      expect(knowledge.citations.length, id).toBeGreaterThan(0);
    }
    expect(readPriorKnowledge(SHIPPED_PRIOR_KNOWLEDGE['31P-brain']!).peaks.map((p) => p.name)).toEqual(
      expect.arrayContaining(['PCr', 'PE', 'PC', 'Pi', 'GPE', 'GPC', 'NAD', 'aATP', 'bATP', 'gATP']),
    );
  });

  it('is read from a table with links, units and open bounds', () => {
    const knowledge = readPriorKnowledge(priorKnowledgeFromCsv(P31_TABLE, P31_F0_MHZ));
    const of = (name: string) => knowledge.peaks.find((p) => p.name === name)!;
    expect(of('BATP2').amplitude).toEqual({ follows: 'BATP', factor: 0.5, offset: 0 });
    expect(of('BATP3').shiftPpm).toEqual({ follows: 'BATP', factor: 1, offset: 16 });
    expect(of('PCr').amplitude).toEqual({ value: 4, lower: 0, upper: Infinity });
    expect(of('PE').shiftPpm).toEqual({ value: 6.76, lower: 6.6, upper: 6.9 });
    expect(knowledge.sums).toContainEqual({ name: 'tBATP', members: ['BATP', 'BATP2', 'BATP3'] });
    const other = P31_TABLE.replaceAll('\n', '\r\n')
      .replace('BATP-16Hz', 'BATP - 0.1 ppm')
      .replace('BATP/2', '0.5*BATP');
    expect(readPriorKnowledge(priorKnowledgeFromCsv(`\uFEFF${other}`, P31_F0_MHZ)).peaks[1]!.shiftPpm).toEqual({ follows: 'BATP', factor: 1, offset: -0.1 * P31_F0_MHZ }); // prettier-ignore
  });

  it.each([
    ['', /no peak names/],
    ['\u0000\u0001\u0002', /no peak names/],
    [P31_TABLE.replace(/^linewidth,55.*\n/m, ''), /lacks the line "linewidth"/],
    [P31_TABLE.replace('amplitude,1.4', 'amplitud,1.4'), /line "amplitud"/],
    [P31_TABLE.replace('BATP/2', 'XATP/2'), /no earlier peak/],
    [P31_TABLE.replace('amplitude,1.4', 'amplitude,PE'), /no earlier peak/],
    [P31_TABLE.replace('BATP-16Hz', 'BATP-16kHz'), /neither a number nor a link/],
    [P31_TABLE.replace('BATP-16Hz', 'BATP*2'), /scales the chemicalshift/],
    [P31_TABLE.replace('BATP/2', 'BATP+1'), /a ratio such as/],
    [P31_TABLE.replace('(-16.5,-15.8)', '(-16.5;-15.8)'), /\(lower, upper\) is expected/],
    [P31_TABLE.replace('(-16.5,-15.8)', '(-15.8,-16.5)'), /wrong order/],
    [P31_TABLE.replace('(-16.5,-15.8)', '(1,2)'), /outside its bounds/],
    [P31_TABLE.replace('chemicalshift,-16.15', 'chemicalshift,'), /no value at chemicalshift of BATP/],
    [P31_TABLE.replace('\ng,0', '\ng,0.5'), /0 \(Lorentzian\) and 1/],
    [P31_TABLE.replace('BATP2', 'BATP'), /twice/],
  ])('refuses a wrong table in one sentence (%#)', (text, expected) => {
    const read = () => readPriorKnowledge(priorKnowledgeFromCsv(text, P31_F0_MHZ));
    expect(read).toThrow(UsageError);
    expect(read).toThrow(expected);
  });

  it.each<[JsonValue, RegExp]>([
    [null, /object/],
    [[], /object/],
    ['31p', /object/],
    [{ peaks: [] }, /schema/],
    [file([]), /no peak/],
    [file({}), /a list "peaks"/],
    [file([1]), /object for peak 1/],
    [file([{ shiftPpm: 1 }]), /a name for peak 1/],
    [file([peak('A'), peak('A')]), /twice/],
    [file([peak('A', { widthHz: 3 })]), /unknown field "widthHz"/],
    [file([peak('A', { lineshape: 'lorenzian' })]), /lineshape/],
    [file([peak('A', { multiplet: 'sextet' })]), /multiplet/],
    [file([peak('A', { multiplet: 'doublet' })]), /lacks jHz/],
    [file([peak('A', { jHz: 7 })]), /is a singlet/],
    [file([peak('A', { gaussianHz: 7 })]), /not "voigt"/],
    [file([peak('A', { amplitude: 3 })]), /fixed amplitude/],
    [file([peak('A', { linewidthHz: { value: 3, lower: -1 } })]), /negative lower bound/],
    [file([peak('A', { linewidthHz: { value: 3, lower: 5 } })]), /outside its bounds/],
    [file([peak('A', { linewidthHz: { value: '3' } })]), /a number for "value"/],
    [file([peak('A', { shiftPpm: { lower: 1 } })]), /start value/],
    [file([peak('A', { shiftPpm: { follows: 'B' } })]), /no such peak/],
    [file([peak('A', { shiftPpm: { follows: 'A' } })]), /to itself/],
    [file([peak('A', { shiftPpm: { follows: 'B' } }), peak('B', { shiftPpm: { follows: 'A' } })]), /to itself/],
    [file([peak('A'), peak('B', { amplitude: { follows: 'A', ratio: 0 } })]), /above zero/],
    [file([peak('A'), peak('B', { shiftPpm: { follows: 'A', offset: 3 } })]), /unknown field "offset"/],
    [file([peak('A')], { sums: { S: ['B'] } }), /unknown peak/],
    [file([peak('A')], { comment: 'x' }), /unknown field "comment"/],
    [file(Array.from({ length: 101 }, (_, i) => peak(`P${i}`))), /100 are the most/],
  ])('refuses wrong JSON in one sentence (%#)', (json, expected) => {
    expect(() => readPriorKnowledge(json)).toThrow(UsageError);
    expect(() => readPriorKnowledge(json)).toThrow(expected);
  });

  it('of another nucleus, or none at all, is refused before any fit', () => {
    expect(() => fitPhosphorus({}, { priorKnowledge: '1H-water' })).toThrow(/is for 1H, but the scan is of 31P/);
    expect(() => fitPhosphorus({}, { priorKnowledge: 'nonsense' })).toThrow(/There is no prior knowledge "nonsense"/);
    expect(() => fitPhosphorus({}, { priorKnowledge: 'constructor' })).toThrow(UsageError);
    const input = { voxel: 0, fid: phosphorusFid(), dwellTimeS: P31_DWELL_S, spectrometerFrequencyMHz: 128, nucleus: '23Na', noiseSd: null }; // prettier-ignore
    expect(() => fitVoxel(input, NO_BASIS, 'amares', {}, never)).toThrow(/needs prior knowledge for 23Na/);
  });
});

describe('what AMARES refuses', () => {
  const good = { voxel: 0, fid: phosphorusFid(), dwellTimeS: P31_DWELL_S, spectrometerFrequencyMHz: P31_F0_MHZ, nucleus: '31P', noiseSd: null }; // prettier-ignore

  it('is told in words', () => {
    const run =
      (input: typeof good, options: JsonObject = {}) =>
      () =>
        fitVoxel(input, NO_BASIS, 'amares', options, never);
    const zeros = { re: new Float64Array(1024), im: new Float64Array(1024) };
    expect(run({ ...good, fid: zeros })).toThrow(ProcessingError);
    const holed = { re: good.fid.re.slice(), im: good.fid.im };
    holed.re[100] = NaN;
    expect(run({ ...good, fid: holed })).toThrow(/not a number/);
    expect(run({ ...good, fid: { re: good.fid.re.slice(0, 40), im: good.fid.im.slice(0, 40) } })).toThrow(
      /at least 64/,
    );
    expect(run(good, { ppmRange: [0, 0.5] })).toThrow(/at least 16 are needed/);
    expect(run({ ...good, dwellTimeS: 1e-3 })).toThrow(/outside the bandwidth/);
    const cancelled = { isCancelled: () => true, throwIfCancelled: () => { throw new CancelledError(); } }; // prettier-ignore
    expect(() => fitVoxel(good, NO_BASIS, 'amares', {}, cancelled)).toThrow(CancelledError);
  });

  it.each<[JsonObject, RegExp]>([
    [{ priorknowledge: '31P-brain' }, /no option "priorknowledge"/],
    [{ toString: 1 }, /no option "toString"/],
    [{ phase0: 0 }, /one of fit, zero/],
    [{ beginTimeS: -1 }, /zero or a positive/],
    [{ shiftSearchPpm: 'wide' }, /"auto", zero or/],
    [{ ppmRange: [1, 1] }, /two different ppm/],
    [{ maxIterations: 0.5 }, /whole number/],
  ])('names a wrong option (%#)', (options, expected) => {
    expect(() => parseAmaresOptions(options)).toThrow(expected);
  });
});
