// The report's page on the correction of frequency and phase, from what the analysis has on record: offsets of every
// transient, scores before and after, and why a method was taken.
import type { JsonObject, JsonValue } from '../domain/json.ts';
import { escapeMarkup as esc } from './escape.ts';
import type { ReportModel } from './reportModel.ts';
import { formatFixed } from './tables.ts';
import type { ReportTexts } from './texts/index.ts';
import { reportTexts } from './texts/index.ts';

type Words = ReportTexts['correction'];

/** The standard's names of the two steps that are read. */
const CORRECTION = 'Frequency and phase correction';
const REJECTION = 'Outlier removal';

const SIZE = { width: 700, height: 118 } as const;
const MARGIN = { left: 46, right: 10, top: 16, bottom: 22 } as const;
const FONT = 'font-family="Inter, Segoe UI, Helvetica Neue, Helvetica, Arial, sans-serif" font-size="10"';

interface RecordedGroup {
  readonly method: string | null;
  readonly shiftHz: readonly number[];
  readonly phaseDeg: readonly number[];
  readonly reason: string | null;
  readonly before: JsonObject | null;
  readonly after: JsonObject | null;
}

const objectOf = (value: JsonValue | undefined): JsonObject | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
const numbersOf = (value: JsonValue | undefined): number[] =>
  Array.isArray(value) && value.every((v) => typeof v === 'number') ? value : [];
const textOf = (value: JsonValue | undefined): string | null => (typeof value === 'string' ? value : null);

function groupOf(value: JsonValue): RecordedGroup | null {
  const group = objectOf(value);
  if (group === null) return null;
  const [shiftHz, phaseDeg] = [numbersOf(group['shiftHz']), numbersOf(group['phaseDeg'])];
  if (shiftHz.length < 2 || phaseDeg.length !== shiftHz.length) return null;
  const choice = objectOf(group['choice']);
  const method = textOf(group['method']);
  const candidates = Array.isArray(choice?.['candidates']) ? choice['candidates'] : [];
  const chosen = candidates.map(objectOf).find((c) => c !== null && c['method'] === method);
  const before = objectOf((choice ?? group)['uncorrected']);
  const after = objectOf(group['scores']) ?? objectOf(chosen?.['scores']) ?? (method === null ? before : null);
  return { method, shiftHz, phaseDeg, reason: textOf(choice?.['reason']), before, after };
}

/** Of a single voxel: one group, of an edited scan one a condition. */
function recordedGroups({ provenance, scan }: ReportModel): RecordedGroup[] {
  if (scan.grid.some((voxels) => voxels > 1)) return [];
  const entry = provenance.findLast((p) => p.method === CORRECTION && 'groups' in p.details);
  const groups = entry?.details['groups'];
  return Array.isArray(groups) ? groups.map(groupOf).filter((g) => g !== null) : [];
}

function rejectedTransients({ provenance }: ReportModel): ReadonlySet<number> {
  return new Set(numbersOf(provenance.findLast((p) => p.method === REJECTION)?.details['rejected']));
}

/** Whether the analysis has a correction on record that a page can be made of. */
export function hasCorrection(model: ReportModel): boolean {
  return recordedGroups(model).length > 0;
}

