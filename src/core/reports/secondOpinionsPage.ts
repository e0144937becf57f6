// The report's page of second opinions: every method's ratios with their 95 % intervals, and in words how far to believe them.
import type { MethodValue } from '../domain/methodValues.ts';
import { escapeMarkup as esc } from './escape.ts';
import type { OpinionCell, OpinionRow, SecondOpinions } from './secondOpinions.ts';
import { formatSignificant } from './tables.ts';
import type { ReportTexts } from './texts/index.ts';

/** Columns that a page is wide enough for, besides the fit's. */
const METHODS_A_TABLE = 6;

/** "1.21 ± 0.04"; the interval's ends where it is not symmetric. */
export function intervalText({ value, interval }: MethodValue): string {
  const text = formatSignificant(value, 3);
  if (interval === null) return text;
  const [below, above] = [value - interval[0], interval[1] - value];
  const isSymmetric = Math.abs(below - above) <= 0.02 * Math.max(below, above);
  return isSymmetric
    ? `${text} ± ${formatSignificant(below, 2)}`
    : `${text} (${formatSignificant(interval[0], 3)} to ${formatSignificant(interval[1], 3)})`;
}

function cellHtml(cell: OpinionCell | undefined, words: ReportTexts['opinions']): string {
  const value = cell?.value ?? null;
  if (cell === undefined || value === null) return '<td>–</td>';
  return `<td>${esc(intervalText(value))}${cell.isBeyondFit ? ` <b title="${esc(words.beyond)}">≠</b>` : ''}</td>`;
}

/** The fit's column and some of the others'. @param at places of the others */
function tableOf({ methods, rows, hasFit }: SecondOpinions, at: readonly number[], texts: ReportTexts): string {
  const columns = hasFit ? [0, ...at] : at;
  const head = columns.map((i) => {
    const method = methods[i];
    const doubt = method?.isNetwork === true && !method.inDistribution ? ' ⚠' : '';
    return `<th>${esc(method?.title ?? '')}${doubt}</th>`;
  });
  const line = ({ name, isSum, cells }: OpinionRow): string =>
    `<tr><td>${isSum ? `<b>${esc(name)}</b>` : esc(name)}</td>${columns.map((i) => cellHtml(cells[i], texts.opinions)).join('')}</tr>`;
  const body = rows.filter(({ cells }) => columns.some((i) => (cells[i]?.value ?? null) !== null)).map(line);
  return `<table class="quantities"><thead><tr><th>${esc(texts.table.metabolite)}</th>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}

function methodsList({ methods }: SecondOpinions, words: ReportTexts['opinions']): string {
  const entries = methods.map(({ title, version, model, isNetwork, inDistribution, executionProvider, sentences }) => {
    const mark = !isNetwork ? '' : inDistribution ? '✓ ' : '⚠ ';
    const made = model === null ? version : words.made(model, executionProvider);
    const said = sentences.length === 0 ? ` ${words.isFit}` : ` ${sentences.join(' ')}`;
    return `<li>${mark}<b>${esc(title)}</b> (${esc(made)}).${esc(said)}</li>`;
  });
  return `<section class="opinions"><h2>${esc(words.believe)}</h2><ul>${entries.join('')}</ul></section>`;
}

/** The page's sections. */
export function secondOpinionSections(opinions: SecondOpinions, texts: ReportTexts): string {
  const words = texts.opinions;
  const others = opinions.methods.map((_, i) => i).slice(opinions.hasFit ? 1 : 0);
  const tables: string[] = [];
  for (let first = 0; first < others.length; first += METHODS_A_TABLE) {
    tables.push(tableOf(opinions, others.slice(first, first + METHODS_A_TABLE), texts));
  }
  const fit = opinions.hasFit ? (opinions.methods[0]?.title ?? '') : null;
  const against = fit === null ? '' : words.against(fit);
  const key = `${words.key}${against}${words.doubtKey}`;
  return `<section class="amounts"><h2>${esc(words.title)}</h2>${tables.join('')}<p class="key">${esc(key)}</p></section>\n${methodsList(opinions, words)}`;
}
