// The report page, its figure, its tables and the CSV: escaping, numbers, missing values, sections.
import { describe, expect, it } from 'vitest';
import {
  buildReport,
  csvReport,
  figureSvg,
  formatCrlb,
  formatFixed,
  formatSignificant,
  formatTrimmed,
  htmlReport,
  reliabilityOf,
  resultRows,
} from '../../src/core/reports/index.ts';
import type { CsvInput, ReportInput, ReportLanguage } from '../../src/core/reports/index.ts';
import { placeLabels } from '../../src/core/reports/figureLabels.ts';
import { base64 } from '../../src/core/reports/imageSvg.ts';
import { estimate, exampleCurves, exampleReport, exampleResult } from './reportsFixture.ts';

const page = (change: Partial<ReportInput> = {}): string => htmlReport(buildReport({ ...exampleReport(), ...change }));

describe('the page', () => {
  it('escapes every text that comes from a file or a person', () => {
    const hostile = '<script>alert("x")</script>';
    const input = exampleReport();
    const html = page({
      patient: { ...input.patient, name: hostile, id: '"><img src=x onerror=1>' },
      study: { title: hostile, date: hostile, region: hostile },
      scan: {
        ...input.scan,
        fileName: hostile,
        acquisition: { ...input.scan.acquisition, sequence: hostile, manufacturer: hostile, region: hostile },
        header: { SoftwareVersions: hostile },
      },
      warnings: [{ code: 'x', message: hostile }],
      basis: { id: hostile, title: hostile },
      provenance: [{ time: '', program: hostile, version: hostile, method: hostile, details: { key: hostile } }],
      result: { ...exampleResult(), reason: hostile, status: 'notConverged', metabolites: [estimate(hostile, 1, 2)] },
    });
    expect(html).not.toMatch(/<script|<img/i);
    expect(html).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
  });

  it('is static: no scripts, no links to elsewhere, and a policy that forbids both', () => {
    const html = page();
    expect(html).not.toMatch(/<(script|link|iframe|object|embed|form|base)\b/i);
    expect(html).not.toMatch(/\b(src|href)\s*=\s*["'](?!data:)/i);
    expect(html).not.toMatch(/url\(|@import/i);
    expect(html).toContain("default-src 'none'");
  });

  it('has its sections in order, and says what it is for', () => {
    const html = page();
    const order = [
      'MR spectroscopy report',
      'class="patient"',
      'class="box scan"',
      'class="figure"',
      'class="box results"',
      '>Quality<',
      '>Warnings<',
      '>Conclusion<',
      '>Signature<',
      'Research use only. Not a medical device.',
      'Method and provenance',
      '1. Hardware',
      '2. Acquisition',
      '3. Data analysis and output',
      '4. Data quality',
      'Provenance',
    ];
    const places = order.map((text) => html.indexOf(text));
    expect(places.every((p) => p >= 0)).toBe(true);
    expect([...places].sort((a, b) => a - b)).toEqual(places);
  });

  it('shows the numbers of the result, sums first', () => {
    const html = page();
    const rows = [...html.matchAll(/<tr class="(\w+)"><td>([^<]+).*?<\/td><td>([^<]+)<\/td><td>([^<]+)<\/td>/g)];
    const cells = new Map(rows.map((r) => [r[2]?.trim(), [r[1], r[3], r[4]]]));
    // 11.423456 / 8 = 1.4279…, 1.65 / 8 = 0.20625
    expect(cells.get('tNAA')).toEqual(['reliable', '1.43', '1.5']);
    expect(cells.get('tCho')).toEqual(['reliable', '0.206', '3.1']);
    expect(cells.get('Asp')?.[0]).toBe('uncertain');
    expect(cells.get('-CrCH2')?.[0]).toBe('undetermined');
    expect(cells.get('Lac')).toEqual(['undetermined', '0', '–']);
    expect(rows.slice(0, 5).map((r) => r[2]?.trim())).toEqual(['tNAA', 'tCr', 'tCho', 'Glx', 'mI']);
    expect(html).toContain('<b>6.8 Hz</b> (0.056 ppm, ✓ average)');
    expect(html).toContain('<b>−1.25 Hz</b>');
  });

  it('says that a value is not stated instead of inventing one', () => {
    const input = exampleReport();
    const html = page({
      patient: { name: null, id: null, sex: null, birthDate: null, ageYears: null, weightKg: null },
      curves: null,
      scan: {
        ...input.scan,
        affine: null,
        fieldT: null,
        waterFileName: null,
        acquisition: {
          ...input.scan.acquisition,
          echoTimeS: null,
          repetitionTimeS: null,
          manufacturer: null,
          scannerModel: null,
        },
      },
      result: { ...exampleResult(), fwhmHz: NaN, snr: { value: Infinity, definition: 'd' } },
    });
    expect(html).toContain('TE not stated, TR not stated');
    expect(html).toContain('not measured');
    expect(html).toContain('No curves are stored');
    expect(html).not.toMatch(/NaN|Infinity|undefined|>null</);
  });

  it('writes the sex in words of its language, and a code it does not know as the file states it', () => {
    const { patient } = exampleReport();
    const sexOf = (sex: string, language: ReportLanguage): string =>
      /<dt>(?:Sex|Geschlecht|Pohlaví)<\/dt><dd>([^<]*)/.exec(page({ patient: { ...patient, sex }, language }))?.[1] ??
      '';
    expect([sexOf('F', 'en'), sexOf('M', 'de'), sexOf('O', 'cs')]).toEqual(['female', 'männlich', 'jiné']);
    expect([sexOf('N', 'en'), sexOf('constructor', 'de')]).toEqual(['N', 'constructor']);
  });

  it('says first that a fit did not converge', () => {
    const html = page({ result: { ...exampleResult(), status: 'notConverged', reason: 'the step size vanished' } });
    expect(html).toContain('The fit did not converge: the step size vanished');
    expect(page()).not.toContain('did not converge');
  });

  it('keeps page one short: the fifth warning goes to page two, none is lost', () => {
    const warnings = [1, 2, 3, 4, 5, 6].map((n) => ({ code: `w${n}`, message: `Warning number ${n}.` }));
    const [first, second] = page({ warnings }).split('page second');
    expect(first).toContain('Warning number 4.');
    expect(first).not.toContain('Warning number 5.');
    expect(first).toContain('3 more on page 2');
    expect(second).toContain('Warning number 6.');
  });

  it('gives place and index of a voxel of a grid (affine applied to its index)', () => {
    const input = exampleReport();
    // Voxel 2·(3·1) + 1 = 7 of a 4 × 3 × 1 grid is x 2, y 1, z 0; its centre is (2·20 − 22, 1·20 − 14, 31).
    const model = buildReport({ ...input, voxel: 7, scan: { ...input.scan, grid: [4, 3, 1] } });
    expect(model.voxelPosition).toEqual([2, 1, 0]);
    expect(model.voxelCentreMm).toEqual([18, 6, 31]);
    expect(htmlReport(model)).toContain('R 18.0, A 6.0, S 31.0 mm');
  });
});

describe('the figure', () => {
  const path = (svg: string, kind: string): [number, number][] =>
    [...(new RegExp(`class="${kind}" d="([^"]*)"`).exec(svg)?.[1] ?? '').matchAll(/[ML]([-\d.]+) ([-\d.]+)/g)].map(
      (m) => [Number(m[1]), Number(m[2])],
    );

  it('draws high ppm on the left and the tallest data point at the top', () => {
    const curves = exampleCurves();
    const svg = figureSvg(curves, { width: 700, height: 300, title: '' });
    const data = path(svg, 'data');
    expect(data).toHaveLength(curves.ppm.length);
    expect(data[0]?.[0]).toBeLessThan(data[data.length - 1]?.[0] as number);
    const highest = curves.data.indexOf(Math.max(...curves.data));
    const top = Math.min(...data.map((p) => p[1]));
    expect(data[highest]?.[1]).toBe(top);
    const ticks = [...svg.matchAll(/text-anchor="middle" font-size="11" fill="#1B2129">(\d\.\d)</g)].map((m) => m[1]);
    expect(ticks.slice().sort().reverse()).toEqual(['4.0', '3.5', '3.0', '2.5', '2.0', '1.5', '1.0', '0.5']);
  });

  it('leaves gaps where values are not finite', () => {
    const curves = exampleCurves();
    const data = curves.data.slice();
    data[10] = NaN;
    const svg = figureSvg({ ...curves, data }, { width: 700, height: 300, title: '<b>' });
    expect(svg).not.toContain('NaN');
    expect(svg).toContain('&lt;b&gt;');
    expect((/class="data" d="([^"]*)"/.exec(svg)?.[1] ?? '').match(/M/g)).toHaveLength(2);
  });

  it('never puts one label over another', () => {
    const wishes = [0, 3, 6, 9, 40].map((x, i) => ({ text: `Label${i}`, x, y: 100 }));
    const placed = placeLabels(wishes, { height: 12, characterWidth: 6.5 });
    expect(placed).toHaveLength(5);
    for (const a of placed) {
      for (const b of placed) {
        if (a === b) continue;
        const apart = Math.abs(a.x - b.x) >= 6 * 6.5 + 4 || Math.abs(a.textY - b.textY) >= 12;
        expect(apart).toBe(true);
      }
    }
  });
});

describe('numbers', () => {
  it.each([
    [1.42793, 3, '1.43'],
    [0.0123456, 3, '0.0123'],
    [-12.34, 3, '−12.3'],
    [1234.5, 3, '1230'],
    [0, 3, '0'],
    [1.2e-7, 2, '1.2e−7'],
    [null, 3, '–'],
    [NaN, 3, '–'],
  ])('%s with %s significant digits is %s', (value, digits, text) => {
    expect(formatSignificant(value, digits)).toBe(text);
  });

  it('rounds CRLB and fixed values as a table needs them', () => {
    expect([3.14, 9.94, 9.96, 22.4, 5000, null].map(formatCrlb)).toEqual(['3.1', '9.9', '10', '22', '>999', '–']);
    expect([formatFixed(-0.001, 2), formatFixed(-1.005, 1), formatFixed(null, 1)]).toEqual(['0.00', '−1.0', '–']);
    expect([
      formatTrimmed(20),
      formatTrimmed(30, 4),
      formatTrimmed(8.5),
      formatTrimmed(2000, 4),
      formatTrimmed(100),
    ]).toEqual(['20', '30', '8.5', '2000', '100']);
  });

  it('marks by the CRLB, never removes', () => {
    expect([20, 20.1, 50, 50.1, null].map((c) => reliabilityOf(estimate('X', 1, c)))).toEqual([
      'reliable',
      'uncertain',
      'uncertain',
      'undetermined',
      'undetermined',
    ]);
    const result = exampleResult();
    expect(resultRows(result)).toHaveLength(result.metabolites.length + result.combined.length);
  });
});

describe('CSV', () => {
  const input = (): CsvInput => ({
    fileName: 'a, "b".nii.gz',
    grid: [1, 1, 1],
    basisId: '=HYPERLINK("x")',
    recipeId: 'svs-default',
    programVersion: '0.1.0',
    hashes: { input: 'aa', water: null, recipe: 'bb', basis: 'cc' },
    voxels: [{ voxel: 0, result: exampleResult() }],
  });

  /** A reader of RFC 4180, written for this test. */
  function parse(text: string): string[][] {
    const rows: string[][] = [[]];
    for (const match of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
      const row = rows[rows.length - 1] as string[];
      row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
      if (match[3] === '\r\n') rows.push([]);
      if (match[3] === '') break;
    }
    return rows.slice(0, -1);
  }

  it('keeps every number at full precision, one row a metabolite', () => {
    const [header, ...rows] = parse(csvReport([input()])) as [string[], ...string[][]];
    const at = (row: string[] | undefined, column: string): string | undefined => row?.[header.indexOf(column)];
    expect(rows).toHaveLength(25);
    expect(rows.every((r) => r.length === header.length)).toBe(true);
    const naa = rows.find((r) => at(r, 'metabolite') === 'NAA');
    expect(Number(at(naa, 'amplitude_basis_units'))).toBe(10.123456);
    expect(Number(at(naa, 'crlb_percent'))).toBe(1.84);
    expect(at(naa, 'file')).toBe('a, "b".nii.gz');
    const lac = rows.find((r) => at(r, 'metabolite') === 'Lac');
    expect([at(lac, 'crlb_percent'), at(lac, 'amplitude_basis_units'), at(lac, 'water_sha256')]).toEqual(['', '0', '']);
  });

  it('holds nothing that a spreadsheet would run, and leaves names alone', () => {
    const text = csvReport([input()]);
    expect(text).not.toMatch(/(^|,)"?[=+@]/m);
    expect(text).toContain(',-CrCH2,');
  });
});

it('base64 agrees with the platform for every remainder', () => {
  for (let n = 0; n < 8; n++) {
    const bytes = Uint8Array.from({ length: n }, (_, i) => (i * 89 + 200) % 256);
    expect(base64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
  }
});
