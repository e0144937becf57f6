// What files are packed in: zips with links, zips within zips, bombs, gzip streams; never followed, never unpacked without end.
import { gzipSync, strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { AppError, ReaderError } from '../../src/core/domain/errors.ts';
import { expandZips } from '../../src/core/formats/expandZips.ts';
import { crc32, gunzip, gunzipStart, isGzip } from '../../src/core/formats/gzip.ts';
import { storedZip } from '../../src/core/formats/storedZip.ts';
import { packZip, readZip } from '../../src/core/formats/zipArchive.ts';
import { fuzzReader } from './formatsFuzz.ts';

/** The longest that one archive may take. [ms] */
const LIMIT_MS = 2000;

const LINK = { os: 3, attrs: 0o120777 << 16 } as const;
const INNER = zipSync({ 'scan.txt': strToU8('1 2\n3 4\n'.repeat(40)), 'sub/a.txt': strToU8('a') });
const NESTED = zipSync({ 'inner.zip': INNER, 'b.txt': strToU8('b'), 'c/link': [strToU8('../../etc/passwd'), LINK] });

/** Runs an action. @returns its error, which must be one for the user, or null; within the time limit */
function refusalOf(run: () => unknown): AppError | null {
  // Processor time: other tests share the machine.
  const began = process.cpuUsage();
  try {
    run();
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return error as AppError;
  } finally {
    const { user, system } = process.cpuUsage(began);
    expect((user + system) / 1000).toBeLessThan(LIMIT_MS);
  }
}

describe('damaged containers (2000 seeded mutations each)', () => {
  it('zips within zips: files that were packed, or a failure in words', () => {
    let failed = 0;
    const { reads } = fuzzReader({
      files: [NESTED],
      read: ([bytes]) => {
        const { files, failures } = expandZips([{ name: 'o.zip', bytes: bytes as Uint8Array }]);
        for (const { path } of files) expect(path?.split('/') ?? []).not.toContain('..');
        for (const { error } of failures) expect(error).toBeInstanceOf(AppError);
        failed += failures.length > 0 ? 1 : 0;
        return null;
      },
    });
    expect(reads).toBe(2000);
    expect(failed).toBeGreaterThan(500);
  });

  it('stored zips, as this program packs them', () => {
    const zip = packZip([
      { name: 'a.dcm', bytes: strToU8('alpha'.repeat(20)) },
      { name: 'b.dcm', bytes: strToU8('beta'.repeat(20)) },
    ]);
    const { reads, refusals } = fuzzReader({
      files: [zip],
      read: ([bytes]) => {
        readZip(bytes as Uint8Array, 'z.zip');
        return null;
      },
    });
    expect(refusals).toBeGreaterThan(500);
    expect(reads).toBeGreaterThan(50);
  });

  it('gzip, of one member and of two', () => {
    const once = gzipSync(strToU8('12345678'.repeat(100)));
    for (const file of [once, new Uint8Array([...once, ...once])]) {
      const { reads, refusals } = fuzzReader({
        files: [file],
        sniff: (bytes) => [isGzip(bytes), gunzipStart(bytes, 500)],
        read: ([bytes]) => {
          gunzip(bytes as Uint8Array, 'a.gz');
          return null;
        },
      });
      expect(reads + refusals).toBe(2000);
      expect(refusals).toBeGreaterThan(1000);
    }
  });
});

describe('symbolic links in zips', () => {
  it.each(['/etc/passwd', '../../secret', 'scan.txt', ''])('to "%s" are left out, not followed', (target) => {
    const zip = zipSync({ link: [strToU8(target), LINK], 'scan.txt': strToU8('scan') });
    const { files, failures } = expandZips([{ name: 'z.zip', bytes: zip }]);
    expect(failures).toEqual([]);
    expect(files.map((f) => f.name)).toEqual(['scan.txt']);
  });

  it('to a folder, with files below it, give those files as the archive holds them', () => {
    const zip = zipSync({ sub: [strToU8('/etc'), LINK], 'sub/passwd': strToU8('from the archive') });
    expect(readZip(zip, 'z.zip').map((f) => [f.path, new TextDecoder().decode(f.bytes)])).toEqual([
      ['sub/passwd', 'from the archive'],
    ]);
  });

  it('in a zip within a zip too', () => {
    const inner = zipSync({ 'x/link': [strToU8('/etc/passwd'), LINK], 'x/kept': strToU8('1') });
    const { files } = expandZips([{ name: 'o.zip', bytes: zipSync({ 'in.zip': inner }) }]);
    expect(files.map((f) => f.name)).toEqual(['kept']);
  });
});

describe('bombs', () => {
  const zeros = new Uint8Array(110 * 2 ** 20);
  const gzipped = gzipSync(zeros, { level: 9 });

  it('in gzip are refused before they are unpacked whole', () => {
    const bomb = gzipped;
    expect(bomb.length).toBeLessThan(300_000);
    const error = refusalOf(() => gunzip(bomb, 'bomb.nii.gz'));
    expect(error).toBeInstanceOf(ReaderError);
    expect(error?.message).toBe(
      'bomb.nii.gz unpacks to over 200 times its size, as no measured data do; it is not opened.',
    );
    expect(refusalOf(() => gunzipStart(bomb, 1000))).toBeNull();
  });

  it('in gzip whose trailer lies are told by their content', () => {
    const bomb = gzipped.slice();
    new DataView(bomb.buffer).setUint32(bomb.length - 4, 1000, true);
    expect(refusalOf(() => gunzip(bomb, 'a.gz'))?.message).toMatch(/over 200 times its size/);
    // A claim of 4 GB costs no memory.
    const claim = gzipSync(strToU8('x'.repeat(100)));
    new DataView(claim.buffer).setUint32(claim.length - 4, 2 ** 32 - 1, true);
    expect(refusalOf(() => gunzip(claim, 'a.gz'))?.code).toBe('FORMAT_INVALID');
  });

  it('within a zip within a zip are refused, and the other files kept', () => {
    const bomb = zipSync({ bomb: zeros }, { level: 9 });
    const outer = zipSync({ 'bomb.zip': bomb, 'scan.txt': strToU8('1') });
    const began = performance.now();
    const { files, failures } = expandZips([{ name: 'o.zip', bytes: outer }]);
    expect(performance.now() - began).toBeLessThan(LIMIT_MS);
    expect(files.map((f) => f.name)).toEqual(['scan.txt']);
    expect(failures.map((f) => f.fileName)).toEqual(['bomb.zip']);
  });

  it('of a zip in a zip in a zip, over and over, are unpacked two levels deep', () => {
    let zip = zipSync({ 'end.txt': strToU8('end') });
    for (let i = 0; i < 40; i++) zip = zipSync({ 'a.zip': zip, 'b.zip': zip.slice() }, { level: 0 }).slice(0, 2 ** 20);
    expect(refusalOf(() => expandZips([{ name: 'o.zip', bytes: zip }]))).toBeNull();
  });

  it('of a zip that claims more files than it holds are refused', () => {
    const zip = zipSync({ a: strToU8('1') });
    const view = new DataView(zip.buffer);
    view.setUint16(zip.length - 12, 65_535, true);
    view.setUint16(zip.length - 14, 65_535, true);
    expect(refusalOf(() => readZip(zip, 'z.zip'))?.code).toBe('UNSUPPORTED');
  });
});

describe('packing', () => {
  it('gives the bytes that another packer gives', () => {
    const files = { 'a.dcm': strToU8('alpha'), 'sub/ü.dcm': strToU8('beta '.repeat(1000)), empty: new Uint8Array(0) };
    const theirs = zipSync(files, { level: 0, mtime: new Date(1980, 0, 1) });
    expect(storedZip(Object.entries(files))).toEqual(theirs);
    expect(storedZip([])).toEqual(zipSync({}, { level: 0 }));
  });

  it('has the checksum of the standard', () => {
    // The check value of CRC-32/ISO-HDLC, and lengths around the eight bytes of one step.
    expect(crc32(strToU8('123456789'))).toBe(0xcbf43926);
    expect([0, 1, 7, 8, 15, 16].map((n) => crc32(new Uint8Array(n)))).toEqual([
      0, 0xd202ef8d, 0x9d6cdf7e, 0x6522df69, 0xd7d303e7, 0xecbb4b55,
    ]);
  });
});
