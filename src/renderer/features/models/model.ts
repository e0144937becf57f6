// Networks as the page describes them: what each is for, its protocol and training in words, what a self-test came to.
import { t } from '../../app/i18n/index.ts';
import type { ListedModelView, ModelCardView, ModelVerdictView } from '../../../ipc/contract.ts';

export interface Fact {
  readonly name: string;
  readonly value: string;
  /** To be read letter by letter. */
  readonly isCode?: boolean;
}

const TASKS: readonly ModelCardView['task'][] = ['fpc', 'denoising', 'quantification'];

/** What networks of a task do, in a sentence. */
export const taskWords = (task: ModelCardView['task']): string => t(`models.tasks.${task}.does`);

export interface ModelGroup {
  readonly title: string;
  readonly models: readonly ListedModelView[];
}

/** The networks by task; those without a card that can be read come last. */
export function groupModels(models: readonly ListedModelView[]): ModelGroup[] {
  const groups = [
    ...TASKS.map((task) => ({
      title: t(`models.tasks.${task}.title`),
      models: models.filter((m) => m.card?.task === task),
    })),
    { title: t('models.notInOrder'), models: models.filter((m) => m.card === null) },
  ];
  return groups.filter((group) => group.models.length > 0);
}

const number = (value: number): string => String(Number(value.toPrecision(6))).replace('-', '−');

/** "1.4 to 9.5 T", "3 T" */
function rangeWords([low, high]: readonly [number, number], unit = ''): string {
  const text = low === high ? number(low) : t('models.range', { low: number(low), high: number(high) });
  // The unit stays on the line of its number.
  return unit === '' ? text : `${text}\u00A0${unit}`;
}

const LIMIT_UNITS: readonly (readonly [ending: string, unit: string])[] = [
  ['Ppm', 'ppm'],
  ['Hz', 'Hz'],
  ['Deg', '°'],
  ['S', 's'],
];
/** Limits whose names don't come from their spelling. */
const NAMED_LIMITS: readonly string[] = ['snr', 'peakSnr', 'peakOverNoiseSd', 'points', 'durationS', 'dwellTimeS'];

function limitWords(name: string, range: readonly [number, number]): string {
  const [ending = '', unit = ''] = LIMIT_UNITS.find(([end]) => name.endsWith(end) && name.length > end.length) ?? [];
  const words = name
    .slice(0, name.length - ending.length)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase();
  const [low, high] = range.map((end) => Number(end.toPrecision(3))) as [number, number];
  const named = NAMED_LIMITS.includes(name) ? t(`models.limitNames.${name}`) : words;
  return `${named} ${rangeWords([low, high], unit)}`;
}

/** "PRESS, SLASER or STEAM" */
const orWords = (names: readonly string[]): string =>
  names.length < 2
    ? names.join()
    : t('models.orWords', { some: names.slice(0, -1).join(', '), last: names.at(-1) ?? '' });

/** For which scans a network may be used, in one sentence. */
export function protocolWords({ nucleus, fieldT, sequences, echoTimeMs, limits }: ModelCardView['protocol']): string {
  const scans = [
    t('models.spectra', { nucleus }),
    fieldT === null ? t('models.anyField') : rangeWords(fieldT, 'T'),
    sequences === null ? t('models.anySequence') : orWords(sequences),
    echoTimeMs === null ? t('models.anyEchoTime') : `TE ${rangeWords(echoTimeMs, 'ms')}`,
    ...Object.entries(limits).map(([name, range]) => limitWords(name, range)),
  ];
  return `${scans.join('; ')}.`;
}

/** How the network was made. */
export function trainingFacts({ training }: ModelCardView): Fact[] {
  const { epochs, minutes, hardware, seeds, presetFiles, basisSha256, recipe, command } = training;
  const bases = Object.keys(basisSha256);
  const seedWords = Object.entries(seeds).map(([name, seed]) => `${name} ${seed}`);
  return [
    {
      name: t('models.facts.trained'),
      value: t('models.facts.trainedIn', { epochs: number(epochs), minutes: number(minutes), hardware }),
    },
    { name: t('models.facts.data'), value: presetFiles.length === 0 ? recipe : `${recipe}: ${presetFiles.join(', ')}` },
    {
      name: t('models.facts.bases'),
      value: bases.length === 0 ? t('models.facts.none') : `${bases.length}: ${bases.join(', ')}`,
    },
    { name: t('models.facts.seeds'), value: seedWords.join(', ') },
    { name: t('models.facts.command'), value: command, isCode: true },
  ];
}

/** Where a network comes from, and which file it is. */
export function originFacts(card: ModelCardView): Fact[] {
  return [
    { name: t('models.facts.method'), value: card.citation },
    { name: t('models.facts.licence'), value: card.licence },
    { name: t('models.facts.file'), value: card.file },
    { name: 'SHA-256', value: card.sha256, isCode: true },
  ];
}

const SHORT_PROVIDERS: Readonly<Record<string, string>> = {
  cpu: 'CPU',
  cuda: 'CUDA',
  dml: 'DirectML',
  coreml: 'Core ML',
  webgpu: 'WebGPU',
};

/** A provider's own name, where there is no room for words. */
export const providerName = (provider: string): string => SHORT_PROVIDERS[provider] ?? provider;

/** What runs a network, in words. @param provider as the runtime names it */
export const providerWords = (provider: string): string =>
  provider in SHORT_PROVIDERS ? t(`models.providers.${provider}`) : provider;

export interface Verdict {
  readonly tone: 'ok' | 'stop' | 'muted';
  readonly symbol: string;
  readonly words: string;
  /** For a list. */
  readonly short: string;
}

const notInOrder = (words: string): Verdict => ({ tone: 'stop', symbol: '✕', words, short: t('models.notInOrder') });

/** What is known of a network's state. @param verdict undefined before it was verified */
export function verdictWords(model: ListedModelView, verdict: ModelVerdictView | undefined): Verdict {
  if (verdict === undefined) {
    const untold = t('models.notVerified');
    if (model.problem !== null) return notInOrder(model.problem);
    return { tone: 'muted', symbol: '○', words: untold, short: untold };
  }
  if (!verdict.ok) return notInOrder(verdict.reason ?? t('models.isNotInOrder'));
  const { executionProvider } = verdict;
  const words =
    executionProvider === null
      ? t('models.passed')
      : t('models.passedOn', { provider: providerWords(executionProvider) });
  return { tone: 'ok', symbol: '✓', words, short: t('models.inOrder') };
}

/** Better providers that a network was not run on, a sentence each. */
export function fallbackWords({ fallbacks }: Pick<ModelVerdictView, 'fallbacks'>): string[] {
  return fallbacks.map(({ provider, reason }) => t('models.notOn', { provider: providerWords(provider), reason }));
}

/** All verdicts in one sentence. */
export function summaryWords(verdicts: readonly ModelVerdictView[]): Omit<Verdict, 'short'> {
  const failed = verdicts.filter(({ ok }) => !ok).length;
  if (failed > 0) {
    const words = t('models.someFailed', { count: failed, all: verdicts.length });
    return { tone: 'stop', symbol: '✕', words };
  }
  const words = t('models.allInOrder', { count: verdicts.length });
  return { tone: 'ok', symbol: '✓', words };
}

/** What the verified networks run on, each provider once. */
export function providersOf(verdicts: readonly ModelVerdictView[]): string[] {
  return [...new Set(verdicts.flatMap(({ executionProvider }) => executionProvider ?? []))].map(providerWords);
}
