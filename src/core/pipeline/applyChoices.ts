// The user's answer to an import preview: roles changed, items left out.
import { UsageError } from '../domain/errors.ts';
import type { ImportChoices, ImportItem, ImportStudyPreview } from '../domain/importPreview.ts';
import type { ImportPlan, PlannedDataset, PlannedStudy } from './importPlan.ts';

function chosenItem(item: ImportItem, choices: ImportChoices): ImportItem {
  const role = choices.roles[item.id] ?? item.role;
  if (!item.possibleRoles.includes(role)) {
    throw new UsageError(`${item.title} can't be imported as "${role}".`, { role });
  }
  return { ...item, role };
}

function chosenDatasets(study: PlannedStudy, items: readonly ImportItem[]): PlannedDataset[] {
  const roles = new Map(items.map(({ id, role }) => [id, role]));
  return study.datasets.flatMap((dataset) => {
    const [id, ...shared] = dataset.itemIds.filter((item) => roles.has(item));
    if (id === undefined) return [];
    const role = roles.get(id);
    // A header or control file keeps its role, whatever its scans become.
    const isCompanion = dataset.role === 'unknown' || shared.length > 0;
    return [isCompanion || role === undefined || role === 'skip' ? dataset : { ...dataset, role }];
  });
}

const isScan = ({ role }: ImportItem): boolean => role === 'metabolite' || role === 'water';

/**
 * Changes roles and leaves out what is to be skipped. Whether names are taken out of the files is for the one who stores
 * them (`choices.deidentify`): the plan's bytes stay as they are.
 * @param choices roles by item id where they differ from the preview's
 * @throws UsageError where a role can't be played, where a study keeps images but no scan, or nothing is left
 */
export function applyChoices(plan: ImportPlan, choices: ImportChoices): ImportPlan {
  const studies: PlannedStudy[] = [];
  const previews: ImportStudyPreview[] = [];
  plan.studies.forEach((study, i) => {
    const preview = plan.preview.studies[i] as ImportStudyPreview;
    const items = preview.items.map((item) => chosenItem(item, choices)).filter(({ role }) => role !== 'skip');
    if (items.length === 0) return;
    if (!items.some(isScan)) {
      throw new UsageError(
        `The study "${preview.title}" would hold no spectroscopy scan; keep one of its scans, or skip its other files too.`,
      );
    }
    studies.push({ ...study, datasets: chosenDatasets(study, items) });
    previews.push({ ...preview, items });
  });
  if (studies.length === 0 && plan.studies.length > 0) {
    throw new UsageError('Everything is set to be skipped, so there is nothing to import.');
  }
  return { ...plan, studies, preview: { ...plan.preview, studies: previews } };
}
