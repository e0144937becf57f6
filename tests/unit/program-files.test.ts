// The packaged program's files are compared with the header of a real archive: every changed, missing or added one is refused.
import * as plainFiles from 'node:fs/promises';
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPackageWithOptions } from '@electron/asar';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkProgram, requireSealed } from '../../src/node/files/programFiles.ts';

const LIBRARY = 'node_modules/onnxruntime-node/bin/library.so';
const INSIDE = { 'dist/main.js': 'main '.repeat(400_000), LICENSE: 'licence', 'empty.txt': '' };
const BESIDE = { 'dist/worker.js': 'worker', 'lib/binding.node': 'binding', [LIBRARY]: 'library' };

let folder = '';
let archive = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lineshape-program-'));
  const source = join(folder, 'source');
  for (const [file, text] of Object.entries({ ...INSIDE, ...BESIDE })) {
    await mkdir(join(source, file, '..'), { recursive: true });
    await writeFile(join(source, file), text);
  }
  archive = join(folder, 'app.asar');
  await createPackageWithOptions(source, archive, { unpack: '**/{worker.js,*.node,*.so}' });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const check = (platform: NodeJS.Platform = 'linux'): ReturnType<typeof checkProgram> =>
  checkProgram(archive, plainFiles, platform);
const beside = (file: string): string => join(`${archive}.unpacked`, file);
const refusal = (file: string): RegExp =>
  new RegExp(`^The file ${file} is not the one that came with this Lineshape: `);

async function flip(file: string, at: number): Promise<void> {
  const bytes = await readFile(file);
  bytes[at] = (bytes[at] as number) ^ 1;
  await writeFile(file, bytes);
}

describe('checkProgram', () => {
  it('lets a whole program be, and hands back the networks’ library for later', async () => {
    const later = await check();
    expect(Object.keys(later.sha256)).toEqual([LIBRARY]);
    await requireSealed(later, plainFiles);
    await flip(beside(LIBRARY), 3);
    await expect(check()).resolves.toEqual(later);
    await expect(requireSealed(later, plainFiles)).rejects.toThrow(refusal(LIBRARY));
  });

  it.each(Object.keys(BESIDE).filter((file) => file !== LIBRARY))('refuses a changed or missing %s', async (file) => {
    await flip(beside(file), 2);
    await expect(check()).rejects.toThrow(refusal(file));
    await rm(beside(file));
    await expect(check()).rejects.toThrow(/^The file \S+ is not the one .*: it is missing or can’t be read; /);
  });

  it('refuses a byte changed anywhere in the archive’s contents', async () => {
    const bytes = await readFile(archive);
    const first = bytes.indexOf('main main ');
    for (const at of [first, first + 1_500_000, bytes.length - 1]) {
      await flip(archive, at);
      await expect(check()).rejects.toThrow(/^The file (dist\/main\.js|LICENSE) is not the one that came with this/);
      await flip(archive, at);
    }
    await writeFile(archive, bytes.subarray(0, bytes.length - 1));
    await expect(check()).rejects.toThrow(/is not the one that came with this Lineshape/);
  });

  it('refuses a header that can’t be read', async () => {
    for (const change of [0, 12, 14, 16, 17]) {
      const whole = await readFile(archive);
      const changed = Buffer.from(whole);
      changed[change] = 0xff;
      await writeFile(archive, change === 0 ? changed.subarray(0, 10) : changed);
      await expect(check(), String(change)).rejects.toThrow(refusal('app\\.asar'));
      await writeFile(archive, whole);
    }
    await rm(archive);
    await expect(check()).rejects.toThrow(refusal('app\\.asar'));
  });

  it('refuses an added file, but not what the Finder leaves', async () => {
    await writeFile(beside('.DS_Store'), '');
    await check();
    await mkdir(beside('dist/node_modules'), { recursive: true });
    await writeFile(beside('dist/node_modules/x.js'), '');
    await expect(check()).rejects.toThrow(/^The file dist\/node_modules\/x\.js beside the program did not come with /);
  });

  it('leaves libraries to macOS, which signs them after the archive is made', async () => {
    await flip(beside('lib/binding.node'), 0);
    await expect(check('darwin')).resolves.toBeDefined();
    await expect(check('win32')).rejects.toThrow(refusal('lib/binding.node'));
  });
});
