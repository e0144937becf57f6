// Titles of recipes: those shipped in the language of the window, a user's own as they were written.
import { i18n, t } from './i18n/index.ts';

/** @param recipe a shipped one keeps its words only under its own title: a changed copy may bear its id */
export function recipeTitle({ id, title }: { readonly id: string; readonly title: string }): string {
  const key = `app.recipes.${id}`;
  const isShipped = i18n.global.te(key, 'en') && i18n.global.t(key, {}, { locale: 'en' }) === title;
  return isShipped ? t(key) : title;
}
