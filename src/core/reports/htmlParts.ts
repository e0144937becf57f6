// Small pieces of the report's HTML that its pages share.
import { escapeMarkup as esc } from './escape.ts';
import { formatTrimmed } from './tables.ts';
import type { ReportTexts } from './texts/index.ts';

/** What is unknown is said to be. */
export const missing = (texts: ReportTexts): string => `<span class="missing">${esc(texts.page.notStated)}</span>`;

/** @returns escaped text, or that there is none */
export const stated = (value: string | null, texts: ReportTexts): string =>
  value === null || value.trim() === '' ? missing(texts) : esc(value);

export const milliseconds = (s: number | null): string | null =>
  s === null ? null : `${formatTrimmed(s * 1e3, 4)} ms`;

/** ISO date and time to minutes, as it stands: no time zone is guessed. */
export function dateTime(iso: string | null): string | null {
  if (iso === null) return null;
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}))?/.exec(iso);
  if (match === null) return iso;
  return match[2] === undefined ? (match[1] as string) : `${match[1]} ${match[2]}${iso.endsWith('Z') ? ' UTC' : ''}`;
}
