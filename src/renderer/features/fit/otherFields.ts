// Settings of QUEST, of AMARES and of the Gaussian fit of edited spectra, in the order they are read.
import { ABOVE_ZERO, AS_MS, choice, ITERATIONS, OMIT, SHIFT_SEARCH, WHOLE, WINDOW } from './optionFields.ts';
import type { OptionField, OptionGroup } from './optionFields.ts';

const mayBeSubtracted: NonNullable<OptionField['when']> = (value) =>
  ['auto', 'subtract'].includes(String(value('background')));

export const QUEST: readonly OptionGroup[] = [
  {
    title: 'Model',
    fields: [
      {
        key: 'background',
        label: 'Background',
        help: 'By the basis set: its macromolecules where it has any; else subtracted, as found from the first samples',
        input: choice(
          ['auto', 'By the basis set'],
          ['subtract', 'Subtracted'],
          ['inbase', 'Signals of the basis'],
          ['none', 'None'],
        ),
      },
      {
        key: 'truncationS',
        label: 'First samples left out',
        unit: 'ms',
        help: 'Where the background lives',
        input: { ...AS_MS, least: 'above zero' },
        when: mayBeSubtracted,
      },
      {
        key: 'backgroundComponents',
        label: 'Terms of the background',
        help: 'Exponentials that the rest is decomposed into',
        input: WHOLE,
        when: mayBeSubtracted,
      },
      {
        key: 'lineshape',
        label: 'Lineshape',
        help: 'What the lines decay by beyond the basis set',
        input: choice(['lorentzian', 'Lorentzian'], ['voigt', 'Voigt']),
      },
      {
        key: 'grouping',
        label: 'Shifts and widths',
        help: 'What moves and widens together',
        input: choice(['common', 'Common to all'], ['perMetabolite', 'Of each metabolite']),
      },
      OMIT,
    ],
  },
  {
    title: 'More',
    folded: true,
    fields: [
      { ...WINDOW, label: 'Range shown', help: 'Window of the curves; the fit looks at the whole signal' },
      {
        key: 'shiftBoundPpm',
        label: 'Single shifts ±',
        unit: 'ppm',
        help: 'Bound of a metabolite’s shift about the common one',
        input: ABOVE_ZERO,
        when: (value) => value('grouping') === 'perMetabolite',
      },
      {
        key: 'lorentzianBoundHz',
        label: 'Single widths ±',
        unit: 'Hz',
        help: 'Bound of a metabolite’s width about the common one',
        input: ABOVE_ZERO,
        when: (value) => value('grouping') === 'perMetabolite',
      },
      {
        key: 'beginTimeS',
        label: 'Begin time',
        unit: 'ms',
        help: 'From the basis signals’ first sample to the data’s, a whole number of dwell times',
        input: AS_MS,
      },
      SHIFT_SEARCH,
      ITERATIONS,
    ],
  },
];

export const AMARES: readonly OptionGroup[] = [
  {
    title: 'Model',
    fields: [
      {
        key: 'priorKnowledge',
        label: 'Prior knowledge',
        help: 'Which lines there are, and what is known of them',
        input: { kind: 'priorKnowledge' },
      },
      {
        key: 'phase0',
        label: 'Phase',
        help: 'One phase common to all lines, fitted or held as the prior knowledge has it',
        input: choice(['fit', 'Fitted'], ['zero', 'As in the prior knowledge']),
      },
      {
        key: 'beginTimeS',
        label: 'Begin time',
        unit: 'ms',
        help: 'From the pulse to the first sample: what shows as first-order phase',
        input: AS_MS,
      },
      {
        key: 'beginTimeBoundS',
        label: 'Begin time, fitted within ±',
        unit: 'ms',
        help: '0: it is known',
        input: AS_MS,
      },
      { ...WINDOW, help: 'Part of the spectrum that is fitted; automatic: all samples, in the time domain' },
    ],
  },
  {
    title: 'More',
    folded: true,
    fields: [
      {
        key: 'referencePpm',
        label: 'Shift at zero frequency',
        unit: 'ppm',
        help: 'Automatic: what the scan’s header says, else the nucleus’s usual one',
        input: { kind: 'number', least: 'any', orAuto: true },
      },
      {
        ...SHIFT_SEARCH,
        help: 'How far from their place all lines together are looked for; automatic: 0 for ¹H, else 2',
        input: { kind: 'number', least: 'zero', orAuto: true },
      },
      ITERATIONS,
    ],
  },
];

export const EDITED_GAUSSIAN: readonly OptionGroup[] = [
  {
    title: 'Model',
    fields: [
      {
        key: 'target',
        label: 'Lines',
        help: 'GABA+ with the two lines of Glx, or GABA+ alone',
        input: choice(['GABAGlx', 'GABA+ and Glx'], ['GABA', 'GABA+ alone']),
      },
      {
        key: 'baseline',
        label: 'Baseline',
        help: 'Under the edited lines',
        input: choice(['linear', 'Straight'], ['nonlinear', 'Curved']),
      },
      {
        key: 'singlets',
        label: 'Creatine and choline',
        help: 'Lineshape in the reference spectrum',
        input: choice(['voigt', 'Voigt'], ['lorentzian', 'Lorentzian']),
      },
      { key: 'dampingHz', label: 'Broadening', unit: 'Hz', help: 'Of data and model alike', input: { kind: 'number', least: 'zero' } }, // prettier-ignore
    ],
  },
  { title: 'More', folded: true, fields: [SHIFT_SEARCH, ITERATIONS] },
];
