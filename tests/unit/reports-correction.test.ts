// The report's page on the correction of frequency and phase, from what an analysis has on record.
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/domain/json.ts';
import { buildReport, htmlReport } from '../../src/core/reports/index.ts';
import { exampleReport } from './reportsFixture.ts';

const BEFORE = { similarityIndex: 0.8571, metaboliteSimilarity: 0.706, creatineWidthHz: 10.11, snr: 59.1, driftHz: 1.45, driftDeg: 5.4 }; // prettier-ignore
const AFTER = { ...BEFORE, similarityIndex: 0.9274, creatineWidthHz: null };
const OFFSETS = { shiftHz: [2, 1, 0, -1, 40], phaseDeg: [1, -1, 2, -2, 90] };

const entry = (method: string, details: JsonObject) => ({ time: '', program: 'Lineshape', version: '0', method, details }); // prettier-ignore

function page(groups: JsonObject[], withCorrection = true, grid: readonly number[] = [1, 1, 1]): string {
  const input = exampleReport();
  const provenance = [
    entry('Frequency and phase correction', { groups }),
    entry('Outlier removal', { rejected: [4] }),
    entry('Signal averaging', {}),
  ];
  return htmlReport(buildReport({ ...input, provenance, scan: { ...input.scan, grid: [...grid] } }), {
    withCorrection,
  });
}

describe('the correction’s page', () => {
  const chosen = {
    ...OFFSETS,
    method: 'sr',
    choice: {
      reason: 'Spectral <registration> was taken.',
      uncorrected: BEFORE,
      candidates: [{ method: 'rats', failure: 'no' }, { method: 'sr', scores: AFTER }], // prettier-ignore
    },
  };

  it('says method, reason, figures before and after, and marks rejected transients', () => {
    const html = page([chosen]);
    expect(html).toContain('<h1>Correction of frequency and phase</h1>');
    expect(html).toContain('Method: sr. Spectral &lt;registration&gt; was taken. Rejected (×): 5.');
    expect(html).toContain('<td>0.857</td><td>0.927</td>');
    expect(html).toContain('<td>10.11</td><td>–</td>');
    const [frequency] = html.match(/<svg[^>]+aria-label="Frequency found[\s\S]+?<\/svg>/) ?? [];
    // Four kept transients on the line; the axis follows them, and the fifth is a cross at its border.
    expect(frequency!.match(/points="([^"]+)"/)![1]!.split(' ')).toHaveLength(4);
    expect(frequency!.match(/×/g)).toHaveLength(1);
    expect(frequency).toContain('>2.0</text>');
    expect(html).toMatch(/page (\d) of \1<\/span><\/footer><\/article><\/main>/);
  });

  it('is there only where it is asked for, and for single voxels', () => {
    const title = '<h1>Correction of frequency and phase</h1>';
    expect(page([chosen], false)).not.toContain(title);
    expect(page([chosen], true, [16, 16, 1])).not.toContain(title);
    expect(page([])).not.toContain(title);
  });

  it('has no table where an alignment recorded offsets only, and one section a condition', () => {
    const html = page([OFFSETS, { ...OFFSETS, method: 'crr', scores: AFTER, uncorrected: BEFORE }]);
    const sections = html.match(/<section class="correction">[\s\S]+?<\/section>/g)!;
    expect(sections.map((s) => s.includes('<table'))).toEqual([false, true]);
    expect(sections[1]).toContain('Condition 2 of 2, 5 transients');
  });
});
