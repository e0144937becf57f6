// Borders between the grades of a spectrum, as plain data that a site may change: published presets and their reading
// from JSON.
import { TARQUIN_LINEWIDTH_PPM, TARQUIN_SNR } from './qualityGrade.ts';
import type { GradeLimits } from './qualityGrade.ts';
import { jsonFields, jsonNumber, jsonText, refusedJson } from './jsonFields.ts';

export const QUALITY_QUANTITIES = [
  'linewidthPpm',
  'waterLinewidthPpm',
  'snr',
  'driftSdPpm',
  'residualOverNoise',
  'whitenessP',
  'crlbPercent',
] as const;
export type QualityQuantity = (typeof QUALITY_QUANTITIES)[number];

export interface QualityThresholds {
  readonly schema: 'lineshape.quality/1';
  readonly id: string;
  readonly title: string;
  /** Which SNR the limits are meant for, an id of quality/snrDefinitions.ts. */
  readonly snrDefinition: string;
  /** null: not graded. */
  readonly limits: Readonly<Record<QualityQuantity, GradeLimits | null>>;
}

const OWN = 'this program’s own limits';
const DRIFT: GradeLimits = { better: 'low', good: 0.01, average: 0.025, borderline: 0.05, source: `${OWN}: a fifth, half and all of TARQUIN's good linewidth, before alignment` }; // prettier-ignore
const RESIDUAL: GradeLimits = { better: 'low', good: 1.2, average: 1.5, borderline: 3, source: `${OWN}; the fit warns from 3` }; // prettier-ignore
/**
 * TARQUIN's quality measures (Wilson 2011, doi:10.1002/mrm.22579), as its documentation has them. Whiteness is measured but
 * graded only by a site's own thresholds: at high signal-to-noise it shows the least imperfection of a model, whose amounts
 * may be right all the same.
 */
export const TARQUIN_THRESHOLDS: QualityThresholds = {
  schema: 'lineshape.quality/1',
  id: 'tarquin',
  title: 'TARQUIN',
  snrDefinition: 'lcmodel',
  limits: {
    linewidthPpm: TARQUIN_LINEWIDTH_PPM,
    waterLinewidthPpm: null,
    snr: TARQUIN_SNR,
    driftSdPpm: DRIFT,
    residualOverNoise: RESIDUAL,
    whitenessP: null,
    crlbPercent: null,
  },
};

const CONSENSUS_SOURCE =
  "experts' consensus, Wilson 2019, doi:10.1002/mrm.27742, and Öz 2021, doi:10.1002/nbm.4236; from memory, the full texts were not read here";

/**
 * The consensus papers reject lines broader than 0.1 ppm and spectra with SNR below 3; they give no grades between, so
 * that those are this program's (half and three quarters of the width, as TARQUIN's; 10 and 5 of the SNR).
 */
export const CONSENSUS_THRESHOLDS: QualityThresholds = {
  schema: 'lineshape.quality/1',
  id: 'consensus',
  title: 'Experts’ consensus',
  snrDefinition: 'consensus',
  limits: {
    linewidthPpm: { better: 'low', good: 0.05, average: 0.075, borderline: 0.1, source: CONSENSUS_SOURCE },
    waterLinewidthPpm: { better: 'low', good: 0.05, average: 0.075, borderline: 0.1, source: CONSENSUS_SOURCE },
    snr: { better: 'high', good: 10, average: 5, borderline: 3, source: CONSENSUS_SOURCE },
    driftSdPpm: DRIFT,
    residualOverNoise: RESIDUAL,
    whitenessP: null,
    crlbPercent: { better: 'low', good: 10, average: 20, borderline: 50, source: `usual limits of 20 and 50 %, which are no grounds to discard small amounts: Kreis 2016, doi:10.1002/mrm.25568` }, // prettier-ignore
  },
};

export const QUALITY_PRESETS: readonly QualityThresholds[] = [TARQUIN_THRESHOLDS, CONSENSUS_THRESHOLDS];

const LIMIT_KEYS = ['better', 'good', 'average', 'borderline', 'source'];

function readLimits(value: unknown, quantity: QualityQuantity, where: string): GradeLimits | null {
  if (value === null) return null;
  const place = `${where} (${quantity})`;
  const given = jsonFields(value, LIMIT_KEYS, place);
  const number = (key: string): number => jsonNumber(given, key, [0, 1e6], place);
  const [good, average, borderline] = [number('good'), number('average'), number('borderline')];
  const better = quantity === 'snr' || quantity === 'whitenessP' ? 'high' : 'low';
  if (given['better'] !== undefined && given['better'] !== better) {
    throw refusedJson(place, `"better" can only be ${better} here`);
  }
  const falls = better === 'low' ? good <= average && average <= borderline : good >= average && average >= borderline;
  if (!falls) {
    const order = better === 'low' ? 'rise' : 'fall';
    throw refusedJson(
      place,
      `good, average and borderline must ${order}, as ${good}, ${average}, ${borderline} do not`,
    );
  }
  return { better, good, average, borderline, source: jsonText(given, 'source', place) };
}

/**
 * Reads a site's thresholds: what it gives replaces the preset it is based on; null for a quantity switches it off.
 * @param json {schema, id, title, basedOn: preset id, snrDefinition?, limits: {quantity: {good, average, borderline, source}}}
 * @param name of the file or setting, for messages
 * @throws UsageError
 */
export function parseQualityThresholds(json: unknown, name: string): QualityThresholds {
  const given = jsonFields(json, ['schema', 'id', 'title', 'basedOn', 'snrDefinition', 'limits'], name);
  if (given['schema'] !== 'lineshape.quality/1') throw refusedJson(name, '"schema" must be lineshape.quality/1');
  const base = QUALITY_PRESETS.find((p) => p.id === (given['basedOn'] ?? 'tarquin'));
  if (base === undefined) {
    throw refusedJson(name, `"basedOn" must be one of ${QUALITY_PRESETS.map((p) => p.id).join(', ')}`);
  }
  const limits = jsonFields(given['limits'] ?? {}, QUALITY_QUANTITIES, name);
  const read = QUALITY_QUANTITIES.filter((q) => q in limits).map((q) => [q, readLimits(limits[q], q, name)] as const);
  return {
    ...base,
    id: jsonText(given, 'id', name),
    title: jsonText(given, 'title', name),
    snrDefinition: given['snrDefinition'] === undefined ? base.snrDefinition : jsonText(given, 'snrDefinition', name),
    limits: { ...base.limits, ...Object.fromEntries(read) },
  };
}
