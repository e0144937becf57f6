// The report as one static HTML page: page one for the reader, page two the MRSinMRS checklist and the provenance, page
// three the ratios, amounts and factors where there are any.
import { isOfNetwork, methodValue } from '../domain/methodValues.ts';
import type { QuantificationResult } from '../domain/quantification.ts';
import type { QualityGrade } from '../domain/qualityGrade.ts';
import type { ChecklistSection } from './checklist.ts';
import { mrsInMrsChecklist, voxelText } from './checklist.ts';
import { correctionSections, hasCorrection } from './correctionPage.ts';
import { escapeMarkup as esc } from './escape.ts';
import { figureSvg } from './figureSvg.ts';
import { imageSvg } from './imageSvg.ts';
import type { ShownConcentration } from './quantities.ts';
import {
  concentrationIn,
  conventionWords,
  isScaledByLcmodel,
  ratioReferences,
  shownConcentration,
} from './quantities.ts';
import { hasQuantities, quantitySections } from './quantityPage.ts';
import type { QualityItem, ReportModel } from './reportModel.ts';
import { REPORT_STYLE } from './reportStyle.ts';
import { doubtSentences } from './secondOpinions.ts';
import { secondOpinionSections } from './secondOpinionsPage.ts';
import type { ResultRow } from './tables.ts';
import { RELIABILITY_MARKS, formatCrlb, formatFixed, formatSignificant, formatTrimmed } from './tables.ts';

export const RESEARCH_USE_LINE = 'Research use only. Not a medical device.';

const MISSING = '<span class="missing">not stated</span>';
/** Characters of a step's details on page two: a line or two; the database keeps all of them. */
const DETAILS_LENGTH = 96;
/** More warnings than these go to page two, so that page one stays one page. */
const WARNINGS_ON_PAGE_ONE = 4;
/** Single metabolites a column of page one can hold. */
const SINGLES_PER_COLUMN = 13;

const text = (value: string | null): string => (value === null || value.trim() === '' ? MISSING : esc(value));

function field(label: string, value: string | null, strong = false): string {
  return `<div><dt>${esc(label)}</dt><dd${strong ? ' class="strong"' : ''}>${text(value)}</dd></div>`;
}

const ms = (s: number | null): string | null => (s === null ? null : `${formatTrimmed(s * 1e3, 4)} ms`);

/** ISO date and time to minutes, as it stands: no time zone is guessed. */
function dateTime(iso: string | null): string | null {
  if (iso === null) return null;
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}))?/.exec(iso);
  if (match === null) return iso;
  return match[2] === undefined ? (match[1] as string) : `${match[1]} ${match[2]}${iso.endsWith('Z') ? ' UTC' : ''}`;
}

function header(model: ReportModel): string {
  return `<header class="top"><div><h1>MR spectroscopy report</h1></div><div class="side">${esc(model.study.title)}<br>Printed ${esc(dateTime(model.generatedAt) ?? '')}</div></header>`;
}

function patientSection(model: ReportModel): string {
  const { patient } = model;
  const age = patient.ageYears === null ? null : `${formatFixed(patient.ageYears, 0)} y`;
  const born = [patient.birthDate, age].filter((v) => v !== null).join(', ');
  return `<section class="patient"><dl>${[
    field('Patient', patient.name, true),
    field('Patient ID', patient.id, true),
    field('Born, age', born),
    field('Sex', patient.sex),
  ].join('')}</dl></section>`;
}

function waterText({ scan, result }: ReportModel): string {
  if (scan.waterFileName !== null) return 'used';
  return isScaledByLcmodel(result) ? 'LCModel’s own' : 'none given';
}

