// Reports of several studies in one folder: names of their own, a failing one among good ones, stopped half-way.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/domain/errors.ts';
import type { StudyReportContent } from '../../src/main/hostMessages.ts';
import { writeReports, type ReportFolderDeps } from '../../src/main/reportFolder.ts';
import { sha256Hex } from '../../src/node/files/hashing.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

const DAY = '2026-01-02';
let folder = '';
beforeEach(() => (folder = makeTempFolder()));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const report = (studyId: string): StudyReportContent => ({
  ...{ text: `<p>${studyId}</p>`, pdf: null, suggestedName: 'P-1 2026-01-01', analysisId: `a-${studyId}` },
  dicom: {} as StudyReportContent['dicom'],
});

function setUp(change: Partial<ReportFolderDeps> = {}) {
  const [told, recorded]: [[number, string][], { analysisId: string; sha256: string }[]] = [[], []];
  const deps: ReportFolderDeps = {
    reportOf: async (studyId) => report(studyId),
    titleOf: async (studyId) => `Study ${studyId}`,
    print: async (html) => new TextEncoder().encode(`%PDF ${html}`),
    record: async (file) => recorded.push(file),
    isCancelled: () => false,
    onProgress: (fraction, message) => void told.push([fraction, message]),
    ...change,
  };
  return { deps, told, recorded };
}
const request = (studyIds: string[], format: 'pdf' | 'html' = 'pdf') =>
  ({ studyIds, format, language: 'en', paper: 'a4' }) as const;

describe('reports in a folder', () => {
  it('are one file each, none over another, told and recorded one by one', async () => {
    const { deps, told, recorded } = setUp();
    const done = await writeReports(request(['1', '2']), folder, DAY, deps);
    expect(done).toEqual({ folder: join(folder, `Reports ${DAY}`), fileCount: 2, failures: [], stopped: false });
    expect(readdirSync(done.folder).sort()).toEqual(['P-1 2026-01-01 (2).pdf', 'P-1 2026-01-01.pdf']);
    const second = readFileSync(join(done.folder, 'P-1 2026-01-01 (2).pdf'));
    expect(text(second)).toBe('%PDF <p>2</p>');
    expect(recorded[1]).toEqual({ analysisId: 'a-2', sha256: sha256Hex(new Uint8Array(second)) });
    expect(told).toEqual([
      [0, 'Study 1'],
      [0.5, 'Study 2'],
    ]);
    expect((await writeReports(request(['1'], 'html'), folder, DAY, deps)).folder).toBe(
      join(folder, `Reports ${DAY} (2)`),
    );
  });

  it('are what was signed where one was, byte by byte', async () => {
    const pdf = new Uint8Array([1, 2, 3]);
    const { deps } = setUp({ reportOf: async (studyId) => ({ ...report(studyId), pdf }) });
    const done = await writeReports(request(['1']), folder, DAY, deps);
    expect(new Uint8Array(readFileSync(join(done.folder, 'P-1 2026-01-01.pdf')))).toEqual(pdf);
  });

  it('go on after a study that fails, which is named with its reason', async () => {
    const { deps } = setUp({
      reportOf: async (studyId) => {
        if (studyId === '2') throw new UsageError('The study has no result; fit it first.');
        return report(studyId);
      },
    });
    const done = await writeReports(request(['1', '2', '3'], 'html'), folder, DAY, deps);
    expect(done).toMatchObject({ fileCount: 2, stopped: false });
    expect(done.failures).toEqual([{ title: 'Study 2', message: 'The study has no result; fit it first.' }]);
    expect(readdirSync(done.folder)).toHaveLength(2);
  });

  it('stop between two files when asked, and keep what was written', async () => {
    const { deps, told } = setUp();
    const done = await writeReports(request(['1', '2', '3']), folder, DAY, {
      ...deps,
      isCancelled: () => told.length === 1,
    });
    expect([done.fileCount, done.stopped]).toEqual([1, true]);
  });

  it('refuse a place where no folder can be made, in words', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await expect(writeReports(request(['1']), file, DAY, setUp().deps)).rejects.toThrow(/output folder can't be made/);
  });
});
