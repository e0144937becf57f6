// The settings of a fit as a form: what was changed from the defaults, what is wrong with it in words, what goes to the fit.
import { t } from '../../app/i18n/index.ts';
import { COMBINED_METABOLITES } from '../../../core/domain/metaboliteNames.ts';
import type { JsonObject, JsonValue } from '../../../core/domain/json.ts';
import type { ShippedKnowledgeView } from '../../../ipc/contract.ts';
import { parsePpmRange } from './model.ts';
import { optionGroups } from './methodFields.ts';
import type { OptionField, OptionInput } from './optionFields.ts';

/** What was entered for each option that was touched; null where a number's field is empty. */
export type Entries = Readonly<Record<string, JsonValue>>;

/** What the form needs to know of the scan and the chosen basis. */
export interface FormSetting {
  /** The method's defaults, with what the recipe sets over them. */
  readonly defaults: JsonObject;
  /** Metabolites of the chosen basis; empty where the method has none. */
  readonly metabolites: readonly string[];
  readonly nucleus: string;
  /** Prior knowledge that comes with the program. */
  readonly shipped: readonly ShippedKnowledgeView[];
}

const same = (a: JsonValue | undefined, b: JsonValue | undefined): boolean => JSON.stringify(a) === JSON.stringify(b);

/** @returns what counts for an option now */
export function valueOf(key: string, entries: Entries, defaults: JsonObject): JsonValue {
  return entries[key] ?? (key in entries ? null : (defaults[key] ?? null));
}

export function isChanged(key: string, entries: Entries, defaults: JsonObject): boolean {
  return key in entries && !same(entries[key], defaults[key]);
}

/** Fields of a method that there are defaults for and that count with the options as they are. */
export function shownFields(method: string, entries: Entries, defaults: JsonObject): readonly OptionField[] {
  const value = (key: string): JsonValue => valueOf(key, entries, defaults);
  return optionGroups(method)
    .flatMap((g) => g.fields)
    .filter((f) => f.key in defaults && (f.when?.(value) ?? true));
}

/** @returns names as they were typed: "tNAA, GABA" */
export function namesIn(text: string): string[] {
  const names = text.split(/[,;\s]+/).filter((name) => name !== '');
  return [...new Set(names)];
}

function numberProblem(input: Extract<OptionInput, { kind: 'number' }>, value: JsonValue): string | null {
  if (input.orAuto === true && value === 'auto') return null;
  if (typeof value !== 'number' || !Number.isFinite(value)) return t('fit.problems.number');
  if (input.least === 'above zero' && value <= 0) return t('fit.problems.aboveZero');
  if (input.least === 'zero' && value < 0) return t('fit.problems.zeroOrAbove');
  if (input.least === 'whole' && (value <= 0 || !Number.isInteger(value))) return t('fit.problems.whole');
  return null;
}

function windowProblem(value: JsonValue, nucleus: string): string | null {
  if (value === 'auto') return null;
  const [from, to] = Array.isArray(value) ? value : [];
  const parsed = parsePpmRange(typeof from === 'number' ? from : NaN, typeof to === 'number' ? to : NaN, nucleus);
  return 'problem' in parsed ? parsed.problem : null;
}

/** Names that a fit with these metabolites knows. */
function knownNames(metabolites: readonly string[], sums: boolean): readonly string[] {
  const present = COMBINED_METABOLITES.filter((c) => c.members.some((m) => metabolites.includes(m)));
  return sums ? [...metabolites, ...present.map((c) => c.name)] : metabolites;
}

function namesProblem(sums: boolean, value: JsonValue, { metabolites }: FormSetting): string | null {
  if (!Array.isArray(value) || metabolites.length === 0) return null;
  const known = knownNames(metabolites, sums);
  const unknown = value.find((name) => !known.includes(name as string));
  return unknown === undefined ? null : t('fit.problems.noName', { name: String(unknown) });
}

function knowledgeProblem(value: JsonValue, { nucleus, shipped }: FormSetting): string | null {
  if (value === 'auto') {
    const found = shipped.some((s) => s.isUsual && s.nucleus === nucleus);
    return found ? null : t('fit.problems.noKnowledge', { nucleus });
  }
  const named = typeof value === 'string' ? shipped.find((s) => s.id === value)?.nucleus : undefined;
  const held = typeof value === 'object' && value !== null && !Array.isArray(value) ? value['nucleus'] : undefined;
  const told = named ?? held;
  return typeof told === 'string' && told !== nucleus ? t('fit.problems.otherNucleus', { told, nucleus }) : null;
}

