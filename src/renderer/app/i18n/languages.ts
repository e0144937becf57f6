// The languages of the user interface; English is complete by definition, the others by test.

export const LANGUAGES = [
  { code: 'en', name: 'English' },
  { code: 'de', name: 'Deutsch' },
  { code: 'cs', name: 'Čeština' },
] as const;

export type Language = (typeof LANGUAGES)[number]['code'];
/** What the user may choose: a language, or what the system speaks. */
export type LanguageChoice = Language | 'system';

/** @param value as remembered; anything unknown is the system's */
export function parseLanguageChoice(value: string | null): LanguageChoice {
  return LANGUAGES.find(({ code }) => code === value)?.code ?? 'system';
}

/** @param preferred BCP 47 tags, best first @returns the first that is spoken here, else English */
export function languageOf(choice: LanguageChoice, preferred: readonly string[]): Language {
  if (choice !== 'system') return choice;
  const spoken = preferred.map((tag) => LANGUAGES.find(({ code }) => tag.toLowerCase().split('-')[0] === code)?.code);
  return spoken.find((code) => code !== undefined) ?? 'en';
}
