// Settings of ratios, amounts and quality: what a recipe's `quantities` say, in the order they are read. Which of them count
// depends on the scan: without a water reference there are no amounts, and other nuclei than ¹H have no tCr.
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
  const fromImage = images.length === 0 ? [] : [['segmentation', 'From a segmentation'] as const];
  return [
    {
      key: 'tissueFrom',
      label: 'Tissue',
      help: 'What the voxel holds: water of each tissue relaxes in its own way, and CSF holds hardly any metabolite',
      input: choice(['none', 'Not known'], ['given', 'As fractions'], ...fromImage),
    },
    {
      key: 'tissue',
      label: 'Fractions',
      help: 'Parts of the voxel that are grey matter, white matter and CSF; they add up to 1 at most',
      input: { kind: 'fractions' },
      when: (value) => value('tissueFrom') === 'given',
    },
    {
      key: 'segmentation',
      label: 'Segmentation',
      help: 'Image of this study with one label a tissue: of FSL FAST, SPM, CAT12 or FreeSurfer',
      input: choice(...inOrder(images).map(({ id, fileName }) => [id, fileName] as const)),
      when: (value) => value('tissueFrom') === 'segmentation',
    },
  ];
}

const CONVENTION: OptionField = {
  key: 'convention',
  label: 'Amounts as',
  help: 'All three are computed and stored; this one is shown',
  input: choice(
    ['molality', 'Molality, per kg of tissue water'],
    ['molarity', 'Molarity, per litre of tissue'],
    ['lcmodel', 'LCModel’s: WCONC, ATTH2O'],
  ),
};

const QUALITY: OptionField = {
  key: 'quality',
  label: 'Quality by',
  help: 'Thresholds that line width, SNR and drift are held against',
  input: choice(...QUALITY_PRESETS.map(({ id, title }) => [id, title] as const)),
};

/** The fields that have a meaning for this scan. */
export function amountFields(scan: AmountScan): readonly OptionField[] {
  const ratios: OptionField = {
    key: 'ratios',
    label: 'Ratios to',
    help: 'Denominators of the ratios in the table',
    input: { kind: 'several', choices: ratiosOf(scan) },
  };
  return [
    ...(scan.scalesToWater ? [...tissueFields(scan), CONVENTION] : []),
    ...(scan.nucleus === '1H' ? [ratios] : []),
    QUALITY,
  ];
}
