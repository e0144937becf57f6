// What other methods say of the reported spectrum. A network's value stands only with its interval, with whether the network
// knows such spectra, and with how far it agrees with the fit.
import { methodLabel } from '../domain/methodNames.ts';
import type { MethodRow, MethodValue } from '../domain/methodValues.ts';
import {
  agreementWords,
  distributionWords,
  intervalVerdict,
  isOfNetwork,
  methodRows,
  pairTally,
  referenceFit,
} from '../domain/methodValues.ts';
import type { Warning } from '../domain/provenance.ts';
import type { QuantificationResult } from '../domain/quantification.ts';

/** A method of the reported spectrum. */
export interface OpinionMethod {
  readonly title: string;
  readonly version: string;
  readonly isNetwork: boolean;
  /** "qnet@3t-press-30, version 2"; null for fits. */
  readonly model: string | null;
  readonly executionProvider: string;
  /** False where a network met a spectrum unlike those it knows. */
  readonly inDistribution: boolean;
  /** Of networks: whether it knows the spectrum, then how far it agrees with the fit; of fits, the latter. */
  readonly sentences: readonly string[];
}

export interface OpinionCell {
  readonly value: MethodValue | null;
  /** Neither value lies within the other's interval; the fit is the other. */
  readonly isBeyondFit: boolean;
}

export interface OpinionRow {
  readonly name: string;
  readonly isSum: boolean;
  /** By method. */
  readonly cells: readonly OpinionCell[];
}

export interface SecondOpinions {
  /** The fit that the others are held against comes first; the reported method itself stands among them. */
  readonly methods: readonly OpinionMethod[];
  /** Whether the first method is that fit; otherwise there is none. */
  readonly hasFit: boolean;
  /** Ratios to tCr. */
  readonly rows: readonly OpinionRow[];
  readonly warnings: readonly Warning[];
}

/** The reported result first; of the others one a method, those with numbers. */
function takenResults(own: QuantificationResult, others: readonly QuantificationResult[]): QuantificationResult[] {
  const rest = others.filter(({ method, status }) => method !== own.method && status !== 'refused');
  return own.status === 'refused' ? rest : [own, ...rest];
}

/** The fit to the front: the reported one where it is a fit, else the usual one. */
function fitFirst(results: readonly QuantificationResult[]): { results: QuantificationResult[]; hasFit: boolean } {
  const [own] = results;
  const at = own !== undefined && !isOfNetwork(own) ? 0 : referenceFit(results.map(({ method }) => method));
  if (at === null) return { results: [...results], hasFit: false };
  const fit = results[at];
  return { results: [...(fit === undefined ? [] : [fit]), ...results.filter((_, i) => i !== at)], hasFit: true };
}

/** Values of networks that have no interval are left out. */
function rowsOf(results: readonly QuantificationResult[]): MethodRow[] {
  return methodRows(results, 'ratio').map((row) => ({
    ...row,
    values: row.values.map((value, i) => {
      const result = results[i];
      return result !== undefined && isOfNetwork(result) && value?.interval === null ? null : value;
    }),
  }));
}

function opinionMethod(
  results: readonly QuantificationResult[],
  rows: readonly MethodRow[],
  at: number,
  hasFit: boolean,
): OpinionMethod {
  const { method, version, doubt, inDistribution, executionProvider } = results[at] as QuantificationResult;
  const title = methodLabel(method);
  const known = doubt === undefined ? [] : [distributionWords(doubt)];
  const fit = hasFit && at > 0 ? methodLabel(results[0]?.method ?? '') : null;
  const words = fit === null ? null : agreementWords(pairTally(rows, at, 0), fit);
  const none = doubt !== undefined && !hasFit ? ['There is no model fit of this spectrum to hold it against.'] : [];
  return {
    ...{ title, version, executionProvider, inDistribution, isNetwork: doubt !== undefined },
    model: doubt === undefined ? null : `${doubt.model.id}, version ${doubt.model.version}`,
    sentences: [
      ...known,
      ...(words === null ? none : [doubt === undefined ? words.replace('this network', title) : words]),
    ],
  };
}

/** A warning names this many; the page of second opinions names all. */
const NAMED = 4;

const shortList = (names: readonly string[]): string =>
  names.length > NAMED + 1 ? `${names.slice(0, NAMED).join(', ')} and ${names.length - NAMED} more` : names.join(', ');

function warningsOf(
  results: readonly QuantificationResult[],
  rows: readonly MethodRow[],
  methods: readonly OpinionMethod[],
  hasFit: boolean,
): Warning[] {
  const unlike = methods.filter(({ isNetwork, inDistribution }) => isNetwork && !inDistribution);
  const beyond = results.flatMap((_, at) => {
    const names = hasFit && at > 0 ? pairTally(rows, at, 0).beyondBoth : [];
    return names.length === 0 ? [] : [`${methods[at]?.title ?? ''} (${shortList(names)})`];
  });
  return [
    ...(unlike.length === 0
      ? []
      : [{ code: 'network-unlike', message: `Spectrum unlike the training of ${unlike.map((m) => m.title).join(', ')}: not to be relied on there.` }]), // prettier-ignore
    ...(beyond.length === 0
      ? []
      : [{ code: 'methods-disagree', message: `Beyond both 95 % intervals of ${methods[0]?.title ?? ''}: ${beyond.join(', ')}.` }]), // prettier-ignore
  ];
}

/**
 * @param own the reported result
 * @param others of the same spectrum; the newest of each method
 * @returns null where there is nothing to say besides the reported fit
 */
export function secondOpinions(
  own: QuantificationResult,
  others: readonly QuantificationResult[],
): SecondOpinions | null {
  const taken = takenResults(own, others);
  if (taken.length < 2 && !taken.some(isOfNetwork)) return null;
  const { results, hasFit } = fitFirst(taken);
  const rows = rowsOf(results);
  const methods = results.map((_, at) => opinionMethod(results, rows, at, hasFit));
  return {
    methods,
    hasFit,
    rows: rows.map(({ name, isSum, values }) => ({
      name,
      isSum,
      cells: values.map((value, at) => ({
        value,
        isBeyondFit: hasFit && at > 0 && intervalVerdict(value, values[0] ?? null) === 'beyondBoth',
      })),
    })),
    warnings: warningsOf(results, rows, methods, hasFit),
  };
}

/** What must stand beside a network's numbers wherever they are printed; empty for a fit. */
export function doubtSentences(opinions: SecondOpinions | null, own: QuantificationResult): readonly string[] {
  if (!isOfNetwork(own)) return [];
  const title = methodLabel(own.method);
  const found = opinions?.methods.find((m) => m.isNetwork && m.title === title);
  return found === undefined ? [] : [`Values of the network ${title} (${found.model ?? ''}).`, ...found.sentences];
}
