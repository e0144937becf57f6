// Settings of the NLLS fit, in the order they are read.
import { t } from '../../app/i18n/index.ts';
import { ABOVE_ZERO, choice, iterationsField, omitField, shiftSearchField, windowField } from './optionFields.ts';
import type { OptionGroup } from './optionFields.ts';

export const nllsGroups = (): readonly OptionGroup[] => [
  {
    title: t('fit.groups.data'),
    fields: [
      {
        ...windowField(),
        help: t('fit.help.nllsRange'),
      },
      omitField(),
    ],
  },
  {
    title: t('fit.words.baseline'),
    fields: [
      {
        key: 'baseline',
        label: t('fit.words.baseline'),
        help: t('fit.help.baseline'),
        input: choice(
          ['auto', t('fit.words.splineAuto')],
          ['fixed', t('fit.words.splineFixed')],
          ['none', t('fit.words.none')],
        ),
      },
      {
        key: 'baselineEdPerPpm',
        label: t('fit.words.freedom'),
        unit: 'ED/ppm',
        help: t('fit.help.freedom'),
        input: ABOVE_ZERO,
        when: (value) => value('baseline') === 'fixed',
      },
      {
        key: 'baselineMaxEdPerPpm',
        label: t('fit.words.freedomMost'),
        unit: 'ED/ppm',
        help: t('fit.help.freedomMost'),
        input: ABOVE_ZERO,
        when: (value) => value('baseline') === 'auto',
      },
      {
        key: 'addMacromolecules',
        label: t('fit.words.macromolecules'),
        help: t('fit.help.macromolecules'),
        input: choice(['auto', t('fit.words.mmAdded')], ['none', t('fit.words.mmBasis')]),
      },
    ],
  },
  {
    title: t('fit.words.lines'),
    fields: [
      {
        key: 'grouping',
        label: t('fit.words.grouping'),
        help: t('fit.help.grouping'),
        input: choice(
          ['common', t('fit.words.common')],
          ['related', t('fit.words.related')],
          ['perMetabolite', t('fit.words.perMetabolite')],
        ),
      },
      {
        key: 'lineshape',
        label: t('fit.words.lineshape'),
        help: t('fit.help.lineshape'),
        input: choice(
          ['voigt', t('fit.words.voigt')],
          ['lorentzian', t('fit.words.lorentzian')],
          ['free', t('fit.words.free')],
        ),
      },
      {
        key: 'deviationSpread',
        label: t('fit.words.spread'),
        help: t('fit.help.spread'),
        input: choice(['learned', t('fit.words.learned')], ['fixed', t('fit.words.fixed')]),
        when: (value) => value('grouping') !== 'common',
      },
      {
        key: 'phases',
        label: t('fit.words.phases'),
        help: t('fit.help.phases'),
        input: choice(
          ['free', t('fit.words.bothOrders')],
          ['zeroOrder', t('fit.words.zeroOrder')],
          ['fixed', t('fit.words.fixed')],
        ),
      },
      {
        key: 'gaussianDeviations',
        label: t('fit.words.gaussian'),
        help: t('fit.help.gaussian'),
        input: choice(['none', t('fit.words.common')], ['free', t('fit.words.asGroups')]),
        when: (value) => value('grouping') !== 'common',
      },
    ],
  },
  {
    title: t('fit.words.prior'),
    fields: [
      {
        key: 'ratioPriors',
        label: t('fit.words.ratioPriors'),
        help: t('fit.help.ratioPriors'),
        input: choice(['none', t('fit.words.off')], ['lcmodel', t('fit.words.asLcmodel')]),
      },
    ],
  },
  {
    title: t('fit.groups.intervals'),
    fields: [
      {
        key: 'profileLikelihood',
        label: t('fit.words.profile'),
        help: t('fit.help.profile'),
        input: { kind: 'names', sums: true, example: 'tNAA, GABA' },
      },
      {
        key: 'monteCarloDraws',
        label: t('fit.words.monteCarlo'),
        help: t('fit.help.monteCarlo'),
        input: { kind: 'number', least: 'zero' },
      },
    ],
  },
  {
    title: t('fit.groups.more'),
    folded: true,
    fields: [
      {
        key: 'domain',
        label: t('fit.words.domain'),
        help: t('fit.help.domain'),
        input: choice(['real', t('fit.words.realPart')], ['complex', t('fit.words.bothParts')]),
      },
      shiftSearchField(),
      {
        key: 'shiftPriorSdPpm',
        label: t('fit.words.sdShifts'),
        unit: 'ppm',
        help: t('fit.help.sdShifts'),
        input: ABOVE_ZERO,
        when: (value) => value('grouping') !== 'common',
      },
      {
        key: 'lorentzianPriorSdHz',
        label: t('fit.words.sdWidths'),
        unit: 'Hz',
        help: t('fit.help.sdWidths'),
        input: ABOVE_ZERO,
        when: (value) => value('grouping') !== 'common',
      },
      {
        key: 'gaussianPriorSdHz',
        label: t('fit.words.sdGaussian'),
        unit: 'Hz',
        help: t('fit.help.sdGaussian'),
        input: ABOVE_ZERO,
        when: (value) => value('grouping') !== 'common' && value('gaussianDeviations') === 'free',
      },
      {
        key: 'phase1PriorSdDegPerPpm',
        label: t('fit.words.sdPhase'),
        unit: '°/ppm',
        help: t('fit.help.sdPhase'),
        input: ABOVE_ZERO,
      },
      {
        key: 'baselineKnotsPerPpm',
        label: t('fit.words.knots'),
        unit: '1/ppm',
        help: t('fit.help.knots'),
        input: ABOVE_ZERO,
        when: (value) => value('baseline') !== 'none',
      },
      {
        key: 'baselineAicWeight',
        label: t('fit.words.smoothness'),
        help: t('fit.help.smoothness'),
        input: ABOVE_ZERO,
        when: (value) => value('baseline') === 'auto',
      },
      iterationsField(),
    ],
  },
];
