// Published reference ranges are put into the site's table once each: what the site changes or deletes stays so.
import { PUBLISHED_RANGES } from '../core/domain/publishedRanges.ts';
import type { StudyStore } from '../core/ports/studyStore.ts';

const SETTING = 'published-ranges';

/** Keys that the table was offered before. */
function offeredKeys(store: Pick<StudyStore, 'getSetting'>): readonly string[] {
  return (store.getSetting(SETTING) ?? '').split(' ').filter((key) => key !== '');
}

/**
 * Adds the ranges that this database was never offered.
 * @returns how many were added; those that the site had entered itself are not added again
 * @throws StudyDbError
 */
export function offerPublishedRanges(
  store: Pick<StudyStore, 'getSetting' | 'setSetting' | 'addReferenceRanges'>,
): number {
  const offered = offeredKeys(store);
  const fresh = PUBLISHED_RANGES.filter(({ key }) => !offered.includes(key));
  if (fresh.length === 0) return 0;
  const added = store.addReferenceRanges(fresh.map(({ range }) => range));
  store.setSetting(SETTING, [...offered, ...fresh.map(({ key }) => key)].join(' '));
  return added;
}
