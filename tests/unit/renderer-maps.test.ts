// Maps over a grid: what can be mapped, which voxels have no value and why, scale, unit, and the count in words.
import { describe, expect, it } from 'vitest';
import type { AnalysisDetailView } from '../../src/ipc/contract.ts';
import { mapQuantities, type MapQuantity } from '../../src/renderer/features/mrsi/mapQuantities.ts';
import {
  countWords,
  mapNames,
  NO_MASK,
  parseLimit,
  unlikeWords,
  voxelMap,
  type QualityMask,
} from '../../src/renderer/features/mrsi/model.ts';

const estimate = (name: string, ratio: number, crlbPercent: number) => ({
  name,
  amplitude: 8 * ratio,
  crlbPercent,
  crlbAbsolute: null,
  ratioToTCr: ratio,
  concentrationMM: null as number | null,
  ratios: [
    { reference: 'tCr', value: ratio, sd: null },
    { reference: 'tCho', value: 7 * ratio, sd: null },
  ],
});
const voxel = (index: number, ratio: number, crlb: number, crlbOfCho = 5, status = 'converged') => ({
  voxel: index,
  result: {
    status,
    combined:
      status === 'refused'
        ? []
        : [estimate('tNAA', ratio, crlb), estimate('tCr', 1, 5), estimate('tCho', 0.2, crlbOfCho)],
    metabolites: [],
    fwhmHz: 4 + index,
    snr: { value: 30 - index, definition: '' },
  },
});
const analysis = {
  voxels: [voxel(0, 0, 1, 5, 'refused'), voxel(1, 1.5, 5), voxel(2, 40, 80), voxel(3, 1.7, 8, 30)],
} as unknown as AnalysisDetailView;

function quantity(id: string, of = analysis): MapQuantity {
  const found = mapQuantities(of).find((q) => q.id === id);
  if (found === undefined) throw new Error(`There is no ${id}.`);
  return found;
}
const mapOf = (id: string, crlbLimitPercent: number | null = null, mask: QualityMask = NO_MASK) =>
  voxelMap(analysis, { metabolite: 'tNAA', quantity: quantity(id), crlbLimitPercent, mask }, 5);

describe('the quantities of a map', () => {
  it('are those that the analysis has, and an amount only where one was computed', () => {
    const ids = ['ratio-tCr', 'ratio-tCho', 'ratio-tNAA', 'amplitude', 'crlb', 'fwhm', 'snr'];
    expect(mapQuantities(analysis).map((q) => q.id)).toEqual(ids);
    const scaled = structuredClone(analysis);
    const tNAA = scaled.voxels[1]!.result.combined[0]!;
    tNAA.concentrationMM = 12;
    tNAA.concentrations = [{ convention: 'molarity', value: 12, unit: 'mmol/l', sd: 1, factors: [], members: null }];
    expect(quantity('concentration', scaled).unit).toBe('mmol/l');
    expect(mapQuantities(null).map((q) => q.id)).toContain('ratio-tCr');
  });

  it('are ratios to any name, of the amplitudes where the analysis states none', () => {
    const [, , toNaa] = mapQuantities(analysis);
    expect(toNaa).toMatchObject({ id: 'ratio-tNAA', kind: 'ratio', reference: 'tNAA' });
    const map = voxelMap(analysis, { metabolite: 'tCho', quantity: toNaa!, crlbLimitPercent: null, mask: NO_MASK }, 5);
    expect(map.values[1]).toBeCloseTo(0.2 / 1.5, 12);
    expect(map.title).toBe('tCho / tNAA');
  });

  it('carry their unit in the title', () => {
    expect(['ratio-tCr', 'ratio-tCho', 'amplitude', 'crlb', 'fwhm', 'snr'].map((id) => mapOf(id).title)).toEqual([
      'tNAA / tCr',
      'tNAA / tCho',
      'tNAA amplitude [a.u.]',
      'CRLB of tNAA [%]',
      'Line width [Hz]',
      'SNR',
    ]);
  });
});

