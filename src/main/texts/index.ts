// The main process's own texts; the compiler sees to it that every language has all of them.
import type { z } from 'zod';
import type { languageSchema } from '../../ipc/frameContract.ts';
import { CS } from './cs.ts';
import { DE } from './de.ts';
import { EN, type MainTexts } from './en.ts';

export type { MainTexts };
export type Language = z.infer<typeof languageSchema>;

export const MAIN_TEXTS: Readonly<Record<Language, MainTexts>> = { en: EN, de: DE, cs: CS };

/** @param preferred what the system speaks, best first @returns the language until the page has told its own */
export function systemLanguage(preferred: readonly string[]): Language {
  const known = preferred
    .map((tag) => tag.toLowerCase().split('-')[0])
    .find((code) => code !== undefined && code in MAIN_TEXTS);
  return (known as Language | undefined) ?? 'en';
}
