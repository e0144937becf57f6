// Zip archives: what is unpacked, what is refused before a byte is inflated, and packing that always gives the same bytes.
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/domain/errors.ts';
import { expandZips } from '../../src/core/formats/expandZips.ts';
import { isZip, packZip, readZip, ZIP_LIMITS } from '../../src/core/formats/zipArchive.ts';
import { fuzzReader } from './formatsFuzz.ts';

function refusal(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return error as AppError;
  }
  throw new Error('expected a refusal');
}

const text = (s: string): Uint8Array => strToU8(s);
const ZIP = zipSync({ 'a.txt': text('alpha'), 'sub/b.txt': text('beta '.repeat(500)) });

/** Offset of the directory entry of a file. */
function directoryAt(zip: Uint8Array, name: string): number {
  const latin = Array.from(zip, (b) => String.fromCharCode(b)).join('');
  return latin.lastIndexOf(name) - 46;
}

describe('reading a zip', () => {
  it('gives the files with their paths, packed or stored', () => {
    expect(isZip(ZIP)).toBe(true);
    expect(isZip(text('PK, but no archive at all, only text'))).toBe(false);
    const files = readZip(ZIP, 'z.zip');
    expect(files.map((f) => [f.name, f.path, f.bytes.length])).toEqual([
      ['a.txt', 'a.txt', 5],
      ['b.txt', 'sub/b.txt', 2500],
    ]);
    expect(new TextDecoder().decode(files[1]?.bytes)).toBe('beta '.repeat(500));
    expect(readZip(zipSync({}), 'empty.zip')).toEqual([]);
  });

  it('leaves out hidden files, folders and links', () => {
    const zip = zipSync({
      'x/': new Uint8Array(0),
      '__MACOSX/a': text('1'),
      'x/.DS_Store': text('1'),
      'x/link': [text('/etc/passwd'), { os: 3, attrs: 0o120777 << 16 }],
      'x/kept': text('1'),
    });
    expect(readZip(zip, 'z.zip').map((f) => f.path)).toEqual(['x/kept']);
  });

  it('takes an office document for none', () => {
    expect(isZip(zipSync({ '[Content_Types].xml': text('<x/>'), 'word/a.xml': text('<x/>') }))).toBe(false);
  });

  it.each(['../out.txt', '/etc/x.txt', 'a/../../x.txt', 'C:/x.txt', '..\\out.txt'])('refuses the path %s', (path) => {
    const error = refusal(() => readZip(zipSync({ [path]: text('1') }), 'z.zip'));
    expect(error.message).toBe('z.zip holds a path that leads out of the archive; it is not unpacked.');
  });

  it('refuses more files than the limit, before unpacking any', () => {
    const zip = zipSync({ a: text('1'), b: text('2'), c: text('3') });
    expect(refusal(() => readZip(zip, 'z.zip', { ...ZIP_LIMITS, maxEntries: 2 })).message).toMatch(/more than 2 files/);
    expect(ZIP_LIMITS).toMatchObject({ maxEntries: 20_000, maxBytes: 2 ** 31, maxRatio: 200 });
  });

  it('refuses a bomb by its directory, and one whose directory lies while it is inflated', () => {
    const bomb = zipSync({ bomb: new Uint8Array(40 * 2 ** 20) }, { level: 9 });
    expect(bomb.length).toBeLessThan(100_000);
    expect(refusal(() => readZip(bomb, 'z.zip')).message).toMatch(/would unpack to 40 MB/);
    const lying = bomb.slice();
    new DataView(lying.buffer).setUint32(directoryAt(lying, 'bomb') + 24, 1000, true);
    expect(refusal(() => readZip(lying, 'z.zip')).message).toMatch(/damaged zip archive/);
    expect(refusal(() => readZip(ZIP, 'z.zip', { ...ZIP_LIMITS, maxBytes: 2000 })).code).toBe('UNSUPPORTED');
  });

  it('refuses entries that share their data', () => {
    const zip = zipSync({ a: new Uint8Array(1000).map((_, i) => i * 7), b: text('1') }, { level: 0 });
    const view = new DataView(zip.buffer);
    const [first, second] = [directoryAt(zip, 'a'), directoryAt(zip, 'b')];
    for (const offset of [16, 20, 24, 42]) view.setUint32(second + offset, view.getUint32(first + offset, true), true);
    expect(refusal(() => readZip(zip, 'z.zip')).code).toBe('FORMAT_INVALID');
  });

  it('refuses encrypted and strangely packed files in words', () => {
    const encrypted = ZIP.slice();
    const at = directoryAt(encrypted, 'a.txt');
    new DataView(encrypted.buffer).setUint16(at + 8, 1, true);
    expect(refusal(() => readZip(encrypted, 'z.zip')).message).toMatch(/is encrypted/);
    const strange = ZIP.slice();
    new DataView(strange.buffer).setUint16(at + 10, 14, true);
    expect(refusal(() => readZip(strange, 'z.zip')).message).toMatch(/a method \(14\)/);
  });

  it('refuses damage: a cut archive, a wrong checksum', () => {
    expect(refusal(() => readZip(ZIP.subarray(0, ZIP.length - 30), 'z.zip')).code).toBe('FORMAT_INVALID');
    const damaged = ZIP.slice();
    const at = 30 + 'a.txt'.length;
    damaged[at] = (damaged[at] as number) ^ 1;
    expect(refusal(() => readZip(damaged, 'z.zip')).code).toBe('FORMAT_INVALID');
  });

  it('answers any bytes with files or a refusal (2000 seeded mutations)', () => {
    const { reads, refusals } = fuzzReader({
      files: [ZIP],
      sniff: isZip,
      read: ([bytes]) => {
        for (const { path } of readZip(bytes as Uint8Array, 'z.zip')) expect(path.split('/')).not.toContain('..');
        return null;
      },
    });
    expect(reads + refusals).toBe(2000);
  });
});

