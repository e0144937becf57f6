// How an option of a fit method is shown and entered; and the options that several methods have. What a method takes, and has
// by default, comes from the method itself.
import { t } from '../../app/i18n/index.ts';
import type { JsonValue } from '../../../core/domain/json.ts';

export type OptionInput =
  | { readonly kind: 'choice'; readonly choices: readonly { readonly value: string; readonly text: string }[] }
  /** `scale`: shown value over the option's own, such as 1000 for ms over s. */
  | {
      readonly kind: 'number';
      readonly least: 'above zero' | 'zero' | 'whole' | 'any';
      readonly scale?: number;
      readonly orAuto?: true;
    }
  /** Two ppm values, or found by the fit. */
  | { readonly kind: 'window' }
  /** Names of metabolites; `sums` where a sum counts too. */
  | { readonly kind: 'names'; readonly sums: boolean; readonly example: string }
  /** Some of a few. */
  | { readonly kind: 'several'; readonly choices: readonly string[] }
  /** Parts of the voxel: grey matter, white matter, CSF. */
  | { readonly kind: 'fractions' }
  | { readonly kind: 'priorKnowledge' };

export interface OptionField {
  readonly key: string;
  readonly label: string;
  readonly unit?: string;
  readonly help: string;
  readonly input: OptionInput;
  /** Whether it counts with the other options as they are; absent: always. */
  readonly when?: (value: (key: string) => JsonValue) => boolean;
}

export interface OptionGroup {
  readonly title: string;
  readonly fields: readonly OptionField[];
  /** Folded away until asked for. */
  readonly folded?: true;
}

export const choice = (...pairs: readonly (readonly [value: string, text: string])[]): OptionInput => ({
  kind: 'choice',
  choices: pairs.map(([value, text]) => ({ value, text })),
});
export const ABOVE_ZERO = { kind: 'number', least: 'above zero' } as const;
export const WHOLE = { kind: 'number', least: 'whole' } as const;
export const AS_MS = { kind: 'number', least: 'zero', scale: 1000 } as const;

export const windowField = (): OptionField => ({
  key: 'ppmRange',
  label: t('fit.words.range'),
  unit: 'ppm',
  help: t('fit.help.range'),
  input: { kind: 'window' },
});
export const omitField = (): OptionField => ({
  key: 'omit',
  label: t('fit.words.omit'),
  help: t('fit.help.omit'),
  input: { kind: 'names', sums: false, example: 'Ace, Gly' },
});
export const shiftSearchField = (): OptionField => ({
  key: 'shiftSearchPpm',
  label: t('fit.words.shiftSearch'),
  unit: 'ppm',
  help: t('fit.help.shiftSearch'),
  input: ABOVE_ZERO,
});
export const iterationsField = (): OptionField => ({
  key: 'maxIterations',
  label: t('fit.words.iterations'),
  help: t('fit.help.iterations'),
  input: WHOLE,
});
