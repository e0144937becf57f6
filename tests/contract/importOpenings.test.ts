// Files of the command line: imported at once where nothing is doubtful, else shown first; never left hanging.
import { expect, it } from 'vitest';
import type { ImportPreview } from '../../src/core/domain/importPreview.ts';
import { importOpening, leavesNothingToAsk } from '../../src/main/importOpenings.ts';
import type { StudyHost } from '../../src/main/studyHost.ts';
import { previewItem, previewOf } from '../fixtures/importPreviews.ts';

const DOUBT = { code: 'echo-time', message: 'The echo time is 35 000 s.' };
const RESULT = { studies: [{ studyId: 's1', title: 'Brain', isNew: true }], failures: [], deidentification: null };

/** A host that finds the preview; what it was asked, and what the page was told. */
async function open(find: () => Promise<ImportPreview | null>): Promise<{ asked: string[]; told: string[] }> {
  const asked: string[] = [];
  const told: string[] = [];
  const ask = async (name: string, request: { token: string }): Promise<unknown> => {
    asked.push(name);
    if (name === 'import:commit') return RESULT;
    const preview = await find();
    return preview === null ? null : { token: request.token, preview };
  };
  try {
    await importOpening({ ask: ask as StudyHost['ask'] }, (event) => void told.push(event), ['/data/a.nii']);
  } catch (error) {
    told.push((error as Error).message);
  }
  return { asked, told };
}

it('one sound study is imported at once', async () => {
  const { asked, told } = await open(async () => previewOf([previewItem()]));
  expect(asked).toEqual(['import:inspect-paths', 'import:commit']);
  expect(told).toEqual(['import:finished', 'import:ended']);
});

it('what is doubtful is shown first, and nothing is stored', async () => {
  const { asked, told } = await open(async () => previewOf([previewItem({ warnings: [DOUBT] })]));
  expect(asked).toEqual(['import:inspect-paths']);
  expect(told).toEqual(['import:inspected']);
});

it('a cancelled and a failed reading end in the page too', async () => {
  expect(await open(async () => null)).toEqual({ asked: ['import:inspect-paths'], told: ['import:ended'] });
  const failed = await open(() => Promise.reject(new Error('The disk is gone.')));
  expect(failed.told).toEqual(['import:ended', 'The disk is gone.']);
});

it.each([
  ['nothing recognised', { studies: [], failures: [] }],
  ['two studies', { studies: [...previewOf([]).studies, ...previewOf([]).studies], failures: [] }],
  ['a failure', { ...previewOf([previewItem()]), failures: [{ fileName: 'a', message: 'a is empty.' }] }],
  ['a doubtful study', previewOf([previewItem()], { warnings: [DOUBT] })],
])('%s is something to ask about', (_, preview) => {
  expect(leavesNothingToAsk(preview)).toBe(false);
});
