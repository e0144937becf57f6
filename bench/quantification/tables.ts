// The tables of bench/README.md, written from the results files between two marks, so that no number is typed by hand.
import { readFileSync, writeFileSync } from 'node:fs';
import { UsageError } from '../../src/core/domain/errors.ts';
import type { JsonObject, JsonValue } from '../../src/core/domain/json.ts';
import { sectionOf } from './resultsFile.ts';
import { numberOf, objectOf, shown, table } from './tableText.ts';
import { realTablesOf } from './realTables.ts';
import { COLUMNS } from './figures.ts';
import type { Column } from './figures.ts';
import { PUBLISHED, PUBLISHED_RIZZO, PUBLISHED_SCATTERING, PUBLISHED_SPEED } from './published.ts';
import type { Published } from './published.ts';
import { PASSING_KINDS } from './sets.ts';
import { VARIANT_IDS } from './variants.ts';

/** A set's table: which figure is shown of which names; no names: all that are there. */
interface TableSpec {
  readonly set: string;
  readonly metric: Column | 'slopeTimesR2';
  readonly names?: readonly string[];
  /** What stands below it. */
  readonly note?: () => string;
}

const SUMS = ['tNAA', 'tCr', 'tCho', 'Glx', 'Ins'] as const;
const TABLES: readonly TableSpec[] = [
  { set: 'qnet-fid10', metric: 'smapeMean' },
  { set: 'qnet-7-20', metric: 'mape' },
  { set: 'dq', metric: 'r2' },
  { set: 'dq', metric: 'mape' },
  { set: 'hatami', metric: 'smape' },
  { set: 'hatami-noiseless', metric: 'smape', note: scatteringNote },
  { set: 'rizzo', metric: 'slopeTimesR2', note: rizzoNote },
  { set: 'tumour', metric: 'mape', names: [...SUMS, 'GSH'] },
  { set: 'tumour', metric: 'pull', names: SUMS },
  { set: 'tumour-clinical', metric: 'mape', names: [...SUMS, 'Lac', 'Gly'] },
  { set: 'tumour-lipids', metric: 'mape', names: SUMS },
];
const LEVELS = { set: 'qnet-levels', metric: 'mape', names: ['tNAA', 'tCr', 'tCho', 'Glx'] } as const;

const METRIC_WORDS: Readonly<Record<string, string>> = {
  smape: 'SMAPE in % (ratio of sums, Hatami 2018)',
  smapeMean: 'SMAPE in % (mean of ratios, Chen 2024)',
  mape: 'MAPE in %',
  r2: 'R²',
  slopeTimesR2: 'a · R² (slope times R²)',
  pull: 'pull towards the healthy mean (0: none, 1: the healthy mean whatever the spectrum)',
  coverage95: 'coverage of the 95 % interval in %',
};
const DECIMALS: Readonly<Record<string, number>> = { r2: 2, slopeTimesR2: 2, pull: 2 };

function cellOf(rows: JsonObject, name: string, metric: TableSpec['metric']): number | null {
  const values = rows[name];
  if (!Array.isArray(values)) return null;
  const at = (column: Column): number | null => numberOf(values[COLUMNS.indexOf(column)]);
  if (metric !== 'slopeTimesR2') return at(metric);
  const [slope, r2] = [at('slope'), at('r2')];
  return slope === null || r2 === null ? null : slope * r2;
}

/** Published figures of a set and metric, those of one label in one column. */
function publishedColumns({ set, metric }: TableSpec): Map<string, Published[]> {
  const columns = new Map<string, Published[]>();
  for (const published of PUBLISHED.filter((p) => p.set === set && p.metric === metric)) {
    columns.set(published.label, [...(columns.get(published.label) ?? []), published]);
  }
  return columns;
}

function publishedCell(entries: readonly Published[], name: string, decimals: number): string {
  const entry = entries.find(({ values }) => values[name] !== undefined);
  if (entry === undefined) return '';
  return `${entry.atLeast === true ? '> ' : ''}${shown(entry.values[name] ?? null, decimals)}`;
}

/** Methods that learnt from the set's protocol, and those bound to none. */
function shownMethods(entry: JsonObject): string[] {
  const methods = objectOf(entry['methods']);
  return Object.keys(methods).filter((id) => {
    const trainedOn = objectOf(methods[id])['trainedOn'];
    const own = Array.isArray(trainedOn) ? trainedOn : [];
    return own.length === 0 || own.includes(entry['preset'] ?? null) || String(entry['preset']).startsWith('tumour');
  });
}

