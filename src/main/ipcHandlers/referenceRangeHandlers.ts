// The site's reference ranges and its texts for conclusions.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { readRange } from '../../core/domain/referenceRange.ts';
import { rangesCsv, readRangesCsv } from '../../core/reports/index.ts';
import { readError } from '../../node/files/readErrors.ts';
import type { HostHandlers } from '../hostMessages.ts';
import type { HandlerContext } from './context.ts';

type Handled =
  | 'ranges:list'
  | 'ranges:save'
  | 'ranges:delete'
  | 'host:import-ranges'
  | 'host:ranges-table'
  | 'report:templates'
  | 'report:save-template'
  | 'report:delete-template';

async function readTable(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw readError(path, error);
  }
}

export function referenceRangeHandlers({ services: { store } }: HandlerContext): Pick<HostHandlers, Handled> {
  return {
    'ranges:list': () => store.listReferenceRanges(),
    'ranges:save': ({ id, text }) => {
      const { range, problems } = readRange(text);
      if (range === null) return { saved: null, problems };
      const saved = id === null ? store.addReferenceRange(range) : store.changeReferenceRange(id, range);
      return { saved, problems: [] };
    },
    'ranges:delete': ({ id }) => {
      store.deleteReferenceRange(id);
      return {};
    },
    'host:import-ranges': async ({ path }) => {
      const { ranges, refusals } = readRangesCsv(await readTable(path), basename(path));
      const added = store.addReferenceRanges(ranges);
      return { added, known: ranges.length - added, refusals };
    },
    'host:ranges-table': () => rangesCsv(store.listReferenceRanges()),
    'report:templates': () => store.listConclusionTemplates().map(({ id, title, text }) => ({ id, title, text })),
    'report:save-template': (template) => {
      const { id, title, text } = store.saveConclusionTemplate(template);
      return { id, title, text };
    },
    'report:delete-template': ({ id }) => {
      store.deleteConclusionTemplate(id);
      return {};
    },
  };
}