function scanSection(model: ReportModel): string {
  const { scan } = model;
  const { acquisition } = scan;
  const scanner = [acquisition.manufacturer, acquisition.scannerModel].filter((v) => v !== null).join(' ');
  const strength = scan.fieldT === null ? null : `${formatFixed(scan.fieldT, 1)} T`;
  const nucleus = `${scan.nucleus} at ${formatFixed(scan.spectrometerFrequencyMHz, 2)} MHz`;
  const [x, y, z] = model.voxelPosition;
  const grid = scan.grid.some((n) => n > 1) ? ` (x ${x}, y ${y}, z ${z} of ${scan.grid.join(' × ')})` : '';
  const size = voxelText(model);
  const times = [
    `TE ${ms(acquisition.echoTimeS) ?? 'not stated'}`,
    `TR ${ms(acquisition.repetitionTimeS) ?? 'not stated'}`,
  ];
  return `<section class="box scan"><dl>${[
    field('Examination', dateTime(acquisition.acquiredAt ?? model.study.date)),
    field('Region', acquisition.region ?? model.study.region),
    field('Scanner', scanner),
    field('Field, nucleus', [strength, nucleus].filter((v) => v !== null).join(', ')),
    field('Sequence', acquisition.sequence),
    field('Timing', times.join(', ')),
    field('Voxel', size === null && grid === '' ? null : `${size ?? 'size not stated'}${grid}`),
    field('Water reference', waterText(model)),
  ].join('')}</dl></section>`;
}

function figureSection(model: ReportModel): string {
  const images = model.images.map((i) => `<div>${imageSvg(i, 166)}<div>${esc(i.caption)}</div></div>`).join('');
  const size = images === '' ? { width: 700, height: 262 } : { width: 520, height: 268 };
  const svg =
    model.curves === null
      ? '<p class="missing">No curves are stored with this result.</p>'
      : figureSvg(model.curves, { ...size, title: '' });
  return `<section class="figure">${images === '' ? '' : `<div class="images">${images}</div>`}<div class="spectrum">${svg}</div></section>`;
}

/** What must stand beside a network's numbers. */
function doubtSection({ opinions, result }: ReportModel): string {
  const sentences = doubtSentences(opinions, result);
  return sentences.length === 0 ? '' : `<section class="status doubt">${esc(sentences.join(' '))}</section>`;
}

function statusSection(model: ReportModel): string {
  if (model.result.status === 'converged') return '';
  const words = model.result.status === 'refused' ? 'The method refused these data' : 'The fit did not converge';
  return `<section class="status">${esc(`${words}${model.result.reason === null ? '.' : `: ${model.result.reason}`}`)}</section>`;
}

/** Ratio and bound of a fit; ratio and half of its 95 % interval of a network, whose ratio is left out without one. */
function cells({ estimate }: ResultRow, result: QuantificationResult): string {
  if (!isOfNetwork(result)) {
    return `<td>${formatSignificant(estimate.ratioToTCr, 3)}</td><td>${formatCrlb(estimate.crlbPercent)}</td>`;
  }
  const found = methodValue(estimate, result, 'ratio');
  const interval = found?.interval ?? null;
  if (found === null || interval === null) return '<td>–</td><td>–</td>';
  return `<td>${formatSignificant(found.value, 3)}</td><td>${formatSignificant((interval[1] - interval[0]) / 2, 2)}</td>`;
}

/** The amount where there is one; of a fit's single metabolites else the amplitude. Of networks neither has an interval here. */
function lastCell(
  { estimate, kind }: ResultRow,
  shown: ShownConcentration | null,
  result: QuantificationResult,
): string {
  if (isOfNetwork(result)) return '';
  if (shown === null) return kind === 'sum' ? '' : `<td>${formatSignificant(estimate.amplitude, 3)}</td>`;
  return `<td>${formatSignificant(concentrationIn(estimate, shown.convention)?.value ?? null, 3)}</td>`;
}

function tableRow(row: ResultRow, shown: ShownConcentration | null, result: QuantificationResult): string {
  const mark = RELIABILITY_MARKS[row.reliability];
  // With an amount beside it there is no room; the annex names the members then.
  const members = row.members.length > 1 && shown === null ? ` <small>${esc(row.members.join(' + '))}</small>` : '';
  const symbol = mark.symbol === '' ? '' : `<span title="${esc(mark.words)}">${mark.symbol}</span>`;
  return `<tr class="${row.reliability}"><td>${esc(row.name)}${members}</td>${cells(row, result)}${lastCell(row, shown, result)}<td class="mark">${symbol}</td></tr>`;
}

