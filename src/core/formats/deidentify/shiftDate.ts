// Dates moved by a number of days in the notation they have, so that intervals of one patient stay what they were.

const MS_PER_DAY = 86_400_000;

/** Year, month and day moved; null where they are no date. */
function shifted(year: number, month: number, day: number, days: number): [string, string, string] | null {
  const time = Date.UTC(year, month - 1, day);
  const date = new Date(time);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  const moved = new Date(time + days * MS_PER_DAY);
  const two = (n: number): string => String(n).padStart(2, '0');
  return [String(moved.getUTCFullYear()).padStart(4, '0'), two(moved.getUTCMonth() + 1), two(moved.getUTCDate())];
}

/** yyyymmdd, yyyy.mm.dd, yyyy-mm-dd or yyyy/mm/dd at the start of a text, whatever follows. */
const YEAR_FIRST = /^(\d{4})([-./]?)(\d{2})\2(\d{2})(?!\d{3})/;

/**
 * Moves a date or date and time by whole days.
 * @returns the text with its date moved, in the same length; null where it begins with no date
 */
export function shiftDate(text: string, days: number): string | null {
  const match = YEAR_FIRST.exec(text);
  const parts = match === null ? null : shifted(Number(match[1]), Number(match[3]), Number(match[4]), days);
  if (match === null || parts === null) return null;
  return parts.join(match[2]) + text.slice(match[0].length);
}
