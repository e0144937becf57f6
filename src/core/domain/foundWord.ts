// Words of a file, repeated in messages. A damaged file may hold anything where a word of its format belongs, a patient's name
// or a page of bytes too, so only what looks like such a word is repeated.

/** Letters, digits and the signs that formats use in their words, of no more than a line. */
const WORD = /^[\w .,:;/\\+*()[\]<>=%-]{1,60}$/;

/** @returns the word as it is, or words that say that it is none */
export function foundWord(text: string): string {
  return WORD.test(text) ? text : 'something unreadable';
}
