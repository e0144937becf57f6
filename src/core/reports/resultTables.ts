// The report's tables of sums and single metabolites: ratio, its doubt, amount, reference range, marks.
import { isOfNetwork, methodValue } from '../domain/methodValues.ts';
import type { QuantificationResult } from '../domain/quantification.ts';
import { escapeMarkup as esc } from './escape.ts';
import type { ShownConcentration } from './quantities.ts';
import { concentrationIn, isScaledByLcmodel, ratioReferences, shownConcentration } from './quantities.ts';
import type { ReportModel } from './reportModel.ts';
import { placeSymbol, rangeEndsText, rangeSources, referenceOf } from './reportReferences.ts';
import type { ReportReference } from './reportReferences.ts';
import type { Reliability, ResultRow } from './tables.ts';
import {
  CRLB_LIMIT_PERCENT,
  CRLB_UNDETERMINED_PERCENT,
  RELIABILITY_MARKS,
  formatCrlb,
  formatSignificant,
} from './tables.ts';
import type { ReportTexts } from './texts/index.ts';
import { reportTexts } from './texts/index.ts';

/** Single metabolites a column of page one can hold. */
const SINGLES_PER_COLUMN = 13;

/** What the cells of one report have in common. */
interface Columns {
  readonly model: ReportModel;
  readonly texts: ReportTexts;
  readonly shown: ShownConcentration | null;
  readonly isNetwork: boolean;
  /** A column for ranges of ratios to tCr. */
  readonly withReference: boolean;
  /** Amounts; of single metabolites only where no range needs the room: page three has them too. */
  readonly withAmount: boolean;
  /** Of single metabolites without amounts, likewise. */
  readonly withAmplitude: boolean;
}

/** Ratio and bound of a fit; ratio and half of its 95 % interval of a network, whose ratio is left out without one. */
function ratioCells({ estimate }: ResultRow, result: QuantificationResult): string {
  if (!isOfNetwork(result)) {
    return `<td>${formatSignificant(estimate.ratioToTCr, 3)}</td><td>${formatCrlb(estimate.crlbPercent)}</td>`;
  }
  const found = methodValue(estimate, result, 'ratio');
  const interval = found?.interval ?? null;
  if (found === null || interval === null) return '<td>–</td><td>–</td>';
  return `<td>${formatSignificant(found.value, 3)}</td><td>${formatSignificant((interval[1] - interval[0]) / 2, 2)}</td>`;
}

/** "▲" with its words, of a value outside its range. */
function placeMark(reference: ReportReference | null, texts: ReportTexts): string {
  const place = reference?.match.place ?? 'within';
  return place === 'within' ? '' : `<b title="${esc(texts.reference.place[place])}">${placeSymbol(place)}</b>`;
}

function referenceCell({ name }: ResultRow, { model, texts }: Columns): string {
  const reference = referenceOf(model, name, 'ratio');
  if (reference === null) return '<td>–</td>';
  return `<td class="range">${esc(rangeEndsText(reference.match))} ${placeMark(reference, texts)}</td>`;
}

/** The amount where there is one; of a fit's single metabolites else the amplitude. Of networks neither has an interval here. */
function amountCell(
  { name, estimate }: ResultRow,
  { model, texts, shown, isNetwork, withAmount, withAmplitude }: Columns,
): string {
  if (isNetwork || (shown !== null && !withAmount)) return '';
  if (shown === null) return !withAmplitude ? '' : `<td>${formatSignificant(estimate.amplitude, 3)}</td>`;
  const amount = formatSignificant(concentrationIn(estimate, shown.convention)?.value ?? null, 3);
  return `<td>${amount} ${placeMark(referenceOf(model, name, shown.convention), texts)}</td>`;
}

function reliabilityWords(reliability: Reliability, texts: ReportTexts): string {
  return reliability === 'uncertain'
    ? texts.table.uncertain(CRLB_LIMIT_PERCENT)
    : texts.table.undetermined(CRLB_UNDETERMINED_PERCENT);
}

function tableRow(row: ResultRow, columns: Columns): string {
  const { texts, shown, withReference } = columns;
  const { symbol } = RELIABILITY_MARKS[row.reliability];
  // With more beside it there is no room; the annex names the members then.
  const hasRoom = shown === null && !withReference;
  const members = row.members.length > 1 && hasRoom ? ` <small>${esc(row.members.join(' + '))}</small>` : '';
  const mark = symbol === '' ? '' : `<span title="${esc(reliabilityWords(row.reliability, texts))}">${symbol}</span>`;
  const reference = withReference ? referenceCell(row, columns) : '';
  return `<tr class="${row.reliability}"><td>${esc(row.name)}${members}</td>${ratioCells(row, columns.model.result)}${amountCell(row, columns)}${reference}<td class="mark">${mark}</td></tr>`;
}

