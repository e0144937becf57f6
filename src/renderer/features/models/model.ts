// Networks as the page describes them: what each is for, its protocol and training in words, what a self-test came to.
import type { ListedModelView, ModelCardView, ModelVerdictView } from '../../../ipc/contract.ts';

export interface Fact {
  readonly name: string;
  readonly value: string;
}

const TASKS: Readonly<Record<ModelCardView['task'], { readonly title: string; readonly does: string }>> = {
  fpc: {
    title: 'Frequency and phase correction',
    does: 'Estimates how far each transient is off in frequency and phase, so that they can be averaged in line.',
  },
  denoising: {
    title: 'Denoising',
    does: 'Takes noise out of a spectrum. The original is kept, and bounds go with its noise.',
  },
  quantification: { title: 'Quantification', does: 'Estimates the amounts of metabolites from a spectrum.' },
};

/** What networks of a task do, in a sentence. */
export const taskWords = (task: ModelCardView['task']): string => TASKS[task].does;

export interface ModelGroup {
  readonly title: string;
  readonly models: readonly ListedModelView[];
}

/** The networks by task; those without a card that can be read come last. */
export function groupModels(models: readonly ListedModelView[]): ModelGroup[] {
  const groups = [
    ...Object.entries(TASKS).map(([task, { title }]) => ({
      title,
      models: models.filter((m) => m.card?.task === task),
    })),
    { title: 'Not in order', models: models.filter((m) => m.card === null) },
  ];
  return groups.filter((group) => group.models.length > 0);
}

const number = (value: number): string => String(Number(value.toPrecision(6))).replace('-', '−');

/** "1.4 to 9.5 T", "3 T" */
function rangeWords([low, high]: readonly [number, number], unit = ''): string {
  const text = low === high ? number(low) : `${number(low)} to ${number(high)}`;
  // The unit stays on the line of its number.
  return unit === '' ? text : `${text}\u00A0${unit}`;
}

const LIMIT_UNITS: readonly (readonly [ending: string, unit: string])[] = [
  ['Ppm', 'ppm'],
  ['Hz', 'Hz'],
  ['Deg', '°'],
  ['S', 's'],
];
const LIMIT_NAMES: Readonly<Record<string, string>> = {
  snr: 'SNR',
  peakSnr: 'tallest point over the noise',
  peakOverNoiseSd: 'tallest peak over the noise’s SD',
  points: 'points',
  durationS: 'duration',
  dwellTimeS: 'dwell time',
};

function limitWords(name: string, range: readonly [number, number]): string {
  const [ending = '', unit = ''] = LIMIT_UNITS.find(([end]) => name.endsWith(end) && name.length > end.length) ?? [];
  const words = name
    .slice(0, name.length - ending.length)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase();
  const [low, high] = range.map((end) => Number(end.toPrecision(3))) as [number, number];
  return `${LIMIT_NAMES[name] ?? words} ${rangeWords([low, high], unit)}`;
}

/** "PRESS, SLASER or STEAM" */
const orWords = (names: readonly string[]): string =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`;

/** For which scans a network may be used, in one sentence. */
export function protocolWords({ nucleus, fieldT, sequences, echoTimeMs, limits }: ModelCardView['protocol']): string {
  const scans = [
    `${nucleus} spectra`,
    fieldT === null ? 'any field strength' : rangeWords(fieldT, 'T'),
    sequences === null ? 'any sequence' : orWords(sequences),
    echoTimeMs === null ? 'any echo time' : `TE ${rangeWords(echoTimeMs, 'ms')}`,
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
    { name: 'Trained', value: `${number(epochs)} epochs in ${number(minutes)} min on ${hardware}` },
    { name: 'Data', value: presetFiles.length === 0 ? recipe : `${recipe}: ${presetFiles.join(', ')}` },
    { name: 'Basis sets', value: bases.length === 0 ? 'none' : `${bases.length}: ${bases.join(', ')}` },
    { name: 'Seeds', value: seedWords.join(', ') },
    { name: 'Command', value: command },
  ];
}

/** Where a network comes from, and which file it is. */
export function originFacts(card: ModelCardView): Fact[] {
  return [
    { name: 'Method', value: card.citation },
    { name: 'Licence', value: card.licence },
    { name: 'File', value: card.file },
    { name: 'SHA-256', value: card.sha256 },
  ];
}

const PROVIDERS: Readonly<Record<string, string>> = {
  cpu: 'the processor (CPU)',
  cuda: 'the graphics card (CUDA)',
  dml: 'the graphics card (DirectML)',
  coreml: 'Core ML',
  webgpu: 'the graphics card (WebGPU)',
};

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
export const providerWords = (provider: string): string => PROVIDERS[provider] ?? provider;

export interface Verdict {
  readonly tone: 'ok' | 'stop' | 'muted';
  readonly symbol: string;
  readonly words: string;
  /** For a list. */
  readonly short: string;
}

const notInOrder = (words: string): Verdict => ({ tone: 'stop', symbol: '✕', words, short: 'Not in order' });

/** What is known of a network's state. @param verdict undefined before it was verified */
export function verdictWords(model: ListedModelView, verdict: ModelVerdictView | undefined): Verdict {
  if (verdict === undefined) {
    const untold = 'Not verified yet';
    if (model.problem !== null) return notInOrder(model.problem);
    return { tone: 'muted', symbol: '○', words: untold, short: untold };
  }
  if (!verdict.ok) return notInOrder(verdict.reason ?? 'It is not in order.');
  const runs = verdict.executionProvider === null ? '' : `; runs on ${providerWords(verdict.executionProvider)}`;
  const words = `In order: file unchanged, self-test passed${runs}`;
  return { tone: 'ok', symbol: '✓', words, short: 'In order' };
}

/** Better providers that a network was not run on, a sentence each. */
export function fallbackWords({ fallbacks }: Pick<ModelVerdictView, 'fallbacks'>): string[] {
  return fallbacks.map(({ provider, reason }) => `Not on ${providerWords(provider)}: ${reason}`);
}

/** All verdicts in one sentence. */
export function summaryWords(verdicts: readonly ModelVerdictView[]): Omit<Verdict, 'short'> {
  const failed = verdicts.filter(({ ok }) => !ok).length;
  if (failed > 0) {
    const words = `${failed} of ${verdicts.length} networks ${failed === 1 ? 'is' : 'are'} not in order`;
    return { tone: 'stop', symbol: '✕', words };
  }
  const words = verdicts.length === 1 ? 'The network is in order' : `All ${verdicts.length} networks are in order`;
  return { tone: 'ok', symbol: '✓', words };
}

/** What the verified networks run on, each provider once. */
export function providersOf(verdicts: readonly ModelVerdictView[]): string[] {
  return [...new Set(verdicts.flatMap(({ executionProvider }) => executionProvider ?? []))].map(providerWords);
}
