// The tables of bench quantificationReal: ratios of every scan and method, and how far methods are apart over all scans.
import type { JsonObject, JsonValue } from '../../src/core/domain/json.ts';
import { median } from '../../src/core/math/robustStatistics.ts';
import { PUBLISHED_IN_VIVO } from './published.ts';
import { sectionOf } from './resultsFile.ts';
import { numberOf, objectOf, shown, table } from './tableText.ts';

const RATIOS = ['tNAA', 'tCho', 'Ins', 'Glx'] as const;
/** Scans of the fitting challenge are made, not measured, and have a summary of their own. */
const isSimulated = (alias: string): boolean => alias.startsWith('challenge');

type Scans = readonly (readonly [alias: string, methods: JsonObject])[];

function ratioOf(methods: JsonObject, method: string, name: string): number | null {
  const cell = objectOf(methods[method])[name];
  return Array.isArray(cell) ? numberOf(cell[0]) : null;
}

const methodsIn = (scans: Scans): string[] => [...new Set(scans.flatMap(([, methods]) => Object.keys(methods)))];

/** "1.27 ± 0.04". */
function cellOf(result: JsonObject, name: string): string {
  const cell: JsonValue | undefined = result[name];
  if (!Array.isArray(cell)) return '';
  const [value, sd] = cell.map(numberOf);
  const spread = sd === null || sd === undefined ? '' : ` ± ${sd.toFixed(2)}`;
  return value === null || value === undefined ? '' : `${value.toFixed(2)}${spread}`;
}

function flagOf(result: JsonObject): string {
  const { refused, failedChecks } = result;
  if (refused !== undefined) return `refused (${String(refused)})`;
  if (!Array.isArray(failedChecks)) return '';
  return failedChecks.length === 0 ? 'yes' : `no: ${failedChecks.join(', ')}`;
}

function scanTable([alias, methods]: Scans[number]): string {
  const rows = Object.entries(methods)
    .filter(([, value]) => objectOf(value)['refused'] !== 'MODEL_MISSING')
    .map(([method, value]) => {
      const result = objectOf(value);
      return [method, ...RATIOS.map((name) => cellOf(result, name)), flagOf(result)];
    });
  return `**${alias}**\n\n${table(['', ...RATIOS.map((name) => `${name}/tCr`), 'in distribution'], rows)}`;
}

/** Median difference in % of a method from another over the scans that have both. */
function medianDifference(scans: Scans, method: string, from: string, name: string): string {
  const differences = scans.flatMap(([, methods]) => {
    const [a, b] = [ratioOf(methods, method, name), ratioOf(methods, from, name)];
    return a === null || b === null || b === 0 ? [] : [100 * Math.abs(a / b - 1)];
  });
  return differences.length === 0 ? '' : shown(median(differences), 0);
}

function summary(title: string, scans: Scans, from: string): string | null {
  const methods = methodsIn(scans).filter((method) => method !== from);
  const rows = methods.flatMap((method) => {
    const having = scans.filter(([, all]) => ratioOf(all, method, 'tNAA') !== null);
    if (having.length === 0) return [];
    const tested = having.filter(([, all]) => Array.isArray(objectOf(all[method])['failedChecks']));
    const inside = tested.filter(([, all]) => flagOf(objectOf(all[method])) === 'yes').length;
    const flags = tested.length === 0 ? '' : `${inside} of ${tested.length}`;
    return [
      [method, String(having.length), ...RATIOS.map((name) => medianDifference(scans, method, from, name)), flags],
    ];
  });
  if (rows.length === 0) return null;
  const header = ['', 'scans', ...RATIOS.map((name) => `${name}/tCr`), 'in distribution'];
  return `${title}: median |difference| from ${from} in %:\n\n${table(header, rows)}`;
}

function publishedNote(): string {
  const ratios = Object.entries(PUBLISHED_IN_VIVO.ratios).map(([name, [low, high]]) => `${name}/tCr ${low} to ${high}`);
  return `Published for five subjects of Big GABA (DQ-rpMM, PRESS 35): ${ratios.join(', ')} (${PUBLISHED_IN_VIVO.source}).`;
}

/** @param results of bench/results/quantificationReal.json @returns the section's text; "" where nothing was run */
export function realTablesOf(results: JsonObject): string {
  const scans: Scans = Object.entries(sectionOf(results, 'scans')).map(
    ([alias, entry]) => [alias, objectOf(entry['methods'])] as const,
  );
  const measured = scans.filter(([alias]) => !isSimulated(alias));
  const simulated = scans.filter(([alias]) => isSimulated(alias));
  if (scans.length === 0) return '';
  const blocks = [
    ...measured.map(scanTable),
    publishedNote(),
    summary('Measured scans', measured, 'nlls'),
    summary("Scans with LCModel's table", measured.filter(([, m]) => 'lcmodel' in m), 'lcmodel'),
    summary('Spectra of the fitting challenge', simulated, 'nlls'),
    summary('Spectra of the fitting challenge', simulated, 'lcmodel'),
  ]; // prettier-ignore
  return blocks.filter((block) => block !== null).join('\n\n');
}