/** Fractions are rounded, but not by this much. */
const ROUNDING = 1e-9;

/** What is wrong with tissue fractions. @param value three numbers, of which null was left empty */
export function fractionsProblem(value: JsonValue): string | null {
  const parts = Array.isArray(value) ? value : [];
  if (parts.length !== 3 || !parts.every((part) => typeof part === 'number')) return t('fit.problems.allFractions');
  if (parts.some((part) => !(part >= 0 && part <= 1))) return t('fit.problems.zeroToOne');
  const sum = parts.reduce((total, part) => total + part, 0);
  if (sum > 1 + ROUNDING) return t('fit.problems.sum', { sum: Number(sum.toFixed(4)) });
  return sum === 0 ? t('fit.problems.oneAbove') : null;
}

/** What is wrong with an option's value, in one sentence; null where nothing is. */
export function problemOf(field: OptionField, value: JsonValue, setting: FormSetting): string | null {
  const { input } = field;
  switch (input.kind) {
    case 'number':
      return numberProblem(input, value);
    case 'window':
      return windowProblem(value, setting.nucleus);
    case 'names':
      return namesProblem(input.sums, value, setting);
    case 'priorKnowledge':
      return knowledgeProblem(value, setting);
    case 'fractions':
      return fractionsProblem(value);
    case 'choice':
    case 'several':
      return null;
  }
}

/** The first thing that is wrong, with its label; null where the fit may start. */
export function firstProblem(method: string, entries: Entries, setting: FormSetting): string | null {
  for (const field of shownFields(method, entries, setting.defaults)) {
    const problem = problemOf(field, valueOf(field.key, entries, setting.defaults), setting);
    if (problem !== null) return `${field.label}: ${problem}`;
  }
  return null;
}

/** Options that differ from the defaults and count, as `fit:start` takes them. */
export function chosenOptions(method: string, entries: Entries, defaults: JsonObject): JsonObject {
  const changed = shownFields(method, entries, defaults).filter((f) => isChanged(f.key, entries, defaults));
  return Object.fromEntries(changed.map((f) => [f.key, valueOf(f.key, entries, defaults)]));
}

/** Prior knowledge in words: its id, or title and number of lines of a file's. */
export function knowledgeWords(value: JsonValue): string {
  if (typeof value === 'string') return value === 'auto' ? t('fit.knowledge.byNucleus') : value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return '–';
  const { title, peaks } = value;
  const count = Array.isArray(peaks) ? peaks.length : 0;
  const named = typeof title === 'string' && title !== '' ? title : t('fit.knowledge.aFile');
  return t('fit.knowledge.lines', { title: named, count });
}

/** @param parts grey matter, white matter, CSF */
export function fractionWords([gm = 0, wm = 0, csf = 0]: readonly number[]): string {
  const part = (value: number): string => String(Number(value.toFixed(3)));
  return `GM ${part(gm)}, WM ${part(wm)}, CSF ${part(csf)}`;
}

/** An option's value as it is read: "Spline, fixed", "30 ms", "0.2 to 4.2 ppm". */
export function valueWords({ input, unit }: OptionField, value: JsonValue): string {
  const withUnit = (text: string): string => (unit === undefined ? text : `${text} ${unit}`);
  if (value === 'auto' && input.kind !== 'choice' && input.kind !== 'priorKnowledge') return t('fit.options.automatic');
  switch (input.kind) {
    case 'choice':
      return input.choices.find((c) => c.value === value)?.text ?? String(value);
    case 'number':
      return typeof value === 'number' ? withUnit(String(Number((value * (input.scale ?? 1)).toPrecision(6)))) : '–';
    case 'window':
      return Array.isArray(value)
        ? withUnit(t('fit.options.fromTo', { from: String(value[0]), to: String(value[1]) }))
        : '–';
    case 'names':
    case 'several':
      return Array.isArray(value) && value.length > 0 ? value.join(', ') : t('fit.options.none');
    case 'fractions':
      return fractionsProblem(value) === null ? fractionWords(value as number[]) : t('fit.options.none');
    case 'priorKnowledge':
      return knowledgeWords(value);
  }
}

/** Options of a stored recipe in words, one each; those that the settings don't show by their own name. */
export function optionWords(method: string, options: JsonObject): { readonly label: string; readonly value: string }[] {
  const fields = optionGroups(method).flatMap((g) => g.fields);
  return Object.entries(options).map(([key, value]) => {
    const field = fields.find((f) => f.key === key);
    return field === undefined
      ? { label: key, value: JSON.stringify(value) }
      : { label: field.label, value: valueWords(field, value) };
  });
}
