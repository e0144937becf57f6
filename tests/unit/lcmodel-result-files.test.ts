// Readers of LCModel's result files, on files made of known numbers; and their results as ours.
import { describe, expect, it } from 'vitest';
import type { LcmodelTables } from '../../src/core/quantification/lcmodel/index.ts';
import {
  lcmodelCsvResults,
  lcmodelFileKind,
  lcmodelMessagesIn,
  lcmodelResult,
  readLcmodelCoord,
  readLcmodelCsv,
  readLcmodelPrint,
  readLcmodelRun,
  readLcmodelTable,
} from '../../src/core/quantification/lcmodel/index.ts';
import { parseChanges } from '../../src/core/quantification/lcmodel/tables.ts';
import { seededRandom } from '../../src/core/math/seededRandom.ts';
import type { MadeRun } from '../fixtures/lcmodelResults.ts';
import {
  MADE_RUN,
  coordText,
  csvText,
  madeCorrelation,
  madeCurves,
  printText,
  tableText,
} from '../fixtures/lcmodelResults.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const coord = (run?: MadeRun): ReturnType<typeof readLcmodelCoord> =>
  readLcmodelCoord(bytes(coordText(run)), 'a.coord');
const table = (run?: MadeRun): ReturnType<typeof readLcmodelTable> =>
  readLcmodelTable(bytes(tableText(run)), 'a.table');
const print = (run?: MadeRun): ReturnType<typeof readLcmodelPrint> =>
  readLcmodelPrint(bytes(printText(run)), 'a.print');
const csv = (run?: MadeRun): ReturnType<typeof readLcmodelCsv> => readLcmodelCsv(bytes(csvText(run)), 'a.csv');

/** Rows as they must come back: the printed digits, which here lose nothing but the ratios' last. */
const EXPECTED = [
  { name: 'Cr', concentration: 4.5, percentSd: 6, ratio: 0.581, priorOutlier: null },
  { name: 'PCr', concentration: 3.25, percentSd: 8, ratio: 0.419, priorOutlier: null },
  { name: 'NAA', concentration: 10.125, percentSd: 2, ratio: 1.306, priorOutlier: '+' },
  { name: 'NAAG', concentration: 0, percentSd: 999, ratio: 0, priorOutlier: null },
  { name: 'PCh', concentration: 0.0316, percentSd: 120, ratio: 0.0041, priorOutlier: '-' },
  { name: '-CrCH2', concentration: 0, percentSd: 999, ratio: 0, priorOutlier: null },
  { name: 'MM09', concentration: 1230, percentSd: 20, ratio: 159.226, priorOutlier: null },
  { name: 'NAA+NAAG', concentration: 10.125, percentSd: 2, ratio: 1.306, priorOutlier: null },
  { name: 'Cr+PCr', concentration: 7.75, percentSd: 3, ratio: 1, priorOutlier: null },
  { name: 'MM09+Lip09', concentration: 1230, percentSd: 20, ratio: 159.226, priorOutlier: null },
];