/** "mmol/kg" of "mmol/kg tissue water": what of is said in the key. */
const shortUnit = (unit: string): string => unit.split(' ')[0] ?? unit;

const head = (title: string, below: string): string =>
  `<th scope="col">${esc(title)}<br><small>${esc(below)}</small></th>`;

function amountHead({ texts, shown, isNetwork, withAmount, withAmplitude }: Columns): string {
  if (isNetwork || (shown !== null && !withAmount)) return '';
  if (shown !== null) return head(texts.table.amount, shortUnit(shown.unit));
  return !withAmplitude ? '' : head(texts.table.amplitude, texts.table.basisUnits);
}

function table(rows: readonly ResultRow[], kind: 'sums' | 'singles', columns: Columns): string {
  const { table: words } = columns.texts;
  const doubt = columns.isNetwork ? head(words.interval, words.toTCr) : head('CRLB', '%');
  const heads = [
    `<th scope="col">${esc(words.metabolite)}</th>`,
    head(words.ratio, words.toTCr),
    doubt,
    amountHead(columns),
    columns.withReference ? head(words.reference, words.meanTwoSd) : '',
    '<th class="mark"></th>',
  ];
  const body = rows.map((row) => tableRow(row, columns)).join('');
  return `<table class="${kind}"><thead><tr>${heads.join('')}</tr></thead><tbody>${body}</tbody></table>`;
}

function amountsKey({ model, texts, shown, isNetwork }: Columns): string {
  const words = texts.table;
  if (shown === null) return words.noCorrection;
  if (isNetwork) return words.amountsOnPage3;
  const factors = isScaledByLcmodel(model.result) ? words.scaledByLcmodel : words.factorsOnPage3;
  return words.amountKey(texts.conventionWords[shown.convention], shown.unit, factors);
}

/** What the tables' numbers are. */
function keyText(columns: Columns): string {
  const { model, texts, isNetwork } = columns;
  const { uncertain, undetermined } = RELIABILITY_MARKS;
  return [
    isNetwork ? texts.table.networkKey : texts.table.key,
    `${uncertain.symbol} ${reliabilityWords('uncertain', texts)}.`,
    `${undetermined.symbol} ${reliabilityWords('undetermined', texts)}.`,
    amountsKey(columns),
    ...(ratioReferences(model.result).length > 1 ? [texts.table.moreRatios] : []),
    model.references.length === 0 ? texts.reference.none : texts.reference.key,
  ].join(' ');
}

/** Ranges with their citations, under the tables. */
function sources({ model, texts }: Columns): string {
  const found = rangeSources(model, texts);
  return found.length === 0 ? '' : `<p class="key sources">${found.map((source) => esc(source)).join(' ')}</p>`;
}

/** Both tables with their key. */
export function resultTables(model: ReportModel): string {
  const texts = reportTexts(model.language);
  const shown = shownConcentration(model.result);
  const isNetwork = isOfNetwork(model.result);
  const sums = model.rows.filter((r) => r.kind === 'sum');
  const singles = model.rows.filter((r) => r.kind === 'single');
  const hasReference = (rows: readonly ResultRow[]): boolean =>
    rows.some(({ name }) => referenceOf(model, name, 'ratio') !== null);
  const common = { model, texts, shown, isNetwork };
  const of: Columns = { ...common, withReference: hasReference(sums), withAmount: true, withAmplitude: false };
  const ofSingles = hasReference(singles);
  const hasRoom = !ofSingles && !of.withReference;
  const single: Columns = { ...common, withReference: ofSingles, withAmount: hasRoom, withAmplitude: hasRoom };
  const half = singles.length > SINGLES_PER_COLUMN ? Math.ceil(singles.length / 2) : singles.length;
  const parts = [singles.slice(0, half), singles.slice(half)].filter((part) => part.length > 0);
  const title = shown === null || isNetwork ? texts.table.ratios : texts.table.ratiosAndAmounts;
  const first = `<div><h2>${esc(title)}</h2>${table(sums, 'sums', of)}<p class="key">${esc(keyText(of))}</p></div>`;
  const others = parts.map((part, i) => {
    const heading = i === 0 ? esc(texts.table.singles) : '&nbsp;';
    return `<div><h2>${heading}</h2>${table(part, 'singles', single)}</div>`;
  });
  const wide = of.withReference ? ' wide' : '';
  return `<section class="box results"><div class="tables${wide}">${first}${others.join('')}</div>${sources(of)}</section>`;
}