/** "mmol/kg" of "mmol/kg tissue water": what of is said in the key. */
const shortUnit = (unit: string): string => unit.split(' ')[0] ?? unit;

function lastHead(kind: 'sums' | 'singles', shown: ShownConcentration | null, isNetwork: boolean): string {
  if (isNetwork) return '';
  if (shown !== null) return `<th>Amount<br><small>${esc(shortUnit(shown.unit))}</small></th>`;
  return kind === 'sums' ? '' : '<th>Amplitude<br><small>basis units</small></th>';
}

function table(
  rows: readonly ResultRow[],
  kind: 'sums' | 'singles',
  shown: ShownConcentration | null,
  result: QuantificationResult,
): string {
  const isNetwork = isOfNetwork(result);
  const doubt = isNetwork ? '<th>± 95 %<br><small>to tCr</small></th>' : '<th>CRLB<br><small>%</small></th>';
  const head = `<th>Metabolite</th><th>Ratio<br><small>to tCr</small></th>${doubt}`;
  return `<table class="${kind}"><thead><tr>${head}${lastHead(kind, shown, isNetwork)}<th class="mark"></th></tr></thead><tbody>${rows.map((r) => tableRow(r, shown, result)).join('')}</tbody></table>`;
}

function amountsKey(result: QuantificationResult, shown: ShownConcentration | null): string {
  if (shown === null) return 'No relaxation or tissue correction.';
  if (isOfNetwork(result)) return 'Amounts with their SD: page 3.';
  const factors = isScaledByLcmodel(result) ? 'scaled by LCModel itself' : 'its factors: page 3';
  return `Amount: ${conventionWords(shown.convention)}, ${shown.unit}; ${factors}.`;
}

/** What the tables' numbers are. */
function keyText({ result }: ReportModel, shown: ShownConcentration | null): string {
  const { uncertain, undetermined } = RELIABILITY_MARKS;
  const more = ratioReferences(result).length > 1 ? ' Further ratios: page 3.' : '';
  const numbers = isOfNetwork(result)
    ? 'Ratio to tCr ± half of its 95 % interval, by the network’s spread as calibrated on simulated spectra.'
    : 'Ratio to tCr; CRLB of the amplitude.';
  return `${numbers} ${uncertain.symbol} ${uncertain.words}. ${undetermined.symbol} ${undetermined.words}. ${amountsKey(result, shown)}${more}`;
}

function tablesSection(model: ReportModel): string {
  const shown = shownConcentration(model.result);
  const sums = model.rows.filter((r) => r.kind === 'sum');
  const singles = model.rows.filter((r) => r.kind === 'single');
  const perColumn = Math.max(SINGLES_PER_COLUMN, Math.ceil(singles.length / 2));
  const half = singles.length > SINGLES_PER_COLUMN ? Math.ceil(singles.length / 2) : perColumn;
  const columns = [singles.slice(0, half), singles.slice(half)].filter((c) => c.length > 0);
  const key = `<p class="key">${esc(keyText(model, shown))}</p>`;
  return `<section class="box results"><div class="tables"><div><h2>${shown === null || isOfNetwork(model.result) ? 'Ratios' : 'Ratios and amounts'}</h2>${table(sums, 'sums', shown, model.result)}${key}</div>${columns
    .map(
      (c, i) =>
        `<div><h2>${i === 0 ? 'Single metabolites' : '&nbsp;'}</h2>${table(c, 'singles', shown, model.result)}</div>`,
    )
    .join('')}</div></section>`;
}

const VERDICT_WORDS: Readonly<Record<QualityGrade, string>> = {
  good: '✓ good',
  average: '✓ average',
  borderline: '△ borderline',
  fail: '✕ insufficient',
};

