// The texts of the window: every language says the same things with the same values, every key asked for exists, none is
// left over, and no component holds words of its own.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parse } from 'vue/compiler-sfc';
import { describe, expect, it } from 'vitest';

const RENDERER = join(import.meta.dirname, '../../src/renderer');
/** Folders that have no locales yet: their components are not checked. */
const NOT_YET: readonly string[] = readNotYet();

interface Texts {
  readonly [key: string]: string | Texts;
}

function readNotYet(): string[] {
  const folders = [...readdirSync(join(RENDERER, 'features')).map((name) => `features/${name}`), 'app', 'charts'];
  return folders.filter((folder) => localesOf(folder).length === 0);
}

function localesOf(folder: string): string[] {
  try {
    return readdirSync(join(RENDERER, folder, 'locales'));
  } catch {
    return [];
  }
}

const files = readdirSync(RENDERER, { recursive: true, encoding: 'utf8' }).map((path) => join(RENDERER, path));
const sources = files.filter((path) => /\.(vue|ts)$/.test(path));
const folders = [...new Set(files.filter((path) => path.endsWith('.json')).map((path) => join(path, '../..')))];

const textsOf = (folder: string, language: string): Texts =>
  JSON.parse(readFileSync(join(folder, 'locales', `${language}.json`), 'utf8')) as Texts;

function flat(texts: Texts, prefix: string): Map<string, string> {
  const all = new Map<string, string>();
  for (const [key, value] of Object.entries(texts)) {
    if (typeof value === 'string') all.set(`${prefix}.${key}`, value);
    else for (const [inner, text] of flat(value, `${prefix}.${key}`)) all.set(inner, text);
  }
  return all;
}

const nameOf = (folder: string): string => folder.split('/').at(-1) ?? '';
const placeholders = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? ''))].sort();

describe.each(folders.map((folder) => [relative(RENDERER, folder), folder]))('%s', (_name, folder) => {
  const english = flat(textsOf(folder, 'en'), nameOf(folder));

  it.each(['de', 'cs'])('says in %s what it says in English, with the same values', (language) => {
    const other = flat(textsOf(folder, language), nameOf(folder));
    expect([...other.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [key, text] of english) {
      expect(placeholders(other.get(key) ?? ''), key).toEqual(placeholders(text));
      expect(other.get(key)?.trim(), key).not.toBe('');
    }
  });
});

describe('the keys', () => {
  const known = new Set(folders.flatMap((folder) => [...flat(textsOf(folder, 'en'), nameOf(folder)).keys()]));
  const text = sources.map((path) => readFileSync(path, 'utf8')).join('\n');
  const asked = new Set([...text.matchAll(/[^\w.]t\(\s*'([\w.-]+)'/g)].map(([, key]) => key ?? ''));
  /** `feature.part.${…}`: any key below. */
  const begun = [...text.matchAll(/`((?:\w+\.)+)\$\{/g)].map(([, start]) => start ?? '');
  const named = new Set([...text.matchAll(/'((?:\w+\.)+[\w-]+)'/g)].map(([, key]) => key ?? ''));

  it('that are asked for exist', () => {
    expect([...asked].filter((key) => !known.has(key))).toEqual([]);
  });

  it('are all used', () => {
    const used = (key: string): boolean => asked.has(key) || named.has(key) || begun.some((b) => key.startsWith(b));
    expect([...known].filter((key) => !used(key))).toEqual([]);
  });
});

describe('no component holds words of its own', () => {
  const vue = sources.filter((path) => path.endsWith('.vue'));
  const done = vue.filter((path) => !NOT_YET.some((folder) => path.startsWith(join(RENDERER, folder, '/'))));

  it.each(done.map((path) => [relative(RENDERER, path), path]))('%s', (_name, path) => {
    const { descriptor } = parse(readFileSync(path, 'utf8'));
    expect(rawWords(descriptor.template?.ast)).toEqual([]);
  });
});

/** Attributes that a person reads or hears. */
const SPOKEN = ['title', 'aria-label', 'placeholder', 'alt', 'label', 'text', 'aria-description', 'aria-valuetext'];

/** Words written into a template: text between tags, and fixed attributes. Units and names of the field are none. */
function rawWords(node: unknown): string[] {
  const found: string[] = [];
  const visit = (item: unknown): void => {
    const { type, content, children, props, branches } = item as {
      type: number;
      content?: unknown;
      children?: unknown[];
      branches?: unknown[];
      props?: { type: number; name: string; value?: { content: string } }[];
    };
    if (type === 2 && typeof content === 'string' && isWord(content)) found.push(content.trim());
    for (const prop of props ?? []) {
      if (prop.type === 6 && SPOKEN.includes(prop.name) && isWord(prop.value?.content ?? '')) {
        found.push(`${prop.name}="${prop.value?.content}"`);
      }
    }
    [...(Array.isArray(children) ? children : []), ...(branches ?? [])].forEach(visit);
  };
  if (node !== undefined) visit(node);
  return found;
}

/** What is the same in every language: units, keys, and names that stand for themselves. */
const SAME_EVERYWHERE =
  /^(ppm|Hz|ms|mm|MHz|T|s|kHz|mM|SD|SNR|FWHM|CRLB|TE|TE1|TM|TR|NLLS|LCModel|PDF|HTML|CSV|JSON|DICOM|SVG|PNG|TSV|Lineshape|ONNX|mmol\/kg|°|deg|rad|R²|ICC|viridis|cividis|Electron|Enter|Esc|Del|Ctrl)$/;

function isWord(text: string): boolean {
  return text
    .split(/[\s,;:()–—/·+×=<>≤≥%→|.…-]+/)
    .some((part) => /\p{L}{2,}/u.test(part) && !SAME_EVERYWHERE.test(part));
}
