// What the help page lists: keys by place and in the user's words, marks once each; units in the user's words.
import { afterEach, describe, expect, it } from 'vitest';
import { RANGE_UNITS } from '../../src/core/domain/referenceMatch.ts';
import { amountUnit } from '../../src/renderer/app/amountUnit.ts';
import { i18n } from '../../src/renderer/app/i18n/index.ts';
import { keyLists } from '../../src/renderer/app/keyLists.ts';
import { keyText } from '../../src/renderer/app/keyNames.ts';
import { markGroups } from '../../src/renderer/features/help/marks.ts';

const LANGUAGES = ['en', 'de', 'cs'] as const;

afterEach(() => void (i18n.global.locale.value = 'en'));

describe('keys', () => {
  it('are named as on the user’s keyboard', () => {
    expect(['Ctrl+K', 'Ctrl++', 'Ctrl+-', 'Ctrl+Shift+Z', '?', 'Alt+1'].map(keyText)).toEqual([
      'Ctrl+K',
      'Ctrl++',
      'Ctrl+-',
      'Ctrl+Shift+Z',
      '?',
      'Alt+1',
    ]);
    i18n.global.locale.value = 'de';
    expect(['Ctrl+Shift+Z', 'Del', 'PgUp', 'Home', 'Ctrl++'].map(keyText)).toEqual([
      'Strg+Umschalt+Z',
      'Entf',
      'Bild↑',
      'Pos1',
      'Strg++',
    ]);
    i18n.global.locale.value = 'cs';
    expect(keyText('Space')).toBe('Mezerník');
  });

  it('name gestures apart from the key that is held', () => {
    expect(keyText('Shift+Drag')).toBe('Shift + drag');
    i18n.global.locale.value = 'de';
    expect(keyText('Ctrl+Wheel')).toBe('Strg + Mausrad');
  });

  it.each(LANGUAGES)('stand once in each place, in %s', (language) => {
    i18n.global.locale.value = language;
    for (const { title, rows } of keyLists()) {
      const texts = rows.map(({ text }) => text);
      expect(new Set(texts).size, title).toBe(texts.length);
      for (const { keys, text } of rows) expect(new Set(keys).size, text).toBe(keys.length);
    }
    const titles = keyLists().map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
  });

  it.each(['worklist', 'maps', 'image'] as const)('do one thing each in the place “%s”', (place) => {
    const title = i18n.global.t(`app.shortcuts.${place}`);
    const keys = keyLists()
      .filter((list) => list.title === title)
      .flatMap(({ rows }) => rows.flatMap((row) => row.keys))
      .sort();
    expect(keys.length).toBeGreaterThan(5);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('marks', () => {
  it.each(LANGUAGES)('are each explained once in their group, in %s', (language) => {
    i18n.global.locale.value = language;
    for (const { title, rows } of markGroups()) {
      const symbols = rows.map(({ symbol }) => symbol);
      expect(new Set(symbols).size, title).toBe(symbols.length);
      expect(
        rows.every(({ symbol, text }) => symbol !== '' && !text.startsWith('help.')),
        title,
      ).toBe(true);
    }
  });

  it('hold those of a report: draft, signed, above and below the reference range', () => {
    const symbols = markGroups().flatMap(({ rows }) => rows.map(({ symbol }) => symbol));
    for (const symbol of ['✎', '✓', '▲', '▼']) expect(symbols).toContain(symbol);
  });
});

describe('the unit of an amount', () => {
  it('says what it is of in the user’s language, and leaves any other as it is', () => {
    expect(amountUnit('mmol/kg tissue water')).toBe('mmol/kg tissue water');
    i18n.global.locale.value = 'de';
    expect(amountUnit('mmol/kg tissue water')).toBe('mmol/kg Gewebewasser');
    expect(['mM', 'Hz', ''].map(amountUnit)).toEqual(['mM', 'Hz', '']);
  });

  it.each(Object.values(RANGE_UNITS).filter((unit) => unit !== ''))('has its words for “%s”', (unit) => {
    i18n.global.locale.value = 'cs';
    expect(amountUnit(unit)).not.toBe(unit);
  });
});
