// Settings of the NLLS fit, in the order they are read.
import { ABOVE_ZERO, choice, ITERATIONS, OMIT, SHIFT_SEARCH, WINDOW } from './optionFields.ts';
import type { OptionGroup } from './optionFields.ts';

export const NLLS: readonly OptionGroup[] = [
  {
    title: 'Data',
    fields: [
      {
        ...WINDOW,
        help: '0.2 to 4.2 ppm, or to 4.0 where strong water was removed or the basis has no macromolecules',
      },
      OMIT,
    ],
  },
  {
    title: 'Baseline',
    fields: [
      {
        key: 'baseline',
        label: 'Baseline',
        help: 'Spline whose smoothness the data choose, or you do, or none',
        input: choice(['auto', 'Spline, automatic'], ['fixed', 'Spline, fixed'], ['none', 'None']),
      },
      {
        key: 'baselineEdPerPpm',
        label: 'Freedom',
        unit: 'ED/ppm',
        help: 'Effective degrees of freedom of the spline per ppm: more is more flexible',
        input: ABOVE_ZERO,
        when: (value) => value('baseline') === 'fixed',
      },
      {
        key: 'baselineMaxEdPerPpm',
        label: 'Freedom at most',
        unit: 'ED/ppm',
        help: 'The most flexible spline that may be chosen, in effective degrees of freedom per ppm',
        input: ABOVE_ZERO,
        when: (value) => value('baseline') === 'auto',
      },
      {
        key: 'addMacromolecules',
        label: 'Macromolecules',
        help: 'Gaussian macromolecules and lipids beside a basis set that has none; its own are always fitted',
        input: choice(['auto', 'Added where the basis has none'], ['none', 'Those of the basis only']),
      },
    ],
  },
  {
    title: 'Lines',
    fields: [
      {
        key: 'grouping',
        label: 'Shifts and widths',
        help: 'What moves and widens together; groups: creatine with phosphocreatine, the cholines …',
        input: choice(
          ['common', 'Common to all'],
          ['related', 'Of related groups'],
          ['perMetabolite', 'Of each metabolite'],
        ),
      },
      {
        key: 'lineshape',
        label: 'Lineshape',
        help: 'Free: a smooth shape common to all lines, for eddy currents and poor shims',
        input: choice(['voigt', 'Voigt'], ['lorentzian', 'Lorentzian'], ['free', 'Free']),
      },
      {
        key: 'deviationSpread',
        label: 'Spread of shifts and widths',
        help: 'Learned from each spectrum, up to the limits below, or fixed at them',
        input: choice(['learned', 'Learned'], ['fixed', 'Fixed']),
        when: (value) => value('grouping') !== 'common',
      },
      {
        key: 'phases',
        label: 'Phases',
        help: 'Fixed: as the data come, for spectra phased before',
        input: choice(['free', 'Zero and first order'], ['zeroOrder', 'Zero order'], ['fixed', 'Fixed']),
      },
      {
        key: 'gaussianDeviations',
        label: 'Gaussian widths',
        help: 'Whether Gaussian widths differ between groups as Lorentzian widths do',
        input: choice(['none', 'Common to all'], ['free', 'As the groups']),
        when: (value) => value('grouping') !== 'common',
      },
    ],
  },
  {
    title: 'Prior knowledge',
    fields: [
      {
        key: 'ratioPriors',
        label: 'Ratios of weak metabolites',
        help: 'Soft ratios to the strong ones, as LCModel has them by default; the result says so',
        input: choice(['none', 'Off'], ['lcmodel', 'As LCModel']),
      },
    ],
  },
  {
    title: '95 % intervals',
    fields: [
      {
        key: 'profileLikelihood',
        label: 'Profile likelihood of',
        help: 'Some tens of milliseconds for each name',
        input: { kind: 'names', sums: true, example: 'tNAA, GABA' },
      },
      {
        key: 'monteCarloDraws',
        label: 'Monte Carlo fits',
        help: 'Fits with fresh noise, for all metabolites; 0 for none, 200 for steady intervals',
        input: { kind: 'number', least: 'zero' },
      },
    ],
  },
  {
    title: 'More',
    folded: true,
    fields: [
      {
        key: 'domain',
        label: 'Fitted signal',
        help: 'Real part of the zero-filled spectrum, or both parts without zero filling',
        input: choice(['real', 'Real part'], ['complex', 'Real and imaginary part']),
      },
      SHIFT_SEARCH,
      {
        key: 'shiftPriorSdPpm',
        label: 'SD of single shifts',
        unit: 'ppm',
        help: 'How far a metabolite moves from the common shift',
        input: ABOVE_ZERO,
        when: (value) => value('grouping') !== 'common',
      },
      {
        key: 'lorentzianPriorSdHz',
        label: 'SD of single widths',
        unit: 'Hz',
        help: 'How far a metabolite’s Lorentzian width is from the common one',
        input: ABOVE_ZERO,
        when: (value) => value('grouping') !== 'common',
      },
      {
        key: 'gaussianPriorSdHz',
        label: 'SD of Gaussian widths',
        unit: 'Hz',
        help: 'How far a group’s Gaussian width is from the common one',
        input: ABOVE_ZERO,
        when: (value) => value('grouping') !== 'common' && value('gaussianDeviations') === 'free',
      },
      {
        key: 'phase1PriorSdDegPerPpm',
        label: 'SD of first-order phase',
        unit: '°/ppm',
        help: 'About zero; a very small one holds the first-order phase at zero',
        input: ABOVE_ZERO,
      },
      {
        key: 'baselineKnotsPerPpm',
        label: 'Baseline knots',
        unit: '1/ppm',
        help: 'Knot intervals of the spline',
        input: ABOVE_ZERO,
        when: (value) => value('baseline') !== 'none',
      },
      {
        key: 'baselineAicWeight',
        label: 'Preference for smoothness',
        help: 'Weight of the spline’s freedom when the data choose it',
        input: ABOVE_ZERO,
        when: (value) => value('baseline') === 'auto',
      },
      ITERATIONS,
    ],
  },
];
