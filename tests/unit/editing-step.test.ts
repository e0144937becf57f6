// The editing step on simulated MEGA-PRESS scans of known truth: ON and OFF, alignment, outputs, refusals.
import { describe, expect, it } from 'vitest';
import { ProcessingError, UsageError } from '../../src/core/domain/errors.ts';
import type { JsonObject } from '../../src/core/domain/json.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { editSpectra, readOptions } from '../../src/core/preprocessing/editing/index.ts';
import { MEGA_SAMPLING, megaScan, minus } from '../fixtures/megaScan.ts';
import type { MegaOptions } from '../fixtures/megaScan.ts';
import { contextWith, datasetOf, fidOf, relativeError } from './preprocessingSynthesis.ts';

function scanOf(options: MegaOptions, header: JsonObject | null = { EditCondition: ['ON', 'OFF'] }): MrsDataset {
  const { on, off } = megaScan(options);
  return {
    ...datasetOf([on, off], [['DIM_EDIT', 2]]),
    ...MEGA_SAMPLING,
    dimensions: [{ tag: 'DIM_EDIT', info: null, header }],
  };
}

const run = (dataset: MrsDataset, options: JsonObject = {}) =>
  editSpectra(dataset, readOptions(options), contextWith());

describe('the conditions', () => {
  const swapped = (dataset: MrsDataset): MrsDataset => {
    const turned = datasetOf([fidOf(dataset, 1), fidOf(dataset, 0)], [['DIM_EDIT', 2]]);
    return { ...dataset, data: turned.data };
  };
  const quiet = { seed: 1, noiseSd: 0.3 };

  it('are told by their names, by their pulses, and by NAA, in either order', () => {
    expect(run(scanOf(quiet)).details).toMatchObject({ onIndex: 0, conditionsFrom: 'names' });
    const named = { EditCondition: { Value: ['edit_off', 'edit_on'], Description: 'x' } };
    expect(run(swapped(scanOf(quiet, named))).details).toMatchObject({ onIndex: 1, conditionsFrom: 'names' });
    const pulses = { EditPulse: { A: { PulseOffset: 7.5 }, B: { PulseOffset: [1.9], PulseDuration: 0.02 } } };
    const byPulse = { ...swapped(scanOf(quiet, { EditCondition: ['A', 'B'] })), header: pulses };
    expect(run(byPulse).details).toMatchObject({ onIndex: 1, conditionsFrom: 'pulses' });
    const bySignal = run(swapped(scanOf(quiet, { EditCondition: ['A', 'B'] })));
    expect(bySignal.details).toMatchObject({ onIndex: 1, conditionsFrom: 'spectrum' });
    expect(bySignal.warnings.map((w) => w.code)).toContain('editing-from-signal');
  });

  it('that contradict the header are warned of; the user may say which is ON', () => {
    const wrong = run(scanOf(quiet, { EditCondition: ['OFF', 'ON'] }));
    expect(wrong.warnings.map((w) => w.code)).toContain('editing-contradicted');
    expect(run(scanOf(quiet, null), { onIndex: 1 }).details).toMatchObject({ onIndex: 1, conditionsFrom: 'option' });
  });

  it('are refused in words where nothing tells them', () => {
    const { off } = megaScan(quiet);
    const same = { ...scanOf(quiet, null), data: datasetOf([off, off], [['DIM_EDIT', 2]]).data };
    expect(() => run(same)).toThrow(ProcessingError);
    expect(() => run(same)).toThrow(/can’t be told/);
    const four = { ...scanOf(quiet), data: datasetOf([off, off, off, off], [['DIM_EDIT', 4]]).data };
    expect(() => run(four)).toThrow(/4/);
    expect(() => readOptions({ norm: 'L3' })).toThrow(UsageError);
  });
});

describe('the alignment of sub-spectra', () => {
  it.each([
    ['L1', 2.3, 0.3],
    ['L2', -4.1, -0.6],
    ['L1', -15, 2.4],
    ['L2', 16, -1.2],
  ] as const)('%s takes out %d Hz and %d rad', (norm, offShiftHz, offPhaseRad) => {
    const moved = run(scanOf({ seed: 3, noiseSd: 0.3, offShiftHz, offPhaseRad }), { norm });
    // Measured over 24 seeds: the choline line of this SNR places itself to ±0.04 Hz and ±0.95°, and the feet of GABA and
    // Glx move it by 0.02 Hz and 0.5°: three and two SDs.
    expect(Math.abs((moved.details['shiftHz'] as number) + offShiftHz)).toBeLessThan(0.15);
    const left = ((moved.details['phaseDeg'] as number) * Math.PI) / 180 + offPhaseRad;
    expect(Math.cos(left)).toBeGreaterThan(Math.cos((2.5 * Math.PI) / 180));
    expect(moved.details['cholineResidualBefore'] as number).toBeGreaterThan(0.3);
    expect(moved.details['cholineResidualAfter'] as number).toBeLessThan(0.05);
  });

  it('leaves aligned conditions as they are, and gives difference, sum and either alone', () => {
    const options = { seed: 4, noiseSd: 0.1 };
    const { on, off } = megaScan(options);
    const of = (output: string) => run(scanOf(options), { output, alignment: 'none' });
    expect(relativeError(fidOf(of('difference').dataset), minus(on, off))).toBeLessThan(1e-12);
    const sum = fidOf(of('sum').dataset);
    expect(relativeError(sum, { re: on.re.map((v, i) => v + off.re[i]!), im: on.im.map((v, i) => v + off.im[i]!) })).toBeLessThan(1e-12); // prettier-ignore
    expect(relativeError(fidOf(of('on').dataset), on)).toBe(0);
    expect(relativeError(fidOf(of('off').dataset), off)).toBeLessThan(1e-12);
    const { dataset } = of('difference');
    expect(dataset.dimensions).toEqual([]);
    expect(dataset.provenance.at(-1)).toMatchObject({ details: { output: 'difference' } });
    expect(Math.abs(run(scanOf(options)).details['shiftHz'] as number)).toBeLessThan(0.1);
  });
});
