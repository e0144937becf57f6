// What the app remembers for the user, with its defaults.

export type Theme = 'dark' | 'light' | 'system';
export type ImageConvention = 'radiological' | 'neurological';

export function parseTheme(value: string | null): Theme {
  return value === 'light' || value === 'system' ? value : 'dark';
}

export function parseConvention(value: string | null): ImageConvention {
  return value === 'neurological' ? 'neurological' : 'radiological';
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
