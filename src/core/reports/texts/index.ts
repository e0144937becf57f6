// The languages of the report. Names of steps, factors and methods, and warnings, stay as the program keeps them: English.
import { CS } from './cs.ts';
import { DE } from './de.ts';
import type { ReportTexts } from './en.ts';
import { EN } from './en.ts';

export type { ReportTexts } from './en.ts';

const TEXTS = { en: EN, de: DE, cs: CS } as const satisfies Record<string, ReportTexts>;

export type ReportLanguage = keyof typeof TEXTS;
export const REPORT_LANGUAGES = Object.keys(TEXTS) as readonly ReportLanguage[];

export const isReportLanguage = (value: string): value is ReportLanguage => Object.hasOwn(TEXTS, value);

/** @returns every word of the report in a language */
export function reportTexts(language: ReportLanguage): ReportTexts {
  return TEXTS[language];
}