describe('zips among files', () => {
  it('are unpacked with zips one level within, and the limit holds for all together', () => {
    const deep = zipSync({ 'deepest.txt': text('d') });
    const inner = zipSync({ 'inner.txt': text('i'), 'deep.zip': deep });
    const outer = { name: 'o.zip', path: 'drop/o.zip', bytes: zipSync({ 'in.zip': inner, 'top.txt': text('t') }) };
    const { files, failures } = expandZips([outer, { name: 'x.txt', bytes: text('x') }]);
    expect(failures).toEqual([]);
    expect(files.map((f) => f.path ?? f.name)).toEqual([
      'drop/o/in/inner.txt',
      'drop/o/in/deep.zip',
      'drop/o/top.txt',
      'x.txt',
    ]);
    const limits = { ...ZIP_LIMITS, maxBytes: inner.length + 1 };
    expect(expandZips([outer], () => undefined, limits).failures.map((f) => f.fileName)).toEqual(['in.zip']);
  });

  it('that are damaged keep no other out', () => {
    const broken = { name: 'b.zip', bytes: ZIP.subarray(0, 60) };
    const { files, failures } = expandZips([broken, { name: 'a.zip', bytes: ZIP }]);
    expect(files.map((f) => f.name)).toEqual(['a.txt', 'b.txt']);
    expect(failures.map((f) => [f.fileName, f.error.code])).toEqual([['b.zip', 'FORMAT_INVALID']]);
  });
});

describe('packing', () => {
  const files = [
    { name: 'b', path: 'drop/5/b', bytes: text('bb') },
    { name: 'a', path: 'drop/5/pdata/1/a', bytes: text('aa') },
  ];

  it('gives the same bytes whatever the order and the place, and comes back whole without a copy', () => {
    const zip = packZip(files);
    const elsewhere = files.map((f) => ({ ...f, path: f.path.replace('drop', 'other/place') })).reverse();
    expect(packZip(elsewhere)).toEqual(zip);
    const back = readZip(zip, 'z.zip');
    expect(back.map((f) => [f.path, new TextDecoder().decode(f.bytes)])).toEqual([
      ['b', 'bb'],
      ['pdata/1/a', 'aa'],
    ]);
    expect(back[0]?.bytes.buffer).toBe(zip.buffer);
  });

  it('loses no file where two have one path', () => {
    const twice = [
      { name: 'a.dcm', bytes: text('1') },
      { name: 'a.dcm', bytes: text('2') },
    ];
    expect(readZip(packZip(twice), 'z.zip').map((f) => f.path)).toEqual(['a (2).dcm', 'a.dcm']);
  });
});
