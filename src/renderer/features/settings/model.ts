// What the app remembers for the user, with its defaults.

export type Theme = 'dark' | 'light' | 'system';
/** Scales of the window. [%] */
export const SCALES = [100, 110, 125, 150, 175, 200] as const;

export type ImageConvention = 'radiological' | 'neurological';

export function parseTheme(value: string | null): Theme {
  return value === 'light' || value === 'system' ? value : 'dark';
}

export function parseConvention(value: string | null): ImageConvention {
  return value === 'neurological' ? 'neurological' : 'radiological';
}

/** @param value as remembered @returns a scale there is; 100 % for anything else. [%] */
export function parseScale(value: string | null): number {
  return SCALES.find((percent) => String(percent) === value) ?? 100;
}

/** The next scale up or down; the last one stays. @param by 1 or −1 */
export function steppedScale(percent: number, by: 1 | -1): number {
  const at = SCALES.findIndex((scale) => scale === percent);
  return SCALES[Math.max(0, Math.min(SCALES.length - 1, at + by))] ?? 100;
}

/** The theme that is drawn. @param systemDark what the system prefers */
export function effectiveTheme(theme: Theme, systemDark: boolean): 'dark' | 'light' {
  if (theme === 'system') return systemDark ? 'dark' : 'light';
  return theme;
}

const LONGEST_S = 86_400;

/** A time limit as typed, in whole seconds; null where it is none. */
export function parseTimeLimit(text: string): number | null {
  const seconds = text.trim() === '' ? NaN : Number(text);
  return Number.isInteger(seconds) && seconds >= 1 && seconds <= LONGEST_S ? seconds : null;
}
