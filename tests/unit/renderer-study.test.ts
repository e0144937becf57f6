// The study view's layout as it is remembered, and provenance as it is read.
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_LAYOUT,
  detailText,
  parseLayout,
  PRESETS,
  presetText,
  spacedWords,
  usablePreset,
} from '../../src/renderer/features/study/model.ts';

describe('layout', () => {
  it('is restored with the sizes of every arrangement', () => {
    const sizes = { ...DEFAULT_LAYOUT.sizes, 'read-top': [30, 70], 'physics-columns': [50, 50] };
    const layout = { preset: 'physics' as const, sizes };
    expect(parseLayout(JSON.stringify(layout))).toEqual(layout);
  });

  it.each([
    [null],
    ['not json'],
    ['[]'],
    ['{"preset":"cinema","sizes":{"read-top":[10]}}'],
    ['{"sizes":{"read-top":[-10,110],"read-rows":[20,20],"unknown":[1,99]}}'],
  ])('falls back where %j is stored', (stored) => {
    expect(parseLayout(stored)).toEqual(DEFAULT_LAYOUT);
  });

  it('has a name for each arrangement, and the grid’s only with a grid', () => {
    expect(PRESETS.map(presetText)).toEqual(['Read', 'Physics', 'Before/after', 'MRSI', 'Report', 'Methods', 'Compare', 'Transients']); // prettier-ignore
    expect(usablePreset('mrsi', 1)).toBe('read');
    expect(usablePreset('mrsi', 64)).toBe('mrsi');
    expect(usablePreset('report', 1)).toBe('report');
  });
});

describe('provenance in words', () => {
  it('spells keys and values', () => {
    expect(spacedWords('largestShiftHz')).toBe('largest shift Hz');
    expect(detailText(1.23456)).toBe('1.235');
    expect(detailText(true)).toBe('yes');
    expect(detailText(null)).toBe('–');
    expect(detailText([])).toBe('none');
    expect(detailText([1, 2])).toBe('1, 2');
    expect(detailText(Array.from({ length: 64 }, (_, i) => i))).toBe('64 values');
    expect(detailText({ shiftHz: 2, used: false })).toBe('shift Hz: 2; used: no');
  });
});
