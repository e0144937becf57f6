// Settings of QUEST, of AMARES and of the Gaussian fit of edited spectra, in the order they are read.
import { t } from '../../app/i18n/index.ts';
import {
  ABOVE_ZERO,
  AS_MS,
  choice,
  iterationsField,
  omitField,
  shiftSearchField,
  WHOLE,
  windowField,
} from './optionFields.ts';
import type { OptionField, OptionGroup } from './optionFields.ts';

const mayBeSubtracted: NonNullable<OptionField['when']> = (value) =>
  ['auto', 'subtract'].includes(String(value('background')));

export const questGroups = (): readonly OptionGroup[] => [
  {
    title: t('fit.groups.model'),
    fields: [
      {
        key: 'background',
        label: t('fit.words.background'),
        help: t('fit.help.background'),
        input: choice(
          ['auto', t('fit.words.byBasis')],
          ['subtract', t('fit.words.subtracted')],
          ['inbase', t('fit.words.inBase')],
          ['none', t('fit.words.none')],
        ),
      },
      {
        key: 'truncationS',
        label: t('fit.words.truncation'),
        unit: 'ms',
        help: t('fit.help.truncation'),
        input: { ...AS_MS, least: 'above zero' },
        when: mayBeSubtracted,
      },
      {
        key: 'backgroundComponents',
        label: t('fit.words.backgroundTerms'),
        help: t('fit.help.backgroundTerms'),
        input: WHOLE,
        when: mayBeSubtracted,
      },
      {
        key: 'lineshape',
        label: t('fit.words.lineshape'),
        help: t('fit.help.questLineshape'),
        input: choice(['lorentzian', t('fit.words.lorentzian')], ['voigt', t('fit.words.voigt')]),
      },
      {
        key: 'grouping',
        label: t('fit.words.grouping'),
        help: t('fit.help.questGrouping'),
        input: choice(['common', t('fit.words.common')], ['perMetabolite', t('fit.words.perMetabolite')]),
      },
      omitField(),
    ],
  },
  {
    title: t('fit.groups.more'),
    folded: true,
    fields: [
      { ...windowField(), label: t('fit.words.rangeShown'), help: t('fit.help.rangeShown') },
      {
        key: 'shiftBoundPpm',
        label: t('fit.words.shiftBound'),
        unit: 'ppm',
        help: t('fit.help.shiftBound'),
        input: ABOVE_ZERO,
        when: (value) => value('grouping') === 'perMetabolite',
      },
      {
        key: 'lorentzianBoundHz',
        label: t('fit.words.widthBound'),
        unit: 'Hz',
        help: t('fit.help.widthBound'),
        input: ABOVE_ZERO,
        when: (value) => value('grouping') === 'perMetabolite',
      },
      {
        key: 'beginTimeS',
        label: t('fit.words.beginTime'),
        unit: 'ms',
        help: t('fit.help.questBeginTime'),
        input: AS_MS,
      },
      shiftSearchField(),
      iterationsField(),
    ],
  },
];

export const amaresGroups = (): readonly OptionGroup[] => [
  {
    title: t('fit.groups.model'),
    fields: [
      {
        key: 'priorKnowledge',
        label: t('fit.words.prior'),
        help: t('fit.help.prior'),
        input: { kind: 'priorKnowledge' },
      },
      {
        key: 'phase0',
        label: t('fit.words.phase'),
        help: t('fit.help.phase'),
        input: choice(['fit', t('fit.words.fitted')], ['zero', t('fit.words.asPrior')]),
      },
      {
        key: 'beginTimeS',
        label: t('fit.words.beginTime'),
        unit: 'ms',
        help: t('fit.help.beginTime'),
        input: AS_MS,
      },
      {
        key: 'beginTimeBoundS',
        label: t('fit.words.beginTimeBound'),
        unit: 'ms',
        help: t('fit.help.beginTimeBound'),
        input: AS_MS,
      },
      { ...windowField(), help: t('fit.help.amaresRange') },
    ],
  },
  {
    title: t('fit.groups.more'),
    folded: true,
    fields: [
      {
        key: 'referencePpm',
        label: t('fit.words.zeroShift'),
        unit: 'ppm',
        help: t('fit.help.zeroShift'),
        input: { kind: 'number', least: 'any', orAuto: true },
      },
      {
        ...shiftSearchField(),
        help: t('fit.help.amaresSearch'),
        input: { kind: 'number', least: 'zero', orAuto: true },
      },
      iterationsField(),
    ],
  },
];

export const editedGaussianGroups = (): readonly OptionGroup[] => [
  {
    title: t('fit.groups.model'),
    fields: [
      {
        key: 'target',
        label: t('fit.words.lines'),
        help: t('fit.help.editedLines'),
        input: choice(['GABAGlx', t('fit.words.gabaGlx')], ['GABA', t('fit.words.gabaAlone')]),
      },
      {
        key: 'baseline',
        label: t('fit.words.baseline'),
        help: t('fit.help.editedBaseline'),
        input: choice(['linear', t('fit.words.straight')], ['nonlinear', t('fit.words.curved')]),
      },
      {
        key: 'singlets',
        label: t('fit.words.singlets'),
        help: t('fit.help.singlets'),
        input: choice(['voigt', t('fit.words.voigt')], ['lorentzian', t('fit.words.lorentzian')]),
      },
      { key: 'dampingHz', label: t('fit.words.broadening'), unit: 'Hz', help: t('fit.help.broadening'), input: { kind: 'number', least: 'zero' } }, // prettier-ignore
    ],
  },
  { title: t('fit.groups.more'), folded: true, fields: [shiftSearchField(), iterationsField()] },
];
