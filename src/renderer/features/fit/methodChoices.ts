// Methods as they are chosen from: in groups, with what each is and, where it can't be used for this scan, why not.
import { t } from '../../app/i18n/index.ts';
import type { FitMethodView } from '../../../ipc/contract.ts';
import { methodWords } from './methodFields.ts';

export interface MethodChoice {
  readonly id: string;
  readonly text: string;
  /** Why it can't be used for this scan, in a sentence; null where it can. */
  readonly obstacle: string | null;
}

export interface MethodGroup {
  readonly title: string;
  readonly methods: readonly MethodChoice[];
}

const GROUPS: readonly FitMethodView['group'][] = ['fit', 'network', 'ours'];

/** @param except a method that is chosen already, and not offered again */
export function methodGroups(methods: readonly FitMethodView[], except: string | null = null): MethodGroup[] {
  return GROUPS.map((group) => ({
    title: t(`fit.methodGroups.${group}`),
    methods: methods
      .filter((m) => m.group === group && m.id !== except)
      .map(({ id, obstacle }) => ({ id, text: methodWords(id), obstacle })),
  })).filter((g) => g.methods.length > 0);
}

/** Those of the wished second opinions that this scan can have, in the order of the list. */
export function usableOpinions(methods: readonly FitMethodView[], wished: readonly string[], main: string): string[] {
  return methods
    .filter(({ id, obstacle }) => id !== main && obstacle === null && wished.includes(id))
    .map(({ id }) => id);
}

/** Networks and ours, as far as this scan can have them. */
export const knowingNetworks = (methods: readonly FitMethodView[]): string[] =>
  methods.filter(({ group, obstacle }) => group !== 'fit' && obstacle === null).map(({ id }) => id);

/** As many names as fit on a line. */
const NAMED = 2;

/** "none", "QUEST", "QUEST, QNet and 3 more" @param names short ones */
export function opinionsSummary(names: readonly string[]): string {
  if (names.length === 0) return t('fit.opinions.summaryNone');
  const said = names.slice(0, NAMED).join(', ');
  return names.length > NAMED ? t('fit.opinions.more', { names: said, number: names.length - NAMED }) : said;
}