function metabolitesOf(entry: JsonObject, method: string): JsonObject {
  return objectOf(objectOf(objectOf(entry['methods'])[method])['metabolites']);
}

function accuracyTable(key: string, entry: JsonObject, spec: TableSpec): string {
  const methods = shownMethods(entry);
  const decimals = DECIMALS[spec.metric] ?? 1;
  const columns = publishedColumns(spec);
  const names = spec.names ?? [...new Set(methods.flatMap((id) => Object.keys(metabolitesOf(entry, id))))];
  const header = ['', ...methods, ...[...columns.keys()].map((label) => `${label}, published`)];
  const rows = names.map((name) => [
    name,
    ...methods.map((id) => shown(cellOf(metabolitesOf(entry, id), name, spec.metric), decimals)),
    ...[...columns.values()].map((entries) => publishedCell(entries, name, decimals)),
  ]);
  const means = methods.map((id) => numberOf(objectOf(objectOf(entry['methods'])[id])['meanSmape']));
  if (spec.metric === 'smape' || spec.metric === 'smapeMean') {
    rows.push(['mean SMAPE of all (ratio of sums)', ...means.map((m) => shown(m, 1)), ...[...columns].map(() => '')]);
  }
  const sources = [...new Set([...columns.values()].flat().map(({ source }) => source))];
  const said = sources.length === 0 ? '' : `\n\nPublished: ${sources.join('; ')}.`;
  return `**${key}** – ${String(entry['title'])}. ${METRIC_WORDS[spec.metric] ?? spec.metric}:\n\n${table(header, rows)}${said}`;
}

function levelTable(key: string, entry: JsonObject, columns: readonly JsonValue[]): string {
  const methods = shownMethods(entry);
  const at = columns.indexOf(LEVELS.metric);
  const levelsOf = (id: string): JsonObject[] => {
    const levels = objectOf(objectOf(entry['methods'])[id])['levels'];
    return Array.isArray(levels) ? levels.map(objectOf) : [];
  };
  const rows = LEVELS.names.flatMap((name) =>
    methods.map((id) => {
      const values = levelsOf(id).map((level) => objectOf(level['metabolites'])[name]);
      return [name, id, ...values.map((v) => shown(Array.isArray(v) ? numberOf(v[at]) : null, 1))];
    }),
  );
  const snrs = levelsOf(methods[0] ?? '').map((level) => `SNR ${String(level['from'])}`);
  return `**${key}** – ${String(entry['title'])}. MAPE in %:\n\n${table(['', 'method', ...snrs], rows)}`;
}

function distributionTable(results: JsonObject, variant: string): string | null {
  const section = sectionOf(results, 'distribution');
  const entries = Object.entries(section).filter(([key]) => key.startsWith(`${variant}/`));
  const methods = [...new Set(entries.flatMap(([, entry]) => Object.keys(objectOf(entry['methods']))))];
  if (methods.length === 0) return null;
  const rows = entries.map(([key, entry]) => {
    const isPassing = PASSING_KINDS.has(key.slice(variant.length + 1));
    const cell = (id: string): string => {
      const outside = numberOf(objectOf(objectOf(entry['methods'])[id])['outsidePercent']);
      return outside === null ? '' : shown(isPassing ? outside : 100 - outside, 0);
    };
    return [String(entry['title']), isPassing ? 'false alarms' : 'misses', ...methods.map(cell)];
  });
  const legend = `**${variant}** – the in-distribution test by the data alone (no header), in % of 200 spectra of each kind:`;
  return `${legend}\n\n${table(['spectra', 'rate of', ...methods], rows)}`;
}

const quantile = (sorted: readonly number[], part: number): number | null =>
  sorted[Math.round(part * (sorted.length - 1))] ?? null;

function coverageTable(results: JsonObject): string | null {
  const rows = Object.entries(sectionOf(results, 'coverage')).flatMap(([key, entry]) =>
    shownMethods(entry).map((id) => {
      const metabolites = metabolitesOf(entry, id);
      const covered = Object.keys(metabolites).flatMap((name) => cellOf(metabolites, name, 'coverage95') ?? []);
      const sorted = [...covered].sort((a, b) => a - b);
      const inside = covered.filter((c) => c >= 93 && c <= 97).length;
      const middle = [0, 0.5, 1].map((part) => shown(quantile(sorted, part), 1));
      return [key, id, ...middle, `${inside} of ${covered.length}`];
    }),
  );
  if (rows.length === 0) return null;
  const header = ['set', 'method', 'lowest', 'median', 'highest', 'within 93 to 97 %'];
  return `Coverage of the stated 95 % intervals over metabolites and sums, in % of 1000 held-out cases:\n\n${table(header, rows)}`;
}

