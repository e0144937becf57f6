// The report's annex about quantities: every ratio and amount with its SD, and every factor that went into the amounts.
import { isOfNetwork } from '../domain/methodValues.ts';
import type { FactorInput, MetaboliteEstimate, QuantityFactor } from '../domain/quantification.ts';
import { escapeMarkup as esc } from './escape.ts';
import {
  CONVENTION_NAMES,
  concentrationIn,
  conventionsOf,
  conventionWords,
  ratioReferences,
  shownConcentration,
  withSd,
} from './quantities.ts';
import type { ReportModel } from './reportModel.ts';
import type { ResultRow } from './tables.ts';
import { formatSignificant, formatTrimmed } from './tables.ts';

/** Whether there is anything that page one does not already say. */
export function hasQuantities({ result }: ReportModel): boolean {
  return ratioReferences(result).length > 0 || result.waterScaling !== undefined;
}

function amountsTable(model: ReportModel): string {
  const references = ratioReferences(model.result);
  const conventions = conventionsOf(model.result);
  const isNetwork = isOfNetwork(model.result);
  /** A network's value is left out where its SD is unknown. */
  const printed = (found: Parameters<typeof withSd>[0]): string =>
    isNetwork && (found?.sd ?? null) === null ? '–' : withSd(found);
  const withIntervals = model.rows.some(({ estimate }) => estimate.interval95 !== undefined);
  const head = [
    '<th>Metabolite</th>',
    ...references.map((name) => `<th>to ${esc(name)}</th>`),
    ...conventions.map(({ convention, unit }) => `<th>${esc(CONVENTION_NAMES[convention])}<br><small>${esc(unit)}</small></th>`), // prettier-ignore
    ...(withIntervals ? ['<th>Amplitude, 95 %<br><small>basis units</small></th>'] : []),
  ];
  const row = ({ name, members, estimate }: ResultRow): string => {
    const sum = members.length > 1 ? ` <small>${esc(members.join(' + '))}</small>` : '';
    const ratios = references.map((r) => printed(estimate.ratios?.find(({ reference }) => reference === r)));
    const amounts = conventions.map(({ convention }) => printed(concentrationIn(estimate, convention)));
    const interval = withIntervals ? [intervalText(estimate)] : [];
    const cells = [...ratios, ...amounts, ...interval].map((text) => `<td>${esc(text)}</td>`);
    return `<tr><td>${esc(name)}${sum}</td>${cells.join('')}</tr>`;
  };
  return `<section class="amounts"><h2>Ratios and amounts, ± SD</h2><table class="quantities"><thead><tr>${head.join('')}</tr></thead><tbody>${model.rows.map(row).join('')}</tbody></table></section>`;
}

function intervalText({ interval95 }: MetaboliteEstimate): string {
  if (interval95 === undefined) return '–';
  return `${formatSignificant(interval95.low, 3)} to ${formatSignificant(interval95.high, 3)}`;
}

/** Sources, each once, by the number it is referred to with. */
class Footnotes {
  readonly #sources: string[] = [];

  number(source: string): number {
    if (!this.#sources.includes(source)) this.#sources.push(source);
    return this.#sources.indexOf(source) + 1;
  }

  html(): string {
    const notes = this.#sources.map((source, i) => `<b>${i + 1}</b> ${esc(source)}`);
    return notes.length === 0 ? '' : `<p class="key">${notes.join('; ')}.</p>`;
  }
}

const inputText = ({ name, value, unit }: FactorInput, note: number): string =>
  `${name} ${formatTrimmed(value, 4)}${unit === '' ? '' : ` ${unit}`} [${note}]`;

function factorRow(factor: QuantityFactor, notes: Footnotes): string {
  const sign = factor.operation === 'times' ? '×' : '÷';
  const value = `${sign} ${formatTrimmed(factor.value, 5)}${factor.unit === '' ? '' : ` ${factor.unit}`}`;
  const given = factor.inputs.map((input) => inputText(input, notes.number(input.source)));
  const inputs = given.length === 0 ? '' : `<br><small>${esc(given.join(', '))}</small>`;
  const assumed = factor.assumedOne ? ' <b>assumed</b>' : '';
  return `<tr><td>${esc(factor.name)}</td><td>${esc(value)}${assumed}</td><td>${esc(factor.source)}${inputs}</td></tr>`;
}

/** Own factors of the displayed convention: one row a metabolite, without what they were made from. */
function ownFactors(model: ReportModel): string {
  const shown = shownConcentration(model.result);
  const rows = model.result.metabolites.flatMap((estimate) => {
    const own = shown === null ? [] : (concentrationIn(estimate, shown.convention)?.factors.slice(1) ?? []);
    const cells = own.map(({ operation, value, assumedOne }) => `<td>${operation === 'times' ? '×' : '÷'} ${esc(formatSignificant(value, 4))}${assumedOne ? ' assumed' : ''}</td>`); // prettier-ignore
    return own.length === 0 ? [] : [`<tr><td>${esc(estimate.name)}</td>${cells.join('')}</tr>`];
  });
  if (rows.length === 0) return '';
  return `<section class="own-factors"><h2>Each metabolite’s own factors</h2><table class="quantities"><thead><tr><th>Metabolite</th><th>Saturation (T1)</th><th>Decay (T2)</th></tr></thead><tbody>${rows.join('')}</tbody></table></section>`;
}

function factorsTable(model: ReportModel): string {
  const { waterScaling } = model.result;
  const shown = shownConcentration(model.result);
  const used = waterScaling?.conventions.find(({ convention }) => convention === shown?.convention);
  if (used === undefined) return '';
  const notes = new Footnotes();
  const rows = used.factors.map((factor) => factorRow(factor, notes)).join('');
  const title = `Factors of the ${conventionWords(used.convention)} [${used.unit}], in order, after the amplitude`;
  return `<section class="factors"><h2>${esc(title)}</h2><table class="checklist factors"><tbody>${rows}</tbody></table>${notes.html()}</section>`;
}

/** The annex's sections. */
export function quantitySections(model: ReportModel): string {
  return [amountsTable(model), factorsTable(model), ownFactors(model)].filter((s) => s !== '').join('\n');
}
