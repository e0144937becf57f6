// The report's annex about quantities: every ratio and amount with its SD, and every factor that went into the amounts.
import { isOfNetwork } from '../domain/methodValues.ts';
import type { FactorInput, MetaboliteEstimate, QuantityFactor } from '../domain/quantification.ts';
import { escapeMarkup as esc } from './escape.ts';
import { concentrationIn, conventionsOf, ratioReferences, shownConcentration, withSd } from './quantities.ts';
import type { ReportModel } from './reportModel.ts';
import { reportTexts } from './texts/index.ts';
import type { ReportTexts } from './texts/index.ts';
import type { ResultRow } from './tables.ts';
import { formatSignificant, formatTrimmed } from './tables.ts';

/** Whether there is anything that page one does not already say. */
export function hasQuantities({ result }: ReportModel): boolean {
  return ratioReferences(result).length > 0 || result.waterScaling !== undefined;
}

function amountsTable(model: ReportModel): string {
  const texts = reportTexts(model.language);
  const references = ratioReferences(model.result);
  const conventions = conventionsOf(model.result);
  const isNetwork = isOfNetwork(model.result);
  /** A network's value is left out where its SD is unknown. */
  const printed = (found: Parameters<typeof withSd>[0]): string =>
    isNetwork && (found?.sd ?? null) === null ? '–' : withSd(found);
  const withIntervals = model.rows.some(({ estimate }) => estimate.interval95 !== undefined);
  const head = [
    `<th>${esc(texts.table.metabolite)}</th>`,
    ...references.map((name) => `<th>${esc(texts.quantities.to(name))}</th>`),
    ...conventions.map(({ convention, unit }) => `<th>${esc(texts.conventions[convention])}<br><small>${esc(unit)}</small></th>`), // prettier-ignore
    ...(withIntervals
      ? [`<th>${esc(texts.quantities.interval)}<br><small>${esc(texts.table.basisUnits)}</small></th>`]
      : []),
  ];
  const row = ({ name, members, estimate }: ResultRow): string => {
    const sum = members.length > 1 ? ` <small>${esc(members.join(' + '))}</small>` : '';
    const ratios = references.map((r) => printed(estimate.ratios?.find(({ reference }) => reference === r)));
    const amounts = conventions.map(({ convention }) => printed(concentrationIn(estimate, convention)));
    const interval = withIntervals ? [intervalText(estimate, texts)] : [];
    const cells = [...ratios, ...amounts, ...interval].map((text) => `<td>${esc(text)}</td>`);
    return `<tr><td>${esc(name)}${sum}</td>${cells.join('')}</tr>`;
  };
  return `<section class="amounts"><h2>${esc(texts.quantities.title)}</h2><table class="quantities"><thead><tr>${head.join('')}</tr></thead><tbody>${model.rows.map(row).join('')}</tbody></table></section>`;
}

function intervalText({ interval95 }: MetaboliteEstimate, texts: ReportTexts): string {
  if (interval95 === undefined) return '–';
  return texts.quantities.range(formatSignificant(interval95.low, 3), formatSignificant(interval95.high, 3));
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

function factorRow(factor: QuantityFactor, notes: Footnotes, texts: ReportTexts['quantities']): string {
  const sign = factor.operation === 'times' ? '×' : '÷';
  const value = `${sign} ${formatTrimmed(factor.value, 5)}${factor.unit === '' ? '' : ` ${factor.unit}`}`;
  const given = factor.inputs.map((input) => inputText(input, notes.number(input.source)));
  const inputs = given.length === 0 ? '' : `<br><small>${esc(given.join(', '))}</small>`;
  const assumed = factor.assumedOne ? ` <b>${esc(texts.assumed)}</b>` : '';
  return `<tr><td>${esc(factor.name)}</td><td>${esc(value)}${assumed}</td><td>${esc(factor.source)}${inputs}</td></tr>`;
}

/** Own factors of the displayed convention: one row a metabolite, without what they were made from. */
function ownFactors(model: ReportModel): string {
  const { quantities: words, table } = reportTexts(model.language);
  const shown = shownConcentration(model.result);
  const rows = model.result.metabolites.flatMap((estimate) => {
    const own = shown === null ? [] : (concentrationIn(estimate, shown.convention)?.factors.slice(1) ?? []);
    const cells = own.map(({ operation, value, assumedOne }) => `<td>${operation === 'times' ? '×' : '÷'} ${esc(formatSignificant(value, 4))}${assumedOne ? ` ${esc(words.assumed)}` : ''}</td>`); // prettier-ignore
    return own.length === 0 ? [] : [`<tr><td>${esc(estimate.name)}</td>${cells.join('')}</tr>`];
  });
  if (rows.length === 0) return '';
  return `<section class="own-factors"><h2>${esc(words.own)}</h2><table class="quantities"><thead><tr><th>${esc(table.metabolite)}</th><th>${esc(words.saturation)}</th><th>${esc(words.decay)}</th></tr></thead><tbody>${rows.join('')}</tbody></table></section>`;
}

function factorsTable(model: ReportModel): string {
  const texts = reportTexts(model.language);
  const { waterScaling } = model.result;
  const shown = shownConcentration(model.result);
  const used = waterScaling?.conventions.find(({ convention }) => convention === shown?.convention);
  if (used === undefined) return '';
  const notes = new Footnotes();
  const rows = used.factors.map((factor) => factorRow(factor, notes, texts.quantities)).join('');
  const title = texts.quantities.factors(texts.conventionWords[used.convention], used.unit);
  return `<section class="factors"><h2>${esc(title)}</h2><table class="checklist factors"><tbody>${rows}</tbody></table>${notes.html()}</section>`;
}

/** The annex's sections. */
export function quantitySections(model: ReportModel): string {
  return [amountsTable(model), factorsTable(model), ownFactors(model)].filter((s) => s !== '').join('\n');
}