function speedTable(results: JsonObject): string | null {
  const [entry] = Object.values(sectionOf(results, 'speed'));
  if (entry === undefined) return null;
  const rows = Object.entries(objectOf(entry['methods'])).map(([id, value]) => {
    const figures = objectOf(value);
    const cell = (name: string, decimals: number): string => shown(numberOf(figures[name]), decimals);
    return [id, cell('secondsFor10000', 1), cell('msPerSpectrum', 2), cell('medianSingleMs', 1), cell('spectra', 0)];
  });
  const published = [
    ...Object.entries(PUBLISHED_SPEED.msPerSpectrum).map(([label, ms]) => [
      `${label}, published`,
      '',
      String(ms),
      '',
      '',
    ]),
    ...Object.entries(PUBLISHED_SPEED.secondsFor10000).map(([label, s]) => [
      `${label}, published`,
      String(s),
      '',
      '',
      '',
    ]),
  ];
  const header = ['method', '10 000 spectra, s', 'ms a spectrum', 'one alone, ms (median)', 'measured on'];
  const where = `${String(entry['threads'])} threads, ${String(entry['processor'])}, load before ${String(entry['loadBefore'])}`;
  return `Speed with pre- and post-processing (${where}):\n\n${table(header, [...rows, ...published])}\n\nPublished: ${PUBLISHED_SPEED.source}.`;
}

function scatteringNote(): string {
  const figures = Object.entries(PUBLISHED_SCATTERING.meanSmape).map(([set, value]) => `${set} ${value}`);
  return `Wavelet scattering, published mean SMAPE in %: ${figures.join(', ')} (${PUBLISHED_SCATTERING.source}; 9.4 T, 15 metabolites).`;
}

function rizzoNote(): string {
  const groups = PUBLISHED_RIZZO.groups.map(
    ({ names, networks, fitting }) => `${names.join(', ')} ${networks} (model fitting ${fitting})`,
  );
  return `Networks, published a · R²: ${groups.join('; ')} (${PUBLISHED_RIZZO.source}; sLASER TE 35).`;
}

/** @returns the section's text, tables in a fixed order */
export function tablesOf(results: JsonObject): string {
  const accuracy = sectionOf(results, 'accuracy');
  const levelColumns = Array.isArray(results['levelColumns']) ? results['levelColumns'] : [];
  const blocks: (string | null)[] = [];
  for (const variant of VARIANT_IDS) {
    const levels = accuracy[`${variant}/${LEVELS.set}`];
    if (levels !== undefined) blocks.push(levelTable(`${variant}/${LEVELS.set}`, levels, levelColumns));
    for (const spec of TABLES) {
      const key = `${variant}/${spec.set}`;
      const entry = accuracy[key];
      if (entry !== undefined) blocks.push(accuracyTable(key, entry, spec), spec.note?.() ?? null);
    }
    blocks.push(distributionTable(results, variant));
  }
  blocks.push(coverageTable(results), speedTable(results));
  return blocks.filter((block) => block !== null).join('\n\n');
}

/** @returns the text with what stands between the marks of a name replaced @throws UsageError where the marks are missing */
export function withTables(text: string, name: string, tables: string): string {
  const mark = `<!-- bench ${name}: written by --write-tables -->`;
  const endMark = `<!-- bench ${name}: end -->`;
  const begin = text.indexOf(mark);
  const end = text.indexOf(endMark);
  if (begin < 0 || end < begin)
    throw new UsageError(`bench/README.md has no place for tables: "${mark}" … "${endMark}".`);
  return `${text.slice(0, begin + mark.length)}\n\n${tables}\n\n${text.slice(end)}`;
}

/** Writes the tables into the README, those of the simulated sets and those of the scans. @returns what was done */
export function writeTables(results: JsonObject, realResults: JsonObject, readmeFile: string): JsonObject {
  const text = readFileSync(readmeFile, 'utf8');
  const simulated = withTables(text, 'quantification', tablesOf(results));
  const whole = withTables(simulated, 'quantificationReal', realTablesOf(realResults));
  writeFileSync(readmeFile, whole);
  return { bench: 'quantification', written: 'bench/README.md', lines: whole.split('\n').length };
}
