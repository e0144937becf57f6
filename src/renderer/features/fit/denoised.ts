// Whether a stored result is of denoised spectra, and how its transients were corrected: from the provenance kept with it.
import { t } from '../../app/i18n/index.ts';
import type { JsonObject, JsonValue } from '../../../core/domain/json.ts';
import type { AnalysisDetailView } from '../../../ipc/contract.ts';
import type { Methods } from './correctionChoices.ts';

/** As they stand in the provenance (preprocessing/). */
const DENOISING = 'Denoising';
const CORRECTION = 'Frequency and phase correction';

type Provenance = Pick<AnalysisDetailView, 'provenance'>;

const titleOf = (id: JsonValue, methods: readonly { readonly id: string; readonly title: string }[]): string =>
  methods.find((m) => m.id === id)?.title ?? String(id);

/** @returns by what the spectra were denoised, in words; null where they were not */
export function denoisedBy({ provenance }: Provenance, { denoisers }: Pick<Methods, 'denoisers'>): string | null {
  const entry = provenance.find((p) => p.method === DENOISING);
  if (entry === undefined) return null;
  return titleOf((entry.details as JsonObject)['method'] ?? t('fit.denoising.other'), denoisers);
}

/** @returns by what the transients were corrected, in words: "Automatic: Robust spectral registration"; null where by nothing */
export function correctedBy({ provenance }: Provenance, { corrections }: Pick<Methods, 'corrections'>): string | null {
  const entry = provenance.find((p) => p.method === CORRECTION && 'methods' in p.details);
  if (entry === undefined) return null;
  const { method = '', methods = [] } = entry.details as JsonObject;
  const taken = (Array.isArray(methods) ? methods : []).map((id) => titleOf(id, corrections)).join(', ');
  return method === 'auto' ? t('fit.correction.taken', { taken }) : taken;
}
