// The conclusion and who stands behind it: typed text or room for handwriting, draft or signature.
import { escapeMarkup as esc } from './escape.ts';
import { dateTime } from './htmlParts.ts';
import type { ReportModel } from './reportModel.ts';
import type { Paper } from './reportStyle.ts';
import { reportTexts } from './texts/index.ts';

/** Characters in a line of the page's width, and lines that page one always has room for. */
const LINE_LENGTH = 92;
const LINES_ON_PAGE_ONE: Readonly<Record<Paper, number>> = { a4: 6, letter: 3 };
const RULES = 3;

const paragraphs = (text: string): string[] => text.split(/\r?\n/);
const linesOf = (paragraph: string): number => Math.max(1, Math.ceil(paragraph.length / LINE_LENGTH));

const html = (lines: readonly string[]): string =>
  lines.map((line) => `<p>${line.trim() === '' ? '&nbsp;' : esc(line)}</p>`).join('');

/** What page one has room for: whole paragraphs, of the first one whole lines. */
function fitting(conclusion: string, paper: Paper): { readonly shown: readonly string[]; readonly isWhole: boolean } {
  const all = paragraphs(conclusion);
  const shown: string[] = [];
  let left = LINES_ON_PAGE_ONE[paper];
  for (const paragraph of all) {
    const needed = linesOf(paragraph);
    if (needed > left) {
      const cut = paragraph.slice(0, left * LINE_LENGTH).replace(/\s+\S*$/, '');
      if (left > 0 && cut !== '') shown.push(`${cut} …`);
      return { shown, isWhole: false };
    }
    shown.push(paragraph);
    left -= needed;
  }
  return { shown, isWhole: true };
}

export function conclusionSection({ conclusion, language }: ReportModel, paper: Paper): string {
  const words = reportTexts(language).conclusion;
  if (conclusion === '') {
    return `<section class="conclusion"><h2>${esc(words.title)}</h2>${'<div class="rule"></div>'.repeat(RULES)}</section>`;
  }
  const { shown, isWhole } = fitting(conclusion, paper);
  const rest = isWhole ? '' : `<p class="missing">${esc(words.continued)}</p>`;
  return `<section class="conclusion typed"><h2>${esc(words.title)}</h2>${html(shown)}${rest}</section>`;
}

/** The whole text for page two, where page one has no room for it. */
export function wholeConclusion({ conclusion, language }: ReportModel, paper: Paper): string {
  if (conclusion === '' || fitting(conclusion, paper).isWhole) return '';
  const words = reportTexts(language).conclusion;
  return `<section class="conclusion typed whole"><h2>${esc(words.whole)}</h2>${html(paragraphs(conclusion))}</section>`;
}

export function signatureSection({ signature, version, language }: ReportModel): string {
  const { state } = reportTexts(language);
  const amends = version > 1 ? ` ${state.amends(version - 1)}` : '';
  if (signature === null) {
    const lines = [state.nameFunction, state.signature, state.date].map((label) => `<div>${esc(label)}</div>`);
    return `<section class="signature draft"><p><b>${esc(`${state.draftWords}.`)}</b>${esc(amends)}</p>${lines.join('')}</section>`;
  }
  const who = [signature.name, signature.role].filter((part) => part.trim() !== '').join(', ');
  const words = state.signedBy(who, dateTime(signature.signedAt) ?? signature.signedAt, version);
  return `<section class="signed"><p><b>${esc(words)}</b>${esc(amends)}</p><p class="key">${esc(state.content)} <span class="hash">${esc(signature.contentSha256)}</span></p></section>`;
}