function qualityItem(item: QualityItem): string {
  const space = item.unit === '' || item.unit.startsWith('°') ? '' : ' ';
  const value = item.value === null ? 'not measured' : `${formatFixed(item.value, item.decimals)}${space}${item.unit}`;
  const notes = [item.note, item.verdict === null ? '' : VERDICT_WORDS[item.verdict]]
    .filter((n) => n !== '')
    .join(', ');
  return `<tr><td>${esc(item.label)}</td><td><b>${esc(value)}</b>${notes === '' ? '' : ` (${esc(notes)})`}</td></tr>`;
}

/** The verdict, with a sentence for each figure that is not good. */
function verdictText({ result }: ReportModel): string {
  const assessment = result.quality?.assessment;
  if (assessment === undefined || assessment.grade === null) return '';
  const reasons = assessment.figures.filter(({ grade }) => grade !== 'good').map(({ words }) => words);
  const verdict = `${VERDICT_WORDS[assessment.grade]} by the thresholds “${assessment.thresholds}”.`;
  return `<p class="verdict"><b>${esc(verdict)}</b> ${esc(reasons.join(' '))}</p>`;
}

function qualitySection(model: ReportModel): string {
  const rows = model.quality.map(qualityItem).join('');
  return `<section class="quality-box"><h2>Quality</h2>${verdictText(model)}<table class="quality"><tbody>${rows}</tbody></table></section>`;
}

function warningsSection(model: ReportModel): string {
  const shown = model.allWarnings.slice(0, WARNINGS_ON_PAGE_ONE);
  const more = model.allWarnings.length - shown.length;
  const list = shown.map((w) => `<li>${esc(w.message)}</li>`).join('');
  const rest = more > 0 ? `<li>${more} more on page 2.</li>` : '';
  const body = shown.length === 0 ? '<p class="none">None.</p>' : `<ul>${list}${rest}</ul>`;
  return `<section class="warnings"><h2>Warnings</h2>${body}</section>`;
}

function conclusionSection(): string {
  const rule = '<div class="rule"></div>';
  return `<section class="conclusion"><h2>Conclusion</h2>${rule.repeat(4)}</section>`;
}

function signatureSection(): string {
  return '<section class="signature"><div>Name, function</div><div>Signature</div><div>Date</div></section>';
}

function footer(model: ReportModel, page: number, pages: number): string {
  return `<footer><b>${RESEARCH_USE_LINE}</b><span>${esc(`${model.program} ${model.programVersion}`)} · input ${esc(model.hashes.input.slice(0, 12))} · page ${page} of ${pages}</span></footer>`;
}

function checklistTable(section: ChecklistSection): string {
  const rows = section.items.map((i) => `<tr><td>${esc(i.label)}</td><td>${text(i.value)}</td></tr>`).join('');
  return `<table class="checklist"><thead><tr><th colspan="2">${esc(section.title)}</th></tr></thead><tbody>${rows}</tbody></table>`;
}

/** Scalars of a step's details in one line; arrays are summed up by their length. */
function detailsText(details: Readonly<Record<string, unknown>>): string {
  const text = Object.entries(details)
    .map(([key, value]) => {
      if (typeof value === 'number') return `${key} ${Number.isInteger(value) ? value : formatSignificant(value, 3)}`;
      if (typeof value === 'string' || typeof value === 'boolean') return `${key} ${String(value)}`;
      if (Array.isArray(value))
        return value.length <= 4 ? `${key} ${value.map(String).join(', ')}` : `${key} (${value.length} values)`;
      return null;
    })
    .filter((t) => t !== null)
    .join('; ');
  return text.length <= DETAILS_LENGTH ? text : `${text.slice(0, DETAILS_LENGTH)} …`;
}

