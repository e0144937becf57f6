// Dates as they are typed into the filters: a day, or a whole month or year of which one side counts.

export type DateSide = 'from' | 'to';

const two = (n: number): string => String(n).padStart(2, '0');

/** The last day of a month. */
const daysOf = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

function dayOf(year: number, month: number, day: number): string | undefined {
  const isDay = month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month);
  return isDay ? `${year}-${two(month)}-${two(day)}` : undefined;
}

/**
 * @param text "2026-03-31", "31.3.2026", "2026-03", "2026"
 * @param side of a month or year: its first or its last day
 * @returns YYYY-MM-DD; null where nothing is typed; undefined for what is no date
 */
export function typedDate(text: string, side: DateSide): string | null | undefined {
  const typed = text.trim();
  if (typed === '') return null;
  const turned = /^(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4})$/.exec(typed);
  if (turned !== null) return dayOf(Number(turned[3]), Number(turned[2]), Number(turned[1]));
  const found = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/.exec(typed);
  if (found === null) return undefined;
  const year = Number(found[1]);
  const month = Number(found[2] ?? (side === 'from' ? 1 : 12));
  return dayOf(year, month, Number(found[3] ?? (side === 'from' ? 1 : daysOf(year, month))));
}
