// Settings of ratios, amounts and quality: what a recipe's `quantities` say, in the order they are read. Which of them count
// depends on the scan: without a water reference there are no amounts, and other nuclei than ¹H have no tCr.
import { t } from '../../app/i18n/index.ts';
import type { JsonObject } from '../../../core/domain/json.ts';
import { QUALITY_PRESETS, TARQUIN_THRESHOLDS } from '../../../core/domain/qualityThresholds.ts';
import { DEFAULT_WATER_SCALING_OPTIONS } from '../../../core/domain/waterScalingOptions.ts';
import { choice, type OptionField } from './optionFields.ts';

/** An image that may hold a segmentation. */
export interface StudyImage {
  readonly id: string;
  readonly fileName: string;
}

/** What the settings hang on. */
export interface AmountScan {
  readonly nucleus: string;
  /** A water reference is chosen, and the method can be scaled to it. */
  readonly scalesToWater: boolean;
  readonly images: readonly StudyImage[];
}

const RATIOS = ['tCr', 'tNAA', 'tCho'] as const;
const LOOKS_SEGMENTED = /seg|label|tissue|aseg|aparc|wmparc|(^|[^a-z])p0/i;

/** Denominators that there may be. */
const ratiosOf = ({ scalesToWater }: AmountScan): string[] => [...RATIOS, ...(scalesToWater ? ['water'] : [])];

/** Those that look like segmentations by their name come first. */
function inOrder(images: readonly StudyImage[]): StudyImage[] {
  const rank = ({ fileName }: StudyImage): number => (LOOKS_SEGMENTED.test(fileName) ? 0 : 1);
  return [...images].sort((a, b) => rank(a) - rank(b));
}

export function amountDefaults(scan: AmountScan): JsonObject {
  return {
    tissueFrom: 'none',
    tissue: [null, null, null],
    segmentation: inOrder(scan.images)[0]?.id ?? '',
    convention: DEFAULT_WATER_SCALING_OPTIONS.display,
    ratios: ratiosOf(scan),
    quality: TARQUIN_THRESHOLDS.id,
  };
}

function tissueFields({ images }: AmountScan): OptionField[] {
  const fromImage = images.length === 0 ? [] : [['segmentation', t('fit.words.fromSegmentation')] as const];
  return [
    {
      key: 'tissueFrom',
      label: t('fit.words.tissue'),
      help: t('fit.help.tissue'),
      input: choice(['none', t('fit.words.notKnown')], ['given', t('fit.words.asFractions')], ...fromImage),
    },
    {
      key: 'tissue',
      label: t('fit.words.fractions'),
      help: t('fit.help.fractions'),
      input: { kind: 'fractions' },
      when: (value) => value('tissueFrom') === 'given',
    },
    {
      key: 'segmentation',
      label: t('fit.words.segmentation'),
      help: t('fit.help.segmentation'),
      input: choice(...inOrder(images).map(({ id, fileName }) => [id, fileName] as const)),
      when: (value) => value('tissueFrom') === 'segmentation',
    },
  ];
}

const conventionField = (): OptionField => ({
  key: 'convention',
  label: t('fit.words.amountsAs'),
  help: t('fit.help.amountsAs'),
  input: choice(
    ['molality', t('fit.words.molality')],
    ['molarity', t('fit.words.molarity')],
    ['lcmodel', t('fit.words.lcmodelAmounts')],
  ),
});

const qualityField = (): OptionField => ({
  key: 'quality',
  label: t('fit.words.qualityBy'),
  help: t('fit.help.qualityBy'),
  input: choice(...QUALITY_PRESETS.map(({ id, title }) => [id, title] as const)),
});

/** The fields that have a meaning for this scan. */
export function amountFields(scan: AmountScan): readonly OptionField[] {
  const ratios: OptionField = {
    key: 'ratios',
    label: t('fit.words.ratiosTo'),
    help: t('fit.help.ratiosTo'),
    input: { kind: 'several', choices: ratiosOf(scan) },
  };
  return [
    ...(scan.scalesToWater ? [...tissueFields(scan), conventionField()] : []),
    ...(scan.nucleus === '1H' ? [ratios] : []),
    qualityField(),
  ];
}
