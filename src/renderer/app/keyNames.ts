// Keys and gestures as the user's keyboard and language name them: "Ctrl+K" is "Strg+K" in German.
import { t } from './i18n/index.ts';

/** What has a name of its own in some language; letters, digits, arrows and signs have none. */
const NAMED = ['Ctrl', 'Shift', 'Space', 'Home', 'End', 'PgUp', 'PgDn', 'Del', 'Menu'];
const GESTURES = ['Click', 'DoubleClick', 'Drag', 'RightDrag', 'MiddleDrag', 'Wheel'];

/** @param keys as commands and lists write them, e.g. "Ctrl+K", "Shift+Drag", "Ctrl++" */
export function keyText(keys: string): string {
  const parts = keys.split(/\+(?=.)/);
  const texts = parts.map((part) => ([...NAMED, ...GESTURES].includes(part) ? t(`app.keys.${part}`) : part));
  return texts.join(parts.some((part) => GESTURES.includes(part)) ? ' + ' : '+');
}
