// What differs between nuclei: the shift at zero frequency, and where a spectrum holds noise alone.
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/domain/json.ts';
import { zeroFrequencyPpm } from '../../src/core/domain/zeroFrequency.ts';
import { estimateNoiseSd } from '../../src/core/quantification/index.ts';
import { P31_DWELL_S, P31_F0_MHZ, phosphorusFid } from '../fixtures/phosphorusScan.ts';

describe('the shift at zero frequency', () => {
  const header = (value: unknown): JsonObject =>
    ({ ChemicalShiftReference: { Value: value, Description: 'as the file has it' } }) as JsonObject;

  it.each([
    ['1H', {}, 4.65],
    // The whole program counts hydrogen from water at 4.65; a scanner's 4.7 is the same water.
    ['1H', header(4.7), 4.65],
    ['31P', {}, 0],
    ['31P', header(-7.5), -7.5],
    // Water's shift in a phosphorus header is a default that nobody set.
    ['31P', header(4.7), 0],
    ['31P', header('zero'), 0],
    ['13C', {}, 0],
  ])('%s with %j is %f ppm', (nucleus, fields, ppm) => {
    expect(zeroFrequencyPpm({ nucleus, header: fields })).toBe(ppm);
  });
});

describe('noise of a ³¹P scan', () => {
  it.each([0.5, 0.2, 0.05])('is told from beyond the lines, at an SD of %f', (noiseSd) => {
    const fid = phosphorusFid({ noiseSd, seed: 21 });
    const found = estimateNoiseSd(fid, P31_DWELL_S, P31_F0_MHZ, '31P');
    // About 400 quiet points at both ends: the median's own scatter is 4 %.
    expect(Math.abs(found / noiseSd - 1)).toBeLessThan(0.12);
  });

  it('is not told from where hydrogen is quiet, which phosphorus is not', () => {
    // β-ATP and its neighbours lie below −0.8 ppm: counted as noise, strong broad lines would pass for it.
    const fid = phosphorusFid({ noiseSd: 0.001, seed: 22 });
    const right = estimateNoiseSd(fid, P31_DWELL_S, P31_F0_MHZ, '31P');
    const wrong = estimateNoiseSd(fid, P31_DWELL_S, P31_F0_MHZ, '1H');
    expect(right).toBeLessThan(wrong);
  });
});