describe('the values of a map', () => {
  it('are all there without a limit, but for voxels without signal or not fitted', () => {
    const map = mapOf('ratio-tCr');
    expect([...map.values]).toEqual([NaN, 1.5, 40, 1.7, NaN]);
    expect(map.states).toEqual(['noSignal', 'value', 'value', 'value', 'notFitted']);
    expect(map.low).toBe(0);
    expect([...mapOf('fwhm').values]).toEqual([NaN, 5, 6, 7, NaN]);
    expect([...mapOf('snr').values]).toEqual([NaN, 29, 28, 27, NaN]);
  });

  it('have a scale that voxels of mere noise don’t stretch: a CRLB above half the value says nothing', () => {
    expect(mapOf('ratio-tCr').values[2]).toBe(40);
    expect(mapOf('ratio-tCr').high).toBeLessThanOrEqual(1.7);
    const noise = structuredClone(analysis);
    noise.voxels.forEach(({ result }) => result.combined.forEach((e) => Object.assign(e, { crlbPercent: 90 })));
    const choice = { metabolite: 'tNAA', quantity: quantity('ratio-tCr'), crlbLimitPercent: null, mask: NO_MASK };
    expect(voxelMap(noise, choice, 5).high).toBeGreaterThan(30);
  });

  it('are hatched above the limit, of either part of a ratio; widths know no limit', () => {
    const map = mapOf('ratio-tCr', 20);
    expect(map.states[2]).toBe('aboveLimit');
    expect([...map.values]).toEqual([NaN, 1.5, NaN, 1.7, NaN]);
    expect(map.high).toBeGreaterThan(1.5);
    expect(map.high).toBeLessThanOrEqual(1.7);
    expect(mapOf('ratio-tCho', 20).states[3]).toBe('aboveLimit');
    expect(mapOf('amplitude', 20).states[3]).toBe('value');
    expect(mapOf('fwhm', 1).states[2]).toBe('value');
  });

  it('are hatched outside the quality mask, whatever is mapped', () => {
    const bySnr = mapOf('ratio-tCr', null, { minimumSnr: 28, maximumFwhmHz: null });
    expect(bySnr.states).toEqual(['noSignal', 'value', 'value', 'lowQuality', 'notFitted']);
    expect([...bySnr.values]).toEqual([NaN, 1.5, 40, NaN, NaN]);
    const byWidth = mapOf('fwhm', null, { minimumSnr: null, maximumFwhmHz: 5.5 });
    expect(byWidth.states).toEqual(['noSignal', 'value', 'lowQuality', 'lowQuality', 'notFitted']);
    expect(countWords(bySnr, [0, 1, 2, 3, 4])).toBe(
      '5 voxels: 2 shown, 1 outside the quality mask, 1 without signal, 1 not fitted',
    );
  });

  it('are outside the mask where the figure itself is none', () => {
    const broken = structuredClone(analysis);
    broken.voxels[1]!.result.snr = { value: NaN, definition: '' };
    const choice = {
      metabolite: 'tNAA',
      quantity: quantity('ratio-tCr'),
      crlbLimitPercent: null,
      mask: { minimumSnr: 3, maximumFwhmHz: null },
    };
    expect(voxelMap(broken, choice, 5).states[1]).toBe('lowQuality');
  });

  it('are marked where a network does not know the spectrum, and counted so', () => {
    const ofNetwork = structuredClone(analysis);
    ofNetwork.voxels.forEach(({ result }, i) =>
      Object.assign(result, { doubt: { checks: [] }, inDistribution: i !== 2 }),
    );
    const map = voxelMap(
      ofNetwork,
      { metabolite: 'tNAA', quantity: quantity('ratio-tCr'), crlbLimitPercent: null, mask: NO_MASK },
      5,
    );
    expect(map.unlike).toEqual([false, false, true, false, false]);
    expect(map.values[2]).toBe(40);
    expect(unlikeWords(map, [0, 1, 2, 3, 4])).toMatch(/^1 voxel unlike the network’s training/);
    expect(unlikeWords(map, [0, 1])).toBeNull();
    expect(mapOf('ratio-tCr').unlike).not.toContain(true);
  });

  it('say that a voxel was fitted without the metabolite', () => {
    const choice = { metabolite: 'Lac', quantity: quantity('amplitude'), crlbLimitPercent: null, mask: NO_MASK };
    const map = voxelMap(analysis, choice, 5);
    expect(map.states).toEqual(['noSignal', 'noValue', 'noValue', 'noValue', 'notFitted']);
    expect(map.high).toBe(1);
  });

  it('are counted in words, those that are drawn', () => {
    const map = mapOf('ratio-tCr', 20);
    expect(countWords(map, [0, 1, 2, 3, 4])).toBe(
      '5 voxels: 2 shown, 1 above the CRLB limit, 1 without signal, 1 not fitted',
    );
    expect(countWords(map, [1, 3])).toBe('2 voxels: 2 shown');
  });

  it('have names of any voxel, although the first was refused', () => {
    expect(mapNames(analysis)).toEqual(['tNAA', 'tCr', 'tCho']);
    expect(mapNames(null)).toEqual([]);
  });
});

it('a limit is empty, a number above zero, or wrong', () => {
  expect([' ', '20', '7,5'].map(parseLimit)).toEqual([null, 20, 7.5]);
  for (const wrong of ['0', '-3', 'a few', '1e999']) expect(parseLimit(wrong)).toBeNaN();
});
