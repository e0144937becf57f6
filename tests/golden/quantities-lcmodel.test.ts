// Water scaling beside LCModel 6.3's own factor (FCALIB), on scans whose LCModel output lies beside them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBasisFiles } from '../../src/core/basis/files/index.ts';
import { signalAt } from '../../src/core/domain/complexArray.ts';
import { readMrs } from '../../src/core/formats/index.ts';
import { measureWaterAmplitude, protonAmplitude } from '../../src/core/quantification/waterScaling/index.ts';
import { DATA_FOLDER, dataAvailable, realFile } from '../fixtures/realData.ts';

interface Run {
  readonly basis: string;
  readonly water: string;
  readonly print: string;
  readonly wconc: number;
  readonly atth2o: number;
  /** Dwell times and points of basis and data: LCModel's spectra are scaled by them. */
  readonly basisGrid: readonly [dwellS: number, points: number];
  readonly dataGrid: readonly [dwellS: number, points: number];
  /** VOLUME of the data, by which LCModel divides and the reader does not. */
  readonly volume: number;
}

const CHALLENGE = 'lcmodel_runs/ismrm_challenge';
const HUMAN = 'lcmodel_runs/press35_sub-01';
const RUNS: Run[] = [
  ...[1, 10, 13, 18].map((n) => ({ basis: `${CHALLENGE}/challenge.BASIS`, water: `${CHALLENGE}/d${n}.H2O`, print: `${CHALLENGE}/d${n}.print`, wconc: 35880, atth2o: 0.7, basisGrid: [2.5e-4, 4096] as const, dataGrid: [2.5e-4, 2048] as const, volume: 1 })), // prettier-ignore
  { basis: `${HUMAN}/basis.BASIS`, water: `${HUMAN}/h2o.RAW`, print: `${HUMAN}/out.print`, wconc: 55556, atth2o: 1, basisGrid: [2.5e-4, 8192], dataGrid: [5e-4, 2048], volume: 27 }, // prettier-ignore
];

function waterOf(run: Run) {
  const options = { spectrometerFrequencyMHz: 123.2, dwellTimeS: run.dataGrid[0] };
  const dataset = readMrs([realFile(run.water)], options);
  const { dwellTimeS, spectrometerFrequencyMHz } = dataset;
  const fid = signalAt(dataset.data, 0);
  return { fid, ...measureWaterAmplitude({ fid, dwellTimeS, spectrometerFrequencyMHz, referencePpm: 4.65 }) };
}

describe.skipIf(!dataAvailable)('water scaling beside LCModel', () => {
  it.each(RUNS)('has LCModel’s factor but for the tails of the reference singlet: $water', (run) => {
    const proton = protonAmplitude(readBasisFiles([realFile(run.basis)]));
    const { water, warnings } = waterOf(run);
    expect(warnings).toEqual([]);
    const ours = (2 * proton.amplitude * run.wconc * run.atth2o * run.volume) / water.amplitude;
    const print = readFileSync(join(DATA_FOLDER, run.print), 'latin1');
    const fcalib = Number(/\nFCALIB =\s*([\d.E+-]+)\s*\n/.exec(print)![1]);
    // LCModel's amplitudes carry (basis dwell/data dwell)·√(NDATAB/2·NUNFIL), which its factor takes back.
    const [basisDwell, basisPoints] = run.basisGrid;
    const [dataDwell, dataPoints] = run.dataGrid;
    const theirs = fcalib * (basisDwell / dataDwell) * Math.sqrt(basisPoints / (2 * dataPoints));
    // LCModel integrates the singlet over a window that leaves 7 % of a Lorentzian line outside, and water over one that
    // leaves 1 to 2 %; amplitudes at t = 0 have no window. Measured: 0.930 and 0.931.
    expect(theirs / ours).toBeGreaterThan(0.92);
    expect(theirs / ours).toBeLessThan(0.94);
  });

  it('reads through a damaged first sample of a scanner', () => {
    const { fid, water } = waterOf(RUNS[4]!);
    // Its first sample is 9.37, its third to tenth fall from 16.3 to 15.3: |s(0)| would be 44 % low.
    expect(Math.hypot(fid.re[0]!, fid.im[0]!)).toBeCloseTo(9.37, 2);
    expect(water.amplitude).toBeGreaterThan(16.2);
    expect(water.amplitude).toBeLessThan(16.9);
  });
});
