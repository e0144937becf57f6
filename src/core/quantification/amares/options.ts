// Options of the AMARES fit, their defaults, and their reading from a recipe's JSON.
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { readOptions } from '../shared/optionReading.ts';
import type { OptionRule } from '../shared/optionReading.ts';

export interface AmaresOptions {
  /**
   * Id of shipped prior knowledge, or its JSON form (readPriorKnowledge.ts; a table is turned into it by
   * `priorKnowledgeFromCsv`); "auto": what is shipped for the nucleus.
   */
  readonly priorKnowledge: JsonValue;
  /** Chemical shift at zero frequency of the data [ppm]; "auto": the nucleus's usual one (axes.ts). */
  readonly referencePpm: number | 'auto';
  /**
   * Half width of the search for a shift common to all peaks [ppm]; 0: the axis is trusted. "auto": 0 for ¹H, whose axis
   * preprocessing has set, else 2.
   */
  readonly shiftSearchPpm: number | 'auto';
  /** "fit": one phase common to all peaks; "zero": the prior knowledge's phases are absolute. */
  readonly phase0: 'fit' | 'zero';
  /** Time from the lines' common origin to the first sample [s]: what shows as first-order phase. */
  readonly beginTimeS: number;
  /** Half width of the range in which the begin time is fitted; 0: it is known. [s] */
  readonly beginTimeBoundS: number;
  /** Part of the spectrum that is fitted [ppm]; "auto": all samples, in the time domain. */
  readonly ppmRange: readonly [number, number] | 'auto';
  readonly maxIterations: number;
}

export const DEFAULT_AMARES_OPTIONS: AmaresOptions = {
  priorKnowledge: 'auto',
  referencePpm: 'auto',
  shiftSearchPpm: 'auto',
  phase0: 'fit',
  beginTimeS: 0,
  beginTimeBoundS: 0,
  ppmRange: 'auto',
  maxIterations: 100,
};

const RULES: Readonly<Record<keyof AmaresOptions, OptionRule>> = {
  priorKnowledge: { kind: 'document' },
  referencePpm: { kind: 'numberOrAuto' },
  shiftSearchPpm: { kind: 'notNegativeOrAuto' },
  phase0: { kind: 'choice', choices: ['fit', 'zero'] },
  beginTimeS: { kind: 'notNegative' },
  beginTimeBoundS: { kind: 'notNegative' },
  ppmRange: { kind: 'ppmRange' },
  maxIterations: { kind: 'count' },
};

/** @throws UsageError naming the unknown or wrong option */
export const parseAmaresOptions = (json: JsonObject): AmaresOptions =>
  readOptions('amares', json, DEFAULT_AMARES_OPTIONS, RULES);
