// What the window says, in the user's language. `t` follows a change of language in templates and computed values.
import { createI18n } from 'vue-i18n';
import type { Language } from './languages.ts';
import { gatherMessages } from './messages.ts';

export * from './languages.ts';

/** To fill "{count} studies" and the like. */
export type TextValues = Readonly<Record<string, string | number>>;

/** Czech counts 1, 2–4, and 5 or more (0 too); its texts with "|" have these three forms. */
function czechForm(count: number, forms: number): number {
  if (forms < 3) return count === 1 ? 0 : 1;
  if (count === 1) return 0;
  return count >= 2 && count <= 4 ? 1 : 2;
}

export const i18n = createI18n({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages: gatherMessages(),
  pluralRules: { cs: czechForm },
});

/**
 * @param key folder and place, such as `worklist.columns.patient`
 * @param values for the names in braces; `count` chooses between forms parted by "|"
 */
export function t(key: string, values: TextValues = {}): string {
  const { count } = values;
  return typeof count === 'number' ? i18n.global.t(key, { ...values }, count) : i18n.global.t(key, { ...values });
}

/** Switches the language of the whole window. */
export function setLanguage(language: Language): void {
  i18n.global.locale.value = language;
  document.documentElement.lang = language;
}