describe('the tables', () => {
  it.each([
    ['.coord', (): LcmodelTables => coord()],
    ['.table', (): LcmodelTables => table()],
    ['.print', (): LcmodelTables => print()],
  ])('of a %s file come back digit by digit', (_, read) => {
    const found = read();
    expect(found.version).toBe('6.3-1N');
    expect(found.reference).toBe('Cr+PCr');
    expect(found.estimates).toEqual(EXPECTED);
    expect(found.misc).toEqual({
      fwhmPpm: 0.041, snr: 27, shiftPpm: -0.012, phase0Deg: -17, phase1DegPerPpm: -3.5, alphaB: 0.026, alphaS: 91,
      splineKnots: 26, lineshapeSides: 6, lineshapeStep: 2, inflections: 4, extrema: 1,
    }); // prettier-ignore
    expect(found.messages).toEqual([
      { level: 'info', subprogram: 'RFALSI', number: 4, count: 2 },
      { level: 'warning', subprogram: 'FINOUT', number: 10, count: 1 },
    ]);
    expect(found.changes.get('HZPPPM')).toBe('127.75');
    expect(found.changes.get('FILRAW')).toBe('data.raw');
    expect(found.voxel).toBeNull();
  });

  it('of a .csv file hold the same numbers without the marks', () => {
    const [voxel] = csv().voxels;
    expect(voxel?.estimates).toEqual(EXPECTED.map((row) => ({ ...row, priorOutlier: null })));
    expect(csv().reference).toBe('Cr+PCr');
  });

  it('know the voxel of a multi-voxel run', () => {
    expect(table({ ...MADE_RUN, title: 'Slice#2 Row#7 Col#11  grid' }).voxel).toEqual({ slice: 2, row: 7, column: 11 });
    expect(coord({ ...MADE_RUN, title: 'Row#7 Col#11  grid' }).voxel).toEqual({ slice: null, row: 7, column: 11 });
  });

  it('of a hundred rows and more, whose count is asterisks, are read to their end', () => {
    const estimates = Array.from({ length: 120 }, (_, i) => ({
      name: `M${i}`,
      concentration: i / 8 + 1,
      percentSd: i,
    }));
    const run = { ...MADE_RUN, estimates, reference: 'M0' };
    expect(coord(run).estimates?.map((row) => row.percentSd)).toEqual(estimates.map((row) => row.percentSd));
  });

  it('take the listing of changes apart: cut lines, several keys on a line, the last one counts', () => {
    const changes = parseChanges([
      ' ppmst=3.9, ppmend = 0.5',
      " FILCOO = '/media/mrs_proc/ben/97ms demo/LCModel ",
      "   files/svs=97.COORD'",
      ' chomit( 2) = "Ser"',
      ' ppmst=4.2',
    ]);
    expect([...changes]).toEqual([
      ['PPMST', '3.9'],
      ['CHOMIT(2)', 'Ser'],
      ['FILCOO', '/media/mrs_proc/ben/97ms demo/LCModelfiles/svs=97.COORD'],
      ['PPMEND', '0.5'],
    ]);
  });
});

describe('the curves of a .coord file', () => {
  const { curves } = coord();
  const made = madeCurves();

  it('come with all digits printed, the last metabolite included', () => {
    expect(curves?.ppm).toHaveLength(MADE_RUN.points);
    made.ppm.forEach((v, i) => expect(curves?.ppm[i]).toBe(Number(v.toFixed(6))));
    made.fit.forEach((v, i) => expect(curves?.fit[i]).toBe(Number(v.toExponential(5))));
    made.data.forEach((v, i) => expect(curves?.data[i]).toBe(Number(v.toExponential(5))));
    made.background.forEach((v, i) => expect(curves?.background?.[i]).toBe(Number(v.toExponential(3))));
    expect(curves?.metabolites.map((m) => m.name)).toEqual(['Cr', 'PCr', 'NAA', 'PCh', 'MM09']);
    const last = made.metabolites.at(-1)!;
    last.curve.forEach((v, i) => expect(curves?.metabolites.at(-1)?.curve[i]).toBe(Number(v.toExponential(5))));
  });

  it('become fit = baseline + components, and residual = data − fit', () => {
    const found = lcmodelResult(coord(), { fileName: 'a.coord', curves });
    found.curves?.ppm.forEach((_, i) => {
      const at = (a: Float64Array): number => a[i] as number;
      const { data, fit, baseline, residual, components } = found.curves!;
      // The background has four digits, and each of the five components had it taken out.
      const sum = components.reduce((s, c) => s + at(c.curve), at(baseline));
      expect(Math.abs(sum - at(fit))).toBeLessThan(5 * 5e-4 + 1e-5 * Math.abs(at(fit)) * 5);
      expect(at(residual)).toBe(at(data) - at(fit));
    });
    const rms = Math.sqrt(made.data.reduce((s, v, i) => s + (v - (made.fit[i] as number)) ** 2, 0) / made.data.length);
    expect(found.result.residualSd).toBeCloseTo(rms, 3);
  });

  it('get their baseline back where LCModel subtracted it (SUBBAS)', () => {
    const tables = coord({ ...MADE_RUN, changes: [...MADE_RUN.changes, 'subbas=T'] });
    const found = lcmodelResult(tables, { fileName: 'a.coord', curves: tables.curves });
    const { data, baseline, components } = found.curves!;
    expect(data[3]).toBe((tables.curves?.data[3] as number) + (baseline[3] as number));
    expect(components[0]?.curve).toEqual(tables.curves?.metabolites[0]?.curve);
  });
});

