// The report's draft, signature, conclusion, reference marks and languages; its JSON; and the printed page: real text, one
// page for the standard case on both papers in every language.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ReferenceRange } from '../../src/core/domain/referenceRange.ts';
import { imageVolumeNifti } from '../../src/core/pipeline/imageVolume.ts';
import { placeOnImage } from '../../src/core/pipeline/placeOnImage.ts';
import { buildReport, htmlReport, jsonReport, reportContent } from '../../src/core/reports/index.ts';
import type { ReportInput } from '../../src/core/reports/index.ts';
import { CS } from '../../src/core/reports/texts/cs.ts';
import { DE } from '../../src/core/reports/texts/de.ts';
import { EN } from '../../src/core/reports/texts/en.ts';
import { printHtml } from '../../src/node/files/electronPrinter.ts';
import { exampleReport } from './reportsFixture.ts';
import { syntheticScan } from './workflowFixture.ts';

/** An invented series: no published numbers. */
const RANGE: ReferenceRange = {
  ...{ metabolite: 'tNAA', quantity: 'ratio', denominator: 'tCr', nucleus: '1H', fieldT: 3 },
  ...{ echoTimeMinMs: 25, echoTimeMaxMs: 35, sequence: 'PRESS', region: 'parietal white matter', tissue: 'WM' },
  ...{ ageMinYears: 20, ageMaxYears: 59, mean: 1.7, sd: 0.1, n: 24, citation: 'Invented for this test' },
};
const SIGNATURE = {
  name: 'Dr. Test',
  role: 'radiologist',
  signedAt: '2026-01-03T09:30:12.000Z',
  contentSha256: 'ab'.repeat(32),
};

const input = (change: Partial<ReportInput> = {}): ReportInput => ({ ...exampleReport(), ...change });
const page = (change: Partial<ReportInput> = {}): string => htmlReport(buildReport(input(change)));

describe('draft and signature', () => {
  it('says on top and below that it is a draft, with room for a pen', () => {
    const html = page();
    expect(html).toContain('>DRAFT<');
    expect(html).toContain('Draft, not signed.');
    expect(html.match(/class="rule"/g)).toHaveLength(3);
    expect(html).not.toContain('Signed by');
    expect(page({ version: 3 })).toContain('Amends version 2.');
  });

  it('says who signed which version when, and what', () => {
    const html = page({ signature: SIGNATURE, version: 2, conclusion: 'Normal.' });
    expect(html).toContain('SIGNED, version 2');
    expect(html).toContain('Signed by Dr. Test, radiologist at 2026-01-03 09:30 UTC, version 2.');
    expect(html).toContain('Amends version 1.');
    expect(html).toContain(SIGNATURE.contentSha256);
    expect(html).not.toContain('DRAFT');
    expect(page({ signature: { ...SIGNATURE, role: '' } })).toContain('Signed by Dr. Test at');
  });

  it('escapes conclusion and signer', () => {
    const hostile = '<img src=x onerror=1>';
    const html = page({ conclusion: hostile, signature: { ...SIGNATURE, name: hostile, role: hostile } });
    expect(html).not.toContain('<img');
    expect(html.match(/&lt;img/g)?.length).toBeGreaterThanOrEqual(3);
  });

  it('keeps the paragraphs of a conclusion; what page one has no room for stands on page two, whole', () => {
    expect(page({ conclusion: 'One\n\nTwo' })).toContain('<p>One</p><p>&nbsp;</p><p>Two</p>');
    const long = Array.from({ length: 30 }, (_, i) => `Sentence number ${i} of a long conclusion.`).join('\n');
    const [first = '', second = ''] = page({ conclusion: long }).split('page second');
    expect(first).toContain('Sentence number 5 ');
    expect(first).not.toContain('Sentence number 6 ');
    expect(first).toContain('Continued on page 2.');
    for (let i = 0; i < 30; i++) expect(second).toContain(`Sentence number ${i} `);
    const single = 'word '.repeat(400).trim();
    expect(page({ conclusion: single }).split('page second')[1]).toContain(single);
  });
});

describe('reference ranges on the page', () => {
  it('mark a value outside by symbol and words, with range and source', () => {
    // 11.423456 / 8 = 1.43 lies below 1.7 − 2 · 0.1 = 1.5.
    const html = page({ referenceRanges: [RANGE] });
    expect(html).toContain('1.50–1.90 <b title="below the range">▼</b>');
    expect(html).toContain('Outside the reference range: tNAA/tCr 1.43 ▼ below 1.50–1.90.');
    expect(html).toContain('TE 25–35 ms, parietal white matter, white matter, 20–59 y, n 24; Invented for this test');
    const above = page({ referenceRanges: [{ ...RANGE, mean: 1.1 }] });
    expect(above).toContain('tNAA/tCr 1.43 ▲ above 0.900–1.30');
  });

  it('show a value within its range without a mark', () => {
    const html = page({ referenceRanges: [{ ...RANGE, mean: 1.45 }] });
    expect(html).toContain('<td class="range">1.25–1.65 </td>');
    expect(html).not.toContain('Outside the reference range');
  });

  it('are none where none fits: never a wrong one', () => {
    for (const change of [{ fieldT: 1.5 }, { region: 'cerebellum' }, { echoTimeMinMs: 130, echoTimeMaxMs: 140 }]) {
      const html = page({ referenceRanges: [{ ...RANGE, ...change }] });
      expect(html).toContain('No reference range fits this scan.');
      expect(html).not.toContain('Invented for this test');
    }
    expect(page()).toContain('No reference range fits this scan.');
    const { result } = exampleReport();
    expect(
      buildReport(input({ referenceRanges: [RANGE], result: { ...result, status: 'refused' } })).references,
    ).toEqual([]);
  });
});

