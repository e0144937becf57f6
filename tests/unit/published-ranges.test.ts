// The published reference ranges: each is a whole range, is offered to a site once, and fits only scans like its own.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PUBLISHED_RANGES } from '../../src/core/domain/publishedRanges.ts';
import { rangeMisses, type RangeScan } from '../../src/core/domain/referenceMatch.ts';
import { rangeText, readRange } from '../../src/core/domain/referenceRange.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import { offerPublishedRanges } from '../../src/main/publishedRanges.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

const SCAN: RangeScan = {
  nucleus: '1H',
  fieldT: 2.89,
  echoTimeS: 0.035,
  sequence: 'svs_se',
  region: 'Medial parietal lobe',
  ageYears: 30,
  tissue: null,
};

describe('published ranges', () => {
  it('are whole ranges with a source, each under a name of its own', () => {
    for (const { range } of PUBLISHED_RANGES) {
      expect(readRange(rangeText(range))).toEqual({ range, problems: [] });
      expect(range.citation).toMatch(/doi:10\.\d{4,}\//);
      expect(range.n).toBeGreaterThanOrEqual(10);
    }
    expect(new Set(PUBLISHED_RANGES.map(({ key }) => key)).size).toBe(PUBLISHED_RANGES.length);
    expect(PUBLISHED_RANGES.map(({ key }) => key).join('')).not.toContain(' ');
  });

  it.each([
    [{}, []],
    [{ echoTimeS: 0.03 }, ['echoTime']],
    [{ fieldT: 1.5 }, ['field']],
    [{ sequence: 'svs_slaser' }, ['sequence']],
    [{ region: 'Parietal white matter' }, ['region']],
    [{ ageYears: 60 }, ['age']],
    [{ ageYears: null }, ['age']],
  ])('fit no scan of other conditions: %o', (change: Partial<RangeScan>, misses) => {
    for (const { range } of PUBLISHED_RANGES) expect(rangeMisses(range, { ...SCAN, ...change })).toEqual(misses);
  });
});

describe('a site’s table', () => {
  let folder = '';
  let store: StudyStore;
  beforeEach(() => {
    folder = makeTempFolder();
    store = openStudyDb(join(folder, 'study.db'), { now: () => '2026-01-01T00:00:00.000Z' });
  });
  afterEach(() => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('gets them once: what it deletes does not come back', () => {
    expect(offerPublishedRanges(store)).toBe(PUBLISHED_RANGES.length);
    const [first, ...others] = store.listReferenceRanges();
    store.deleteReferenceRange(first!.id);
    expect(offerPublishedRanges(store)).toBe(0);
    expect(store.listReferenceRanges()).toEqual(others);
  });

  it('does not get twice what it has entered itself', () => {
    store.addReferenceRange(PUBLISHED_RANGES[0]!.range);
    expect(offerPublishedRanges(store)).toBe(PUBLISHED_RANGES.length - 1);
  });
});