describe('the .print file', () => {
  it('gives shifts, broadenings, correlations, lineshape and control parameters', () => {
    const found = print();
    expect(found.details).toHaveLength(7);
    expect(found.details[2]).toEqual({
      name: 'NAA', shiftPpm: 0.5 * 1e-3, shiftInPriorSds: -0.4, deltaT2Rate: 2.6, deltaT2InPriorSds: 0.1,
      concentration: 10.1, percentSd: 2,
    }); // prettier-ignore
    expect(found.lineshape.map((p) => p.offset)).toEqual([1, 0, -1]);
    expect(found.controls.get('WCONC')).toEqual(['55556.0000']);
    expect(found.controls.get('CHOMIT')?.[0]?.trim()).toBe('Gly');
    const { names, matrix } = found.correlation!;
    expect(names[0]).toBe('Cr');
    const n = names.length;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) expect(matrix[i * n + j]).toBe(Number(madeCorrelation(i, j).toFixed(3)));
    }
  });

  it('of many metabolites has correlations over several lines', () => {
    const estimates = Array.from({ length: 41 }, (_, i) => ({ name: `M${i}`, concentration: 1, percentSd: 5 }));
    const { names, matrix } = print({ ...MADE_RUN, estimates, reference: 'M0' }).correlation!;
    expect(names).toHaveLength(41);
    expect(matrix[40 * 41 + 20]).toBe(Number(madeCorrelation(40, 20).toFixed(3)));
  });

  it('adds correlations and broadening to the result, in the order of its metabolites', () => {
    const { result } = lcmodelResult(coord(), { fileName: 'a.coord', print: print() });
    expect(result.correlation).toHaveLength(7 * 7);
    expect(result.correlation?.[2 * 7 + 1]).toBe(-0.5);
    const rows = print().details.filter((d) => d.name !== 'MM09' && d.name !== '-CrCH2');
    const total = rows.reduce((s, r) => s + r.concentration, 0);
    const mean = rows.reduce((s, r) => s + (r.concentration * r.deltaT2Rate) / Math.PI, 0) / total;
    expect(result.lorentzianHz).toBeCloseTo(mean, 12);
  });
});

