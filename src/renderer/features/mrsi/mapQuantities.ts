// What a map over a grid can show: quantities of a metabolite, and of the spectrum itself.
import { amountUnit } from '../../app/amountUnit.ts';
import type { MetaboliteEstimate } from '../../../core/domain/quantification.ts';
import { formatSignificant, resultRows } from '../../../core/reports/tables.ts';
import { t } from '../../app/i18n/index.ts';
import type { AnalysisDetailView, QuantificationResultView } from '../../../ipc/contract.ts';

export interface MapQuantity {
  readonly id: string;
  /** A quantity of its own, or a ratio, which the choice lists apart. */
  readonly kind: 'ratio' | 'other';
  readonly text: string;
  /** Empty for a pure number. */
  readonly unit: string;
  /** false: of the whole spectrum, whatever the metabolite. */
  readonly ofMetabolite: boolean;
  /** The other estimate that the value rests on. */
  readonly reference: string | null;
  /** End of the scale; null: by the values. */
  readonly scaleTo: number | null;
  /** @param estimate of the metabolite; null for a quantity of the spectrum @returns null where there is none */
  readonly of: (result: QuantificationResultView, estimate: MetaboliteEstimate | null) => number | null;
}

/** A CRLB of half the value says that there may be nothing: no need to tell more apart. [%] */
const CRLB_SCALE_PERCENT = 50;

const ofAmplitude = (): MapQuantity => ({
  id: 'amplitude',
  kind: 'other',
  text: t('mrsi.quantities.amplitude'),
  unit: t('mrsi.arbitraryUnits'),
  ofMetabolite: true,
  reference: null,
  scaleTo: null,
  of: (_, e) => e?.amplitude ?? null,
});

const ofCrlb = (): MapQuantity => ({
  ...ofAmplitude(),
  id: 'crlb',
  text: t('mrsi.quantities.crlb'),
  unit: '%',
  scaleTo: CRLB_SCALE_PERCENT,
  of: (_, e) => e?.crlbPercent ?? null,
});

function ofSpectrum(): readonly MapQuantity[] {
  const any = { ...ofAmplitude(), ofMetabolite: false };
  return [
    { ...any, id: 'fwhm', text: t('mrsi.quantities.fwhm'), unit: 'Hz', of: ({ fwhmHz }) => fwhmHz },
    { ...any, id: 'snr', text: t('mrsi.quantities.snr'), unit: '', of: ({ snr }) => snr.value },
  ];
}

const ratioIn = (e: MetaboliteEstimate | null, reference: string): number | null =>
  e?.ratios?.find((r) => r.reference === reference)?.value ?? (reference === 'tCr' ? (e?.ratioToTCr ?? null) : null);

/** Of amplitudes, where the analysis states none to this reference. */
function amplitudeRatio(
  result: QuantificationResultView,
  e: MetaboliteEstimate | null,
  reference: string,
): number | null {
  const below = estimateIn(result, reference)?.amplitude ?? 0;
  return e === null || !(below > 0) ? null : e.amplitude / below;
}

function ratioTo(reference: string): MapQuantity {
  return {
    ...ofAmplitude(),
    id: `ratio-${reference}`,
    kind: 'ratio',
    text: t('mrsi.quantities.ratio', { reference: referenceName(reference) }),
    unit: '',
    reference: reference === 'water' ? null : reference,
    of: (result, e) => ratioIn(e, reference) ?? amplitudeRatio(result, e, reference),
  };
}

const referenceName = (reference: string): string => (reference === 'water' ? t('mrsi.water') : reference);

const estimatesOf = ({ combined, metabolites }: QuantificationResultView): readonly MetaboliteEstimate[] => [
  ...combined,
  ...metabolites,
];

/** The concentration, in the unit of the convention that is shown; none where no voxel has one. */
function concentration(estimates: readonly MetaboliteEstimate[]): MapQuantity[] {
  const scaled = estimates.filter((e) => e.concentrationMM !== null);
  if (scaled.length === 0) return [];
  const shown = scaled.flatMap(
    (e) => e.concentrations?.filter((c) => c.value === e.concentrationMM && c.value > 0) ?? [],
  );
  const unit = amountUnit(shown[0]?.unit ?? 'mM');
  const text = t('mrsi.quantities.concentration');
  return [{ ...ofAmplitude(), id: 'concentration', text, unit, of: (_, e) => e?.concentrationMM ?? null }];
}

/** What the analysis has values of: ratios first, as they are read most. */
export function mapQuantities(analysis: AnalysisDetailView | null): readonly MapQuantity[] {
  const estimates = (analysis?.voxels ?? []).flatMap(({ result }) => estimatesOf(result));
  const references = new Set(estimates.flatMap((e) => e.ratios?.map((r) => r.reference) ?? []));
  if (references.size === 0 || estimates.some((e) => e.ratioToTCr !== null)) references.add('tCr');
  // After those that the analysis states, a ratio to any other of its names.
  const names = (analysis?.voxels ?? []).flatMap(({ result }) => resultRows(result).map(({ name }) => name));
  const stated = ['tCr', ...[...references].filter((r) => r !== 'tCr')].filter((r) => references.has(r));
  const ordered = new Set([...stated, ...names]);
  return [...[...ordered].map(ratioTo), ofAmplitude(), ...concentration(estimates), ofCrlb(), ...ofSpectrum()];
}

/** A metabolite's or sum's estimate in a voxel. */
export function estimateIn(result: QuantificationResultView, name: string): MetaboliteEstimate | null {
  return estimatesOf(result).find((e) => e.name === name) ?? null;
}

/** "1.52", "9.3 mmol/kg": a value as it is read. */
export function valueWords(value: number, unit: string): string {
  return `${formatSignificant(value)}${unit === '' ? '' : ` ${unit}`}`;
}

/** What the map shows, with its unit: "tNAA / tCr", "tNAA [a.u.]", "CRLB of tNAA [%]", "Line width [Hz]". */
export function mapTitle({ id, text, unit, ofMetabolite, reference }: MapQuantity, metabolite: string): string {
  const withUnit = (words: string): string => (unit === '' ? words : `${words} [${unit}]`);
  if (!ofMetabolite) return withUnit(text);
  if (id === 'ratio-water') return `${metabolite} / ${t('mrsi.water')}`;
  if (reference !== null) return `${metabolite} / ${reference}`;
  if (id === 'crlb') return withUnit(t('mrsi.crlbOf', { metabolite }));
  return withUnit(id === 'amplitude' ? t('mrsi.amplitudeOf', { metabolite }) : metabolite);
}
