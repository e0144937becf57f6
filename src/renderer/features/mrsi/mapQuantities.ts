// What a map over a grid can show: quantities of a metabolite, and of the spectrum itself.
import type { MetaboliteEstimate } from '../../../core/domain/quantification.ts';
import { formatSignificant } from '../../../core/reports/tables.ts';
import type { AnalysisDetailView, QuantificationResultView } from '../../../ipc/contract.ts';

export interface MapQuantity {
  readonly id: string;
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

const AMPLITUDE: MapQuantity = {
  id: 'amplitude',
  text: 'Amplitude',
  unit: 'a.u.',
  ofMetabolite: true,
  reference: null,
  scaleTo: null,
  of: (_, e) => e?.amplitude ?? null,
};
const CRLB: MapQuantity = {
  ...AMPLITUDE,
  id: 'crlb',
  text: 'CRLB',
  unit: '%',
  scaleTo: CRLB_SCALE_PERCENT,
  of: (_, e) => e?.crlbPercent ?? null,
};
const OF_SPECTRUM: readonly MapQuantity[] = [
  { ...AMPLITUDE, id: 'fwhm', text: 'Line width', unit: 'Hz', ofMetabolite: false, of: ({ fwhmHz }) => fwhmHz },
  { ...AMPLITUDE, id: 'snr', text: 'SNR', unit: '', ofMetabolite: false, of: ({ snr }) => snr.value },
];

const ratioIn = (e: MetaboliteEstimate | null, reference: string): number | null =>
  e?.ratios?.find((r) => r.reference === reference)?.value ?? (reference === 'tCr' ? (e?.ratioToTCr ?? null) : null);

function ratioTo(reference: string): MapQuantity {
  return {
    ...AMPLITUDE,
    id: `ratio-${reference}`,
    text: `Ratio to ${reference}`,
    unit: '',
    reference: reference === 'water' ? null : reference,
    of: (_, e) => ratioIn(e, reference),
  };
}

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
  const unit = shown[0]?.unit ?? 'mM';
  return [{ ...AMPLITUDE, id: 'concentration', text: 'Concentration', unit, of: (_, e) => e?.concentrationMM ?? null }];
}

/** What the analysis has values of: ratios first, as they are read most. */
export function mapQuantities(analysis: AnalysisDetailView | null): readonly MapQuantity[] {
  const estimates = (analysis?.voxels ?? []).flatMap(({ result }) => estimatesOf(result));
  const references = new Set(estimates.flatMap((e) => e.ratios?.map((r) => r.reference) ?? []));
  if (references.size === 0 || estimates.some((e) => e.ratioToTCr !== null)) references.add('tCr');
  const ordered = ['tCr', ...[...references].filter((r) => r !== 'tCr')].filter((r) => references.has(r));
  return [...ordered.map(ratioTo), AMPLITUDE, ...concentration(estimates), CRLB, ...OF_SPECTRUM];
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
  if (id === 'ratio-water') return `${metabolite} / water`;
  if (reference !== null) return `${metabolite} / ${reference}`;
  return withUnit(
    id === 'crlb' ? `CRLB of ${metabolite}` : id === 'amplitude' ? `${metabolite} amplitude` : metabolite,
  );
}
