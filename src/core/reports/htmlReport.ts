// The report as one static HTML page: page one for the reader, page two the MRSinMRS checklist and the provenance, page
// three the ratios, amounts and factors where there are any.
import { conclusionSection, signatureSection } from './conclusionPart.ts';
import { correctionSections, hasCorrection } from './correctionPage.ts';
import { escapeMarkup as esc } from './escape.ts';
import {
  doubtSection,
  figureSection,
  headerSection,
  methodsSection,
  patientSection,
  qualitySection,
  scanSection,
  statusSection,
  warningsSection,
} from './pageOne.ts';
import { pageTwo } from './pageTwo.ts';
import { hasQuantities, quantitySections } from './quantityPage.ts';
import { regionSections } from './regionPage.ts';
import type { ReportModel } from './reportModel.ts';
import type { Paper } from './reportStyle.ts';
import { reportStyle } from './reportStyle.ts';
import { resultTables } from './resultTables.ts';
import { secondOpinionSections } from './secondOpinionsPage.ts';
import { reportTexts } from './texts/index.ts';

export interface ReportOptions {
  /** Adds a page on the correction of frequency and phase, where one is on record. */
  readonly withCorrection?: boolean;
  /** @default A4 */
  readonly paper?: Paper;
}

function footer(model: ReportModel, page: number, pages: number): string {
  const words = reportTexts(model.language).page;
  const text = `${model.program} ${model.programVersion} · ${words.input} ${model.hashes.input.slice(0, 12)} · ${words.footer(page, pages)}`;
  return `<footer><b>${esc(words.researchUse)}</b><span>${esc(text)}</span></footer>`;
}

/** Pages after the second: title and sections. */
function annexes(model: ReportModel, withCorrection: boolean): (readonly [title: string, sections: string])[] {
  const texts = reportTexts(model.language);
  return [
    ...(hasQuantities(model)
      ? [[texts.page.quantitiesTitle, `${doubtSection(model)}${quantitySections(model)}`] as const]
      : []),
    ...(model.opinions === null
      ? []
      : [[texts.page.opinionsTitle, secondOpinionSections(model.opinions, texts)] as const]),
    ...(model.regions.length === 0 ? [] : [[texts.page.regionsTitle, regionSections(model)] as const]),
    ...(withCorrection && hasCorrection(model)
      ? [[texts.page.correctionTitle, correctionSections(model)] as const]
      : []),
  ];
}

function pageOne(model: ReportModel, pages: number, paper: Paper): string {
  return [
    headerSection(model),
    patientSection(model),
    scanSection(model),
    statusSection(model),
    doubtSection(model),
    figureSection(model, paper),
    resultTables(model),
    `<div class="box two">${qualitySection(model)}${warningsSection(model)}</div>`,
    methodsSection(model),
    conclusionSection(model, paper),
    signatureSection(model),
    footer(model, 1, pages),
  ].join('\n');
}

/**
 * Lays the report out.
 * @param model one voxel's report
 * @returns a complete HTML document: escaped text, inline SVG, no scripts, no external resources
 */
export function htmlReport(model: ReportModel, options: ReportOptions = {}): string {
  const { withCorrection = false, paper = 'a4' } = options;
  const more = annexes(model, withCorrection);
  const pages = 2 + more.length;
  const { title } = reportTexts(model.language).page;
  const second = [...pageTwo(model, paper), footer(model, 2, pages)];
  const annex = more
    .map(([heading, sections], i) => {
      const parts = [`<header class="top"><div><h1>${esc(heading)}</h1></div></header>`, sections];
      return `\n<article class="page third">${[...parts, footer(model, 3 + i, pages)].join('\n')}</article>`;
    })
    .join('');
  return `<!doctype html>
<html lang="${model.language}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width">
<title>${esc(title)}</title>
<style>${reportStyle(paper)}</style></head>
<body><main><article class="page first">${pageOne(model, pages, paper)}</article>
<article class="page second">${second.join('\n')}</article>${annex}</main></body></html>
`;
}
