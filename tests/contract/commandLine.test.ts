// What the app is asked for at its start: files and the demo study, between switches of Electron and Chromium.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isEmptyOpening, parseArguments, parseHandover } from '../../src/main/commandLine.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lineshape-arguments-'));
  await writeFile(join(folder, 'scan.nii.gz'), '');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('parseArguments', () => {
  it('takes files that exist as absolute paths, and leaves out switches and the app itself', () => {
    const argv = ['/opt/electron', '--no-sandbox', folder, '--inspect=0', 'scan.nii.gz', 'gone.nii'];
    expect(parseArguments(argv, folder, folder)).toEqual({ demo: false, files: [join(folder, 'scan.nii.gz')] });
  });

  it('takes a file by its address, as file managers name it, and nothing else that has one', () => {
    const scan = join(folder, 'scan.nii.gz');
    const argv = ['/opt/lineshape', pathToFileURL(scan).href, 'file://elsewhere/scan.nii.gz', 'https://example.org/'];
    expect(parseArguments(argv, '/opt/app.asar', folder)).toEqual({ demo: false, files: [scan] });
  });

  it('knows the demo switch', () => {
    const opening = parseArguments(['/opt/lineshape', '--open-demo'], '/opt/app.asar', folder);
    expect(opening).toEqual({ demo: true, files: [] });
    expect(isEmptyOpening(opening)).toBe(false);
    expect(isEmptyOpening(parseArguments(['/opt/lineshape'], '/opt/app.asar', folder))).toBe(true);
  });
});

describe('parseHandover', () => {
  it('accepts what a second instance sends, and nothing else', () => {
    expect(parseHandover({ demo: true, files: ['/a'] })).toEqual({ demo: true, files: ['/a'] });
    expect(parseHandover({ demo: 'yes', files: [] })).toBeNull();
    expect(parseHandover(null)).toBeNull();
  });
});
