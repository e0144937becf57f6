// Names of spectra drawn together: as short as tells them apart.
import { t } from '../../app/i18n/index.ts';
import type { DatasetView, StudySummaryView } from '../../../ipc/contract.ts';
import { patientName } from '../session/index.ts';

export interface NamedSpectrum {
  readonly study: StudySummaryView;
  readonly dataset: Pick<DatasetView, 'id' | 'fileName'>;
  readonly voxel: number;
}

/** Day of the scan, or of its import where the file doesn't say. */
export function studyDay({ studyDate, createdAt }: StudySummaryView): string {
  return (studyDate ?? createdAt).slice(0, 10);
}

const differ = <T>(of: readonly T[], what: (one: T) => string): boolean => new Set(of.map(what)).size > 1;

/** The day, and of what else differs as much as is needed. @returns one name each, in the same order */
export function overlayNames(spectra: readonly NamedSpectrum[]): string[] {
  const several = differ(spectra, ({ study }) => study.patientId);
  const base = spectra.map(({ study }) => (several ? `${patientName(study)} ${studyDay(study)}` : studyDay(study)));
  return spectra.map((one, i) => {
    const name = base[i] as string;
    const alike = spectra.filter((_, j) => base[j] === name);
    if (alike.length === 1) return name;
    const file = differ(alike, ({ dataset }) => dataset.id) ? ` ${one.dataset.fileName}` : '';
    const sameFile = alike.filter(({ dataset }) => dataset.id === one.dataset.id);
    const voxel = differ(sameFile, (other) => String(other.voxel)) ? ` ${t('spectrum.overlay.voxelShort', { number: one.voxel + 1 })}` : ''; // prettier-ignore
    return `${name}${file}${voxel}`;
  });
}
