// The worklist: searched and sorted by the database; deletion, review and table of several studies.
import { UsageError } from '../../core/domain/errors.ts';
import { sendingOf } from '../dicomViews.ts';
import type { HostHandlers } from '../hostMessages.ts';
import { newestResults, studiesTable } from '../studiesTable.ts';
import type { HandlerContext } from './context.ts';

type Channels = 'worklist:query' | 'worklist:rows' | 'worklist:delete' | 'worklist:review' | 'host:worklist-table';

export function worklistHandlers({
  services: { store, jobs, analyses },
  emit,
}: HandlerContext): Pick<HostHandlers, Channels> {
  return {
    'worklist:query': (query) => store.queryWorklist(query),
    'worklist:rows': ({ ids }) => {
      const sending = sendingOf(store, ids);
      return store.worklistRows(ids).map((row) => ({ ...row, sending: sending.get(row.id) ?? null }));
    },
    'worklist:delete': ({ studyIds }) => {
      // Those that another window deleted meanwhile are gone as wished.
      const present = store.worklistRows(studyIds).map(({ id }) => id);
      for (const studyId of present) {
        jobs.cancelOfStudy(studyId);
        store.deleteStudy(studyId);
      }
      analyses.clear();
      emit('studies:changed', { studyId: null });
      return { deleted: present.length };
    },
    'worklist:review': ({ studyIds, reviewed }) => {
      const rows = store.worklistRows(studyIds);
      const open = rows.filter(({ state }) => state !== 'signed');
      for (const { id, resultCount } of open) {
        store.setStudyState(id, reviewed ? 'reviewed' : resultCount > 0 ? 'fitted' : 'new');
      }
      for (const { id } of open) emit('studies:changed', { studyId: id });
      return { changed: open.length, signed: rows.length - open.length };
    },
    'host:worklist-table': ({ studyIds, patients, format }) => {
      const results = studyIds.flatMap((studyId) => newestResults(store, studyId));
      if (results.length === 0) throw new UsageError('None of these studies has a result; fit them first.');
      return studiesTable(store, results, patients, format);
    },
  };
}