describe('the result', () => {
  const { result } = lcmodelResult(coord(), { fileName: 'a.coord' });
  const named = (name: string): unknown => [...result.metabolites, ...result.combined].find((m) => m.name === name);

  it('carries every number over; 999 % becomes unknown', () => {
    expect(result.metabolites.map((m) => m.name)).toEqual(['Cr', 'PCr', 'NAA', 'NAAG', 'PCho', '-CrCH2', 'MM09']);
    expect(named('NAA')).toMatchObject({
      amplitude: 10.125,
      crlbPercent: 2,
      ratioToTCr: 1.306,
      concentrationMM: 10.125,
    });
    expect(named('NAA')).toHaveProperty('crlbAbsolute', (10.125 * 2) / 100);
    expect(named('NAAG')).toMatchObject({ amplitude: 0, crlbPercent: null, crlbAbsolute: null });
    expect(named('PCho')).toMatchObject({ amplitude: 0.0316, crlbPercent: 120 });
  });

  it('knows the usual sums, of which one with a single member repeats it', () => {
    expect(result.combined.map((m) => m.name)).toEqual(['tNAA', 'tCr', 'tCho', 'MM09+Lip09']);
    expect(named('tCr')).toMatchObject({ amplitude: 7.75, crlbPercent: 3, ratioToTCr: 1 });
    expect(named('tCho')).toMatchObject({ amplitude: 0.0316, crlbPercent: 120 });
  });

  it('turns phases and shift to our convention', () => {
    expect(result).toMatchObject({ method: 'lcmodel', version: '6.3-1N', phase0Deg: 17, phase1DegPerPpm: 3.5 });
    expect(result.shiftHz).toBeCloseTo(-0.012 * 127.75, 12);
    expect(result.fwhmHz).toBeCloseTo(0.041 * 127.75, 12);
    expect(result.snr.value).toBe(27);
    expect(result.snr.definition).toMatch(/twice the SD of the residual/);
  });

  it('takes the frequency of the scan before that of the file, and asks for one where neither tells', () => {
    const given = lcmodelResult(coord(), { fileName: 'a.coord', spectrometerFrequencyMHz: 297 });
    expect(given.result.fwhmHz).toBeCloseTo(0.041 * 297, 12);
    const silent = { ...MADE_RUN, changes: ['nunfil=1024'] };
    expect(() => lcmodelResult(coord(silent), { fileName: 'a.coord' })).toThrow(
      /a\.coord does not give the spectrometer/,
    );
  });

  it('has ratios to tCr only where the table has them', () => {
    const toNaa = lcmodelResult(table({ ...MADE_RUN, reference: 'NAA' }), { fileName: 'a.table' });
    expect(toNaa.result.metabolites[0]?.ratioToTCr).toBeNull();
    const toCrOfTwo = lcmodelResult(table({ ...MADE_RUN, reference: 'Cr' }), { fileName: 'a.table' });
    expect(toCrOfTwo.result.metabolites[0]?.ratioToTCr).toBeNull();
    const onlyCr = { ...MADE_RUN, estimates: [{ name: 'Cr', concentration: 2, percentSd: 4 }], reference: 'Cr' };
    expect(lcmodelResult(table(onlyCr), { fileName: 'a.table' }).result.combined).toMatchObject([
      { name: 'tCr', amplitude: 2, ratioToTCr: 1 },
    ]);
    const factor = { ...MADE_RUN, changes: [...MADE_RUN.changes, 'conrel=8'] };
    expect(lcmodelResult(table(factor), { fileName: 'a.table' }).result.metabolites[0]?.ratioToTCr).toBeNull();
  });

  it('has concentrations in mM only with water scaling that worked', () => {
    expect(result.diagnostics).toMatchObject({ waterScaled: true, waterConcentrationMM: 55556, waterAttenuation: 0.7 });
    const without = { ...MADE_RUN, changes: ['hzpppm=127.75'] };
    const failed = { ...MADE_RUN, messages: ['   1 ERROR     MYDATA  5'] };
    for (const run of [without, failed]) {
      const found = lcmodelResult(table(run), { fileName: 'a.table' }).result;
      expect(found.metabolites[0]).toMatchObject({ amplitude: 4.5, concentrationMM: null });
    }
  });

  it('says in words what LCModel said by number', () => {
    expect(result.status).toBe('converged');
    expect(result.warnings.map((w) => w.message)).toEqual([
      "LCModel's information RFALSI 4: the baseline is as stiff as it can be (2 times).",
      "LCModel's warning FINOUT 10: the zero-order phase is far from the one expected.",
      expect.stringMatching(/no curves without the \.coord/),
    ]);
    const ended = lcmodelResult(coord({ ...MADE_RUN, messages: ['   1 warning   RFALSI 14'] }), {
      fileName: 'a',
    }).result;
    expect(ended).toMatchObject({
      status: 'notConverged',
      reason: expect.stringMatching(/RFALSI 14: the search/) as string,
    });
  });

  it('of a .csv file says what it lacks', () => {
    const [first] = lcmodelCsvResults(csv(), { fileName: 'a.csv' });
    expect(first).toMatchObject({ row: 1, column: 1, result: { version: 'not stated' } });
    expect(first?.result.metabolites[2]).toMatchObject({ name: 'NAA', amplitude: 10.125, crlbPercent: 2 });
    expect(first?.result.warnings.map((w) => w.code)).toContain('lcmodel-figures-missing');
  });

  it('takes the basis set’s own names where they are known', () => {
    const run = { ...MADE_RUN, estimates: [...MADE_RUN.estimates, { name: 'Homo~1', concentration: 1, percentSd: 9 }] };
    const names = new Map([['Homo~1', 'Homocarnosine'], ['PCh', 'PCho']]); // prettier-ignore
    expect(lcmodelResult(table(run), { fileName: 'a', names }).result.metabolites.at(-1)?.name).toBe('Homocarnosine');
  });
});

