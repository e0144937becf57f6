// All texts, gathered from the folders they belong to: "worklist.title" is `title` in features/worklist/locales.
import type { Language } from './languages.ts';

/** Nested objects of sentences. */
export interface Texts {
  readonly [key: string]: string | Texts;
}

const files = {
  ...import.meta.glob<Texts>('../../features/*/locales/*.json', { eager: true, import: 'default' }),
  ...import.meta.glob<Texts>('../../{app,charts}/locales/*.json', { eager: true, import: 'default' }),
};

/** @returns the texts of every language by folder */
export function gatherMessages(): Record<Language, Record<string, Texts>> {
  const messages: Record<Language, Record<string, Texts>> = { en: {}, de: {}, cs: {} };
  for (const [path, texts] of Object.entries(files)) {
    const [, folder, language] = /([^/]+)\/locales\/([^/]+)\.json$/.exec(path) ?? [];
    if (folder === undefined || language === undefined) continue;
    // Paths are relative to this file, which lies within `app`.
    messages[language as Language][folder === '..' ? 'app' : folder] = texts;
  }
  return messages;
}
