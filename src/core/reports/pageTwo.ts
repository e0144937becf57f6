// Page two of the report: the MRSinMRS checklist, what was done to the data, and what page one had no room for.
import type { ChecklistSection } from './checklist.ts';
import { mrsInMrsChecklist } from './checklist.ts';
import { wholeConclusion } from './conclusionPart.ts';
import { escapeMarkup as esc } from './escape.ts';
import { dateTime, missing, stated } from './htmlParts.ts';
import { WARNINGS_ON_PAGE_ONE } from './pageOne.ts';
import type { ReportModel } from './reportModel.ts';
import type { Paper } from './reportStyle.ts';
import { outsideTexts } from './reportReferences.ts';
import { formatSignificant } from './tables.ts';
import type { ReportTexts } from './texts/index.ts';
import { reportTexts } from './texts/index.ts';

/** Characters of a step's details: a line or two; the database keeps all of them. */
const DETAILS_LENGTH = 96;

function checklistTable(section: ChecklistSection, texts: ReportTexts): string {
  const rows = section.items.map((i) => `<tr><td>${esc(i.label)}</td><td>${stated(i.value, texts)}</td></tr>`).join('');
  return `<table class="checklist"><thead><tr><th colspan="2">${esc(section.title)}</th></tr></thead><tbody>${rows}</tbody></table>`;
}

/** Scalars of a step's details in one line; arrays are summed up by their length. */
function detailsText(details: Readonly<Record<string, unknown>>, words: ReportTexts['provenance']): string {
  const text = Object.entries(details)
    .map(([key, value]) => {
      if (typeof value === 'number') return `${key} ${Number.isInteger(value) ? value : formatSignificant(value, 3)}`;
      if (typeof value === 'string' || typeof value === 'boolean') return `${key} ${String(value)}`;
      if (Array.isArray(value))
        return value.length <= 4 ? `${key} ${value.map(String).join(', ')}` : `${key} ${words.values(value.length)}`;
      return null;
    })
    .filter((t) => t !== null)
    .join('; ');
  return text.length <= DETAILS_LENGTH ? text : `${text.slice(0, DETAILS_LENGTH)} …`;
}

function provenanceSection(model: ReportModel, texts: ReportTexts): string {
  const words = texts.provenance;
  const steps = model.provenance
    .map(
      (p) =>
        `<tr><td>${esc(p.method)}</td><td>${esc(`${p.program} ${p.version}`)}${Object.keys(p.details).length === 0 ? '' : `: ${esc(detailsText(p.details, words))}`}</td></tr>`,
    )
    .join('');
  const hash = (label: string, name: string, value: string | null): string =>
    `<tr><td>${esc(label)}</td><td>${esc(name)} <span class="hash">${value === null ? missing(texts) : esc(value)}</span></td></tr>`;
  const { hashes, scan } = model;
  const program = `${model.program} ${model.programVersion}`;
  const analysed = words.analysedWith(
    dateTime(model.analysedAt) ?? model.analysedAt,
    program,
    model.result.executionProvider,
  );
  const rows = [
    hash(words.input, scan.fileName, hashes.input),
    scan.waterFileName === null ? '' : hash(words.water, scan.waterFileName, hashes.water),
    hash(words.basis, model.basis.id, hashes.basis),
    hash(words.recipe, model.recipe.id, hashes.recipe),
    `<tr><td>${esc(words.analysed)}</td><td>${esc(analysed)}</td></tr>`,
  ];
  return `<section class="provenance"><table class="checklist"><thead><tr><th colspan="2">${esc(words.title)}</th></tr></thead><tbody>${steps}${rows.join('')}</tbody></table></section>`;
}

function allWarningsSection(model: ReportModel, texts: ReportTexts): string {
  const room = WARNINGS_ON_PAGE_ONE - (outsideTexts(model, texts).length > 0 ? 1 : 0);
  if (model.allWarnings.length <= room) return '';
  const list = model.allWarnings.map((w) => `<li>${esc(w.message)}</li>`).join('');
  return `<section class="all-warnings"><h2>${esc(texts.warnings.all)}</h2><ul>${list}</ul></section>`;
}

/** The page's sections, without its footer. */
export function pageTwo(model: ReportModel, paper: Paper): string[] {
  const texts = reportTexts(model.language);
  const { page } = texts;
  const tables = mrsInMrsChecklist(model).map((section) => checklistTable(section, texts));
  return [
    `<header class="top"><div><h1>${esc(page.methodTitle)}</h1></div><div class="side">${esc(page.checklistSource)}</div></header>`,
    wholeConclusion(model, paper),
    `<section class="checklist">${tables.join('')}</section>`,
    provenanceSection(model, texts),
    allWarningsSection(model, texts),
  ];
}