describe('the files of one run', () => {
  const named = (name: string, text: string): { name: string; bytes: Uint8Array } => ({ name, bytes: bytes(text) });

  it('are told by their content', () => {
    const kinds = [coordText(), tableText(), printText(), csvText(), 'Row,Col\n', ' $LCMODL\n'].map((text) =>
      lcmodelFileKind(bytes(text)),
    );
    expect(kinds).toEqual(['coord', 'table', 'print', 'csv', null, null]);
  });

  it('give together what each alone lacks', () => {
    const all = readLcmodelRun([named('a', printText()), named('b', tableText()), named('c', coordText())]);
    expect(all.result.correlation).not.toBeNull();
    expect(all.curves?.ppm).toHaveLength(MADE_RUN.points);
    const alone = readLcmodelRun([named('b', tableText())]);
    expect(alone.curves).toBeNull();
    expect(alone.result.metabolites).toEqual(all.result.metabolites);
  });

  it('of different runs, or none of these, are refused', () => {
    const other = tableText({ ...MADE_RUN, estimates: MADE_RUN.estimates.slice(1) });
    expect(() => readLcmodelRun([named('a', coordText()), named('b', other)])).toThrow(
      'a and b hold different numbers, so they are not of one run of LCModel.',
    );
    expect(() => readLcmodelRun([named('a', csvText())])).toThrow('a is no .coord, .table or .print file of LCModel.');
    expect(() => readLcmodelRun([])).toThrow('No result file');
  });
});

describe('files that are none, or no longer whole, are refused in one sentence', () => {
  const refusal = (read: (b: Uint8Array, n: string) => unknown, text: string): string => {
    try {
      read(bytes(text), 'x');
    } catch (error) {
      const { message } = error as Error;
      expect(message).toMatch(/^x .*\.$/s);
      expect(message).not.toMatch(/\n/);
      return message;
    }
    return 'read';
  };
  const READERS = [
    [readLcmodelCoord, coordText()],
    [readLcmodelTable, tableText()],
    [readLcmodelPrint, printText()],
    [readLcmodelCsv, csvText()],
  ] as const;

  it.each(READERS)('%#: empty, foreign, each of the others, and cut anywhere', (read, text) => {
    expect(refusal(read, '')).toBe('x is empty.');
    expect(refusal(read, 'hello\nworld\n')).toMatch(/is no \.\w+ file of LCModel/);
    for (const [other, otherText] of READERS) {
      if (other !== read && read !== readLcmodelTable) expect(refusal(read, otherText)).not.toBe('read');
    }
    const random = seededRandom(5);
    for (let i = 0; i < 50; i++) {
      const cut = Math.floor(random.uniform() * text.length * 0.8);
      expect(refusal(read, text.slice(0, cut))).not.toBe('read');
    }
  });

  it('a number that is none, or a row too few', () => {
    expect(refusal(readLcmodelCoord, coordText().replace(/( 4\.500)/, '   NaN'))).toMatch(/concentration table holds/);
    expect(refusal(readLcmodelCoord, coordText().replace(/^ {4}4\.500.*\n/m, ''))).toMatch(/x is damaged/);
    expect(refusal(readLcmodelCoord, coordText().replace(/E\+00/, 'E+99'))).toMatch(/x is damaged/);
    expect(refusal(readLcmodelCsv, csvText().replace(/, +6,/, ', 6000,'))).toMatch(/line 2 holds something other/);
  });

  it('a run that LCModel gave up says why', () => {
    const text = [' LCModel (Version 6.3-1N)', ' made up', '', '$$DIAG  1 lines in following diagnostic table:',
      '   1 FATAL     MYBASI  9', '', '$$INPU  0 lines in following table of input changes:', '', ''].join('\n'); // prettier-ignore
    const tables = readLcmodelTable(bytes(text), 'x.table');
    expect(tables.estimates).toBeNull();
    expect(() => lcmodelResult(tables, { fileName: 'x.table' })).toThrow(
      "x.table holds no concentrations, since LCModel gave up: LCModel's fatal error MYBASI 9: the basis set was made for another field strength.",
    );
  });

  it('messages are found in running text, each with its count', () => {
    const text = `${printText()}\n***      FATAL ERROR  MYCONT  2,\n     This error occurred before the plot could be produced.\n`;
    expect(lcmodelMessagesIn(text)).toEqual([
      { level: 'info', subprogram: 'RFALSI', number: 4, count: 2 },
      { level: 'warning', subprogram: 'FINOUT', number: 10, count: 1 },
      { level: 'fatal', subprogram: 'MYCONT', number: 2, count: 1 },
    ]);
  });
});
