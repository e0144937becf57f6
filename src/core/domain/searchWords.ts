// Words as a search compares them.

/** Lower case without diacritics. */
export function plainText(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** The words of a search, each of which must be found. */
export const searchWords = (text: string): string[] => plainText(text).split(/\s+/).filter(Boolean);
