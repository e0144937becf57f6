// Which language the window speaks.
import { describe, expect, it } from 'vitest';
import { languageOf, parseLanguageChoice } from '../../src/renderer/app/i18n/languages.ts';

describe('the language', () => {
  it('is the one chosen', () => {
    expect(languageOf('cs', ['de-AT'])).toBe('cs');
  });

  it("is the system's first that is spoken here, else English", () => {
    expect(languageOf('system', ['fr-FR', 'de-AT', 'en'])).toBe('de');
    expect(languageOf('system', ['fr-FR'])).toBe('en');
    expect(languageOf('system', [])).toBe('en');
  });

  it('is the system’s where what is remembered is unknown', () => {
    expect(parseLanguageChoice(null)).toBe('system');
    expect(parseLanguageChoice('xx')).toBe('system');
    expect(parseLanguageChoice('de')).toBe('de');
  });
});
