// The worklist and one study: list, open, delete, state.
import { UsageError } from '../../core/domain/errors.ts';
import type { HostHandlers } from '../hostMessages.ts';
import type { HandlerContext } from './context.ts';

export function studyHandlers({
  services: { store, jobs, analyses },
  emit,
}: HandlerContext): Pick<HostHandlers, 'study:list' | 'study:open' | 'study:delete' | 'study:set-state'> {
  return {
    'study:list': () => store.listStudies(),
    'study:open': ({ studyId }) => {
      const study = store.getStudy(studyId);
      store.recordAudit({ kind: 'view', action: 'study', studyId, details: {} });
      return {
        study,
        datasets: store.listDatasets(studyId),
        analyses: store.listAnalyses(studyId),
        reports: store.listReports(studyId),
      };
    },
    'study:delete': ({ studyId }) => {
      store.getStudy(studyId); // says so where there is none
      jobs.cancelOfStudy(studyId);
      store.deleteStudy(studyId);
      analyses.clear();
      emit('studies:changed', { studyId: null });
      return { deleted: true };
    },
    'study:set-state': ({ studyId, state }) => {
      store.getStudy(studyId);
      if (state === 'signed') throw new UsageError('A study is signed by signing its report.');
      store.setStudyState(studyId, state);
      emit('studies:changed', { studyId });
      return {};
    },
  };
}
