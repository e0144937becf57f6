// What the marks of the window mean. A mark that one rule of the core sets is taken from there.
import { t } from '../../app/i18n/index.ts';
import { RANGE_SYMBOLS } from '../../../core/domain/referenceMatch.ts';
import { RELIABILITY_MARKS } from '../../../core/reports/index.ts';

export interface Mark {
  readonly symbol: string;
  readonly tone: 'ok' | 'caution' | 'stop' | 'muted' | 'plain';
  readonly text: string;
}

export interface MarkGroup {
  readonly title: string;
  readonly rows: readonly Mark[];
}

const mark = (symbol: string, tone: Mark['tone'], key: string): Mark => ({
  symbol,
  tone,
  text: t(`help.marks.${key}`),
});

const studyMarks = (): MarkGroup => ({
  title: t('help.marks.studies'),
  rows: [
    mark('○', 'muted', 'new'),
    mark('◐', 'caution', 'fitted'),
    mark('●', 'ok', 'reviewed'),
    mark('✓', 'ok', 'signed'),
    mark('✎', 'caution', 'draft'),
  ],
});

const qualityMarks = (): MarkGroup => ({
  title: t('help.marks.quality'),
  rows: [
    mark('✓', 'ok', 'good'),
    mark('●', 'ok', 'average'),
    mark('▲', 'caution', 'borderline'),
    mark('✕', 'stop', 'insufficient'),
    mark('–', 'muted', 'unrated'),
  ],
});

const fitMarks = (): MarkGroup => ({
  title: t('help.marks.fits'),
  rows: [
    mark('✓', 'ok', 'converged'),
    mark('▲', 'caution', 'notConverged'),
    mark('✕', 'stop', 'refused'),
    mark('⚠', 'caution', 'unlike'),
  ],
});

const valueMarks = (): MarkGroup => ({
  title: t('help.marks.values'),
  rows: [
    mark('●', 'ok', 'reliable'),
    mark(RELIABILITY_MARKS.uncertain.symbol, 'caution', 'uncertain'),
    mark(RELIABILITY_MARKS.undetermined.symbol, 'stop', 'undetermined'),
    mark(RANGE_SYMBOLS.above, 'caution', 'above'),
    mark(RANGE_SYMBOLS.below, 'caution', 'below'),
  ],
});

const agreementMarks = (): MarkGroup => ({
  title: t('help.marks.agreement'),
  rows: [
    mark('●', 'ok', 'within'),
    mark('△', 'caution', 'beyondOne'),
    mark('▲', 'stop', 'beyondBoth'),
    mark('–', 'muted', 'notComparable'),
  ],
});

const workMarks = (): MarkGroup => ({
  title: t('help.marks.work'),
  rows: [
    mark('○', 'muted', 'waiting'),
    mark('◐', 'caution', 'running'),
    mark('✓', 'ok', 'done'),
    mark('▲', 'caution', 'partly'),
    mark('✕', 'stop', 'failed'),
    mark('–', 'muted', 'cancelled'),
  ],
});

const imageMarks = (): MarkGroup => ({
  title: t('help.marks.images'),
  rows: [
    mark('□', 'plain', 'chosen'),
    mark('┄', 'caution', 'shifted'),
    mark('▬', 'stop', 'saturation'),
    mark('⋯', 'plain', 'excited'),
    mark('▦', 'muted', 'grid'),
    mark('▭', 'caution', 'region'),
    mark('／', 'muted', 'aboveLimit'),
    mark('＼', 'muted', 'outsideMask'),
    mark('◣', 'caution', 'corner'),
  ],
});

/** In the window's language; call inside a computed, so that they follow it. */
export const markGroups = (): readonly MarkGroup[] => [
  studyMarks(),
  qualityMarks(),
  fitMarks(),
  valueMarks(),
  agreementMarks(),
  workMarks(),
  imageMarks(),
];