/** One quantity over the transients; rejected ones are crosses, at the border where they lie beyond the others. */
function driftSvg(name: string, values: readonly number[], rejected: ReadonlySet<number>, words: Words): string {
  const kept = values.filter((_, k) => !rejected.has(k));
  const [low, high] = [Math.min(0, ...kept), Math.max(0, ...kept)];
  const margin = 0.08 * (high - low) || 1;
  const right = SIZE.width - MARGIN.right;
  const bottom = SIZE.height - MARGIN.bottom;
  const x = (k: number): string => (MARGIN.left + ((k + 0.5) / values.length) * (right - MARGIN.left)).toFixed(1);
  const y = (v: number): string => {
    const part = (high + margin - v) / (high - low + 2 * margin);
    return (MARGIN.top + Math.min(1, Math.max(0, part)) * (bottom - MARGIN.top)).toFixed(1);
  };
  const at = values.map((_, k) => k);
  const line = at
    .filter((k) => !rejected.has(k))
    .map((k) => `${x(k)},${y(values[k] as number)}`)
    .join(' ');
  const crosses = at
    .filter((k) => rejected.has(k))
    .map((k) => `<text x="${x(k)}" y="${y(values[k] as number)}" dy="3.5" text-anchor="middle">×</text>`)
    .join('');
  const label = (value: number): string =>
    `<text x="${MARGIN.left - 5}" y="${y(value)}" dy="3.5" text-anchor="end" fill="#5B6675">${formatFixed(value, 1)}</text>`;
  const end = (k: number): string =>
    `<text x="${x(k)}" y="${bottom + 13}" text-anchor="middle" fill="#5B6675">${k + 1}</text>`;
  return (
    `<svg viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" ${FONT} aria-label="${esc(words.ofEvery(name))}">` +
    `<rect x="${MARGIN.left}" y="${MARGIN.top}" width="${right - MARGIN.left}" height="${bottom - MARGIN.top}" fill="none" stroke="#D9DEE5"/>` +
    `<line x1="${MARGIN.left}" x2="${right}" y1="${y(0)}" y2="${y(0)}" stroke="#AEB6C1" stroke-dasharray="4 3"/>` +
    `<text x="${MARGIN.left}" y="11" fill="#1B2129">${esc(name)}</text>${label(low)}${label(high)}${end(0)}${end(values.length - 1)}` +
    `<text x="${(MARGIN.left + right) / 2}" y="${bottom + 15}" text-anchor="middle" fill="#5B6675">${esc(words.transient)}</text>` +
    `<polyline points="${line}" fill="none" stroke="#1B2129" stroke-width="1"/>${crosses}</svg>`
  );
}

const SCORES: readonly { readonly key: keyof Words['scores']; readonly digits: number }[] = [
  { key: 'similarityIndex', digits: 3 },
  { key: 'metaboliteSimilarity', digits: 3 },
  { key: 'creatineWidthHz', digits: 2 },
  { key: 'snr', digits: 1 },
  { key: 'driftHz', digits: 2 },
  { key: 'driftDeg', digits: 1 },
];

function scoresTable({ before, after }: RecordedGroup, words: Words): string {
  if (before === null || after === null) return '';
  const figure = (scores: JsonObject, key: string, digits: number): string => {
    const value = scores[key];
    return `<td>${formatFixed(typeof value === 'number' ? value : null, digits)}</td>`;
  };
  const rows = SCORES.map(
    ({ key, digits }) =>
      `<tr><td>${esc(words.scores[key])}</td>${figure(before, key, digits)}${figure(after, key, digits)}</tr>`,
  );
  return `<table class="quantities"><thead><tr><th></th><th>${esc(words.before)}</th><th>${esc(words.after)}</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function groupSection(group: RecordedGroup, title: string, rejected: ReadonlySet<number>, texts: Words): string {
  const method = group.method === null ? '' : `${texts.method(group.method)} `;
  const out = [...rejected].map((k) => k + 1).join(', ');
  const words = `${method}${group.reason ?? ''} ${out === '' ? texts.noneRejected : texts.rejected(out)}`;
  return (
    `<section class="correction"><h2>${esc(title)}</h2><p class="verdict">${esc(words.trim())}</p>` +
    `${scoresTable(group, texts)}${driftSvg(texts.frequency, group.shiftHz, rejected, texts)}` +
    `${driftSvg(texts.phase, group.phaseDeg, rejected, texts)}</section>`
  );
}

/** The page's sections; empty where nothing is on record. */
export function correctionSections(model: ReportModel): string {
  const words = reportTexts(model.language).correction;
  const groups = recordedGroups(model);
  const rejected = rejectedTransients(model);
  return groups
    .map((group, i) => {
      const count = words.count(group.shiftHz.length);
      const title = groups.length > 1 ? words.condition(i + 1, groups.length, count) : count;
      return groupSection(group, title, rejected, words);
    })
    .join('\n');
}
