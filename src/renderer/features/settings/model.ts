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