function provenanceSection(model: ReportModel): string {
  const steps = model.provenance
    .map(
      (p) =>
        `<tr><td>${esc(p.method)}</td><td>${esc(`${p.program} ${p.version}`)}${Object.keys(p.details).length === 0 ? '' : `: ${esc(detailsText(p.details))}`}</td></tr>`,
    )
    .join('');
  const hash = (label: string, name: string, value: string | null): string =>
    `<tr><td>${esc(label)}</td><td>${esc(name)} <span class="hash">${value === null ? MISSING : esc(value)}</span></td></tr>`;
  const { hashes, scan } = model;
  const rows = [
    hash('Input, SHA-256', scan.fileName, hashes.input),
    scan.waterFileName === null ? '' : hash('Water reference, SHA-256', scan.waterFileName, hashes.water),
    hash('Basis set, SHA-256', model.basis.id, hashes.basis),
    hash('Recipe, SHA-256', model.recipe.id, hashes.recipe),
    `<tr><td>Analysed</td><td>${esc(dateTime(model.analysedAt) ?? model.analysedAt)} with ${esc(`${model.program} ${model.programVersion}`)}, ${esc(model.result.executionProvider)}</td></tr>`,
  ];
  return `<section class="provenance"><table class="checklist"><thead><tr><th colspan="2">Provenance</th></tr></thead><tbody>${steps}${rows.join('')}</tbody></table></section>`;
}

function allWarningsSection(model: ReportModel): string {
  if (model.allWarnings.length <= WARNINGS_ON_PAGE_ONE) return '';
  return `<section class="all-warnings"><h2>All warnings</h2><ul>${model.allWarnings.map((w) => `<li>${esc(w.message)}</li>`).join('')}</ul></section>`;
}

export interface ReportOptions {
  /** Adds a page on the correction of frequency and phase, where one is on record. */
  readonly withCorrection?: boolean;
}

/** Pages after the second: title and sections. */
function annexes(model: ReportModel, { withCorrection = false }: ReportOptions): [title: string, sections: string][] {
  return [
    ...(hasQuantities(model)
      ? [['Quantities', `${doubtSection(model)}${quantitySections(model)}`] as [string, string]]
      : []),
    ...(model.opinions === null
      ? []
      : [['Second opinions', secondOpinionSections(model.opinions)] as [string, string]]),
    ...(withCorrection && hasCorrection(model)
      ? [['Correction of frequency and phase', correctionSections(model)] as [string, string]]
      : []),
  ];
}

/**
 * Lays the report out.
 * @param model one voxel's report
 * @returns a complete HTML document: escaped text, inline SVG, no scripts, no external resources
 */
export function htmlReport(model: ReportModel, options: ReportOptions = {}): string {
  const more = annexes(model, options);
  const pages = 2 + more.length;
  const first = [
    header(model),
    patientSection(model),
    scanSection(model),
    statusSection(model),
    doubtSection(model),
    figureSection(model),
    tablesSection(model),
    `<div class="box two">${qualitySection(model)}${warningsSection(model)}</div>`,
    conclusionSection(),
    signatureSection(),
    footer(model, 1, pages),
  ];
  const second = [
    `<header class="top"><div><h1>Method and provenance</h1></div><div class="side">MRSinMRS checklist, Lin et al. 2021, doi:10.1002/nbm.4484</div></header>`,
    `<section class="checklist">${mrsInMrsChecklist(model).map(checklistTable).join('')}</section>`,
    provenanceSection(model),
    allWarningsSection(model),
    footer(model, 2, pages),
  ];
  const annex = more
    .map(([title, sections], i) => {
      const parts = [`<header class="top"><div><h1>${esc(title)}</h1></div></header>`, sections];
      return `\n<article class="page third">${[...parts, footer(model, 3 + i, pages)].join('\n')}</article>`;
    })
    .join('');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width">
<title>MR spectroscopy report</title>
<style>${REPORT_STYLE}</style></head>
<body><main><article class="page first">${first.join('\n')}</article>
<article class="page second">${second.join('\n')}</article>${annex}</main></body></html>
`;
}