describe('the languages', () => {
  const keys = (texts: object, prefix = ''): string[] =>
    Object.entries(texts).flatMap(([key, value]) =>
      typeof value === 'object' ? keys(value as object, `${prefix}${key}.`) : [`${prefix}${key} ${typeof value}`],
    );

  it('have the same texts, none empty', () => {
    for (const other of [DE, CS]) {
      expect(keys(other)).toEqual(keys(EN));
      expect(JSON.stringify(other)).not.toContain('""');
    }
  });

  it('name the page’s language and speak it', () => {
    const german = page({ language: 'de', conclusion: 'Text', signature: SIGNATURE });
    expect(german).toContain('<html lang="de">');
    expect(german).toContain('Nur für Forschungszwecke');
    expect(german).toContain('Unterschrieben von Dr. Test');
    const czech = page({ language: 'cs' });
    expect(czech).toContain('Pouze pro výzkumné účely');
    for (const words of ['Warnings', 'Conclusion', 'Repetition time', 'Chemical shift', 'not stated']) {
      expect(german).not.toContain(words);
      expect(czech).not.toContain(words);
    }
  });
});

describe('the report as JSON', () => {
  it('holds what the page says', () => {
    const model = buildReport(
      input({ referenceRanges: [RANGE], conclusion: 'Low.', signature: SIGNATURE, version: 2 }),
    );
    const read = JSON.parse(jsonReport(model)) as {
      result: { rows: { name: string; ratioToTCr: number; references: unknown[] }[] };
    };
    expect(read).toMatchObject({
      ...{ schema: 'lineshape.report/1', version: 2, conclusion: 'Low.', signature: SIGNATURE },
      method: { hashes: model.hashes },
    });
    const row = read.result.rows.find(({ name }) => name === 'tNAA');
    expect(row?.ratioToTCr).toBe(11.423456 / 8);
    expect(row?.references).toMatchObject([{ place: 'below', low: 1.5, high: 1.9, range: { n: 24 } }]);
  });

  it('has null for what is no number, and its content does not hang on the time of printing', () => {
    const broken = input({ result: { ...exampleReport().result, fwhmHz: NaN } });
    expect(jsonReport(buildReport(broken))).not.toMatch(/NaN|Infinity/);
    const content = (generatedAt: string): unknown => reportContent(buildReport(input({ generatedAt })));
    expect(content('2026-01-01T00:00:00Z')).toEqual(content('2027-01-01T00:00:00Z'));
    const changed = reportContent(buildReport(input({ conclusion: 'Another' })));
    expect(changed).not.toEqual(content('2026-01-01T00:00:00Z'));
  });
});

const canPrint = (() => {
  try {
    execFileSync('pdftotext', ['-v'], { stdio: 'ignore' });
    return (process.env['LINESHAPE_ELECTRON'] ?? '') !== '' || process.env['HOME'] !== undefined;
  } catch {
    return false;
  }
})();

describe.skipIf(!canPrint)('the printed page (needs pdftotext and an Electron or Chromium)', () => {
  const standard = (language: 'en' | 'de' | 'cs'): ReportInput => {
    const t1 = imageVolumeNifti('t1.nii.gz', new Uint8Array(readFileSync('resources/demo/t1.nii.gz')));
    const { affine } = exampleReport().scan;
    const axis = { bandwidthHz: 1100, direction: 1 } as const;
    // With the displaced box: its legend takes a line of the page.
    const shift = { ppm: 2.01, carrierPpm: 4.65, axes: [axis, axis, axis] } as const;
    const drawn = placeOnImage(t1, 't1.nii.gz', { ...syntheticScan(), affine }, { voxel: 0, shift });
    return input({ language, ...drawn, referenceRanges: [RANGE] });
  };

  it.each([
    ['en', 'a4', 'DRAFT'],
    ['de', 'letter', 'ENTWURF'],
    ['cs', 'letter', 'KONCEPT'],
  ] as const)(
    'has its numbers as text on one page, %s on %s',
    async (language, paper, mark) => {
      const { bytes, reason } = await printHtml(htmlReport(buildReport(standard(language)), { paper }), {
        kind: 'pdf',
        paper,
      });
      if (bytes === null) throw new Error(reason);
      const folder = mkdtempSync(join(tmpdir(), 'lineshape-pdf-'));
      try {
        const file = join(folder, 'page.pdf');
        writeFileSync(file, bytes);
        const run = (program: string, ...args: string[]): string => execFileSync(program, args, { encoding: 'utf8' });
        const text = run('pdftotext', '-layout', '-l', '1', file, '-');
        expect(text).toMatch(/tNAA\s+1\.43\s+1\.5\s+1\.50–1\.90 ▼/);
        expect(text).toMatch(/tCho\s+0\.206\s+3\.1/);
        // The footer closes page one, and page two begins with the method.
        expect(text).toContain(mark);
        expect(text).toContain('Lineshape 0.1.0');
        const info = run('pdfinfo', file);
        expect(info).toMatch(/Pages:\s+2\b/);
        expect(info).toMatch(/Tagged:\s+yes/);
        expect(info).toMatch(paper === 'a4' ? /595|594\.9/ : /612 x 792/);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    120_000,
  );
});
