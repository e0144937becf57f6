// Page one of the report: who, what, where; spectrum; quality; methods. Tables and conclusion have files of their own.
import type { QualityGrade } from '../domain/qualityGrade.ts';
import { methodLabel } from '../domain/methodNames.ts';
import { voxelSizeText, voxelText } from './checklist.ts';
import { escapeMarkup as esc } from './escape.ts';
import { figureSvg } from './figureSvg.ts';
import { dateTime, milliseconds, stated } from './htmlParts.ts';
import { haloedPath, imageSvg, type OutlineStyle } from './imageSvg.ts';
import { isScaledByLcmodel } from './quantities.ts';
import type { QualityItem, ReportImage, ReportModel } from './reportModel.ts';
import { outsideTexts } from './reportReferences.ts';
import type { Paper } from './reportStyle.ts';
import { doubtSentences } from './secondOpinions.ts';
import { formatFixed } from './tables.ts';
import type { ReportTexts } from './texts/index.ts';
import { reportTexts } from './texts/index.ts';

/** More warnings than these go to page two, so that page one stays one page. */
export const WARNINGS_ON_PAGE_ONE = 4;
/** Height of the three images on the page. [CSS px] */
const IMAGE_HEIGHT = 102;
/** Heights of the spectrum; the flat one with images above it. Letter is 18 mm shorter than A4. [CSS px] */
const FIGURE_HEIGHTS: Readonly<Record<Paper, { readonly tall: number; readonly flat: number }>> = {
  a4: { tall: 236, flat: 172 },
  letter: { tall: 168, flat: 122 },
};
const FIGURE_WIDTH = 700;

function field(label: string, value: string | null, texts: ReportTexts, kind: '' | 'strong' = ''): string {
  return `<div${kind === '' ? '' : ` class="${kind}"`}><dt>${esc(label)}</dt><dd>${stated(value, texts)}</dd></div>`;
}

/** Title, and at once whether it is a draft. */
export function headerSection(model: ReportModel): string {
  const { page, state } = reportTexts(model.language);
  const mark = model.signature === null ? state.draft : state.signed(model.version);
  const printed = page.printed(dateTime(model.generatedAt) ?? '');
  return `<header class="top"><div><h1>${esc(page.title)}</h1></div><span class="state">${esc(mark)}</span><div class="side">${esc(model.study.title)}<br>${esc(printed)}</div></header>`;
}

/** The sex in words; a code other than DICOM's three is shown as the file states it. */
function sexWord(sex: string | null, { patient }: ReportTexts): string | null {
  const words: Readonly<Record<string, string>> = patient.sexes;
  return sex !== null && Object.hasOwn(words, sex) ? (words[sex] ?? null) : sex;
}

export function patientSection(model: ReportModel): string {
  const { patient } = model;
  const texts = reportTexts(model.language);
  const age = patient.ageYears === null ? null : texts.patient.years(formatFixed(patient.ageYears, 0));
  const born = [patient.birthDate, age].filter((v) => v !== null).join(', ');
  return `<section class="patient"><dl>${[
    field(texts.patient.name, patient.name, texts, 'strong'),
    field(texts.patient.id, patient.id, texts, 'strong'),
    field(texts.patient.born, born, texts),
    field(texts.patient.sex, sexWord(patient.sex, texts), texts),
  ].join('')}</dl></section>`;
}

function waterText({ scan, result }: ReportModel, words: ReportTexts['scan']): string {
  if (scan.waterFileName !== null) return words.waterUsed;
  return isScaledByLcmodel(result) ? words.waterLcmodel : words.waterNone;
}

function scanFields(model: ReportModel, texts: ReportTexts): string[] {
  const { scan: words } = texts;
  const { scan, study } = model;
  const { acquisition } = scan;
  const scanner = [acquisition.manufacturer, acquisition.scannerModel].filter((v) => v !== null).join(' ');
  const strength = scan.fieldT === null ? null : `${formatFixed(scan.fieldT, 1)} T`;
  const nucleus = words.nucleusAt(scan.nucleus, formatFixed(scan.spectrometerFrequencyMHz, 2));
  const [x, y, z] = model.voxelPosition;
  const grid = scan.grid.some((n) => n > 1) ? ` ${words.place(x, y, z, scan.grid.join(' × '))}` : '';
  // Where images show its place, the page has no room for its coordinates; page two has them.
  const size = model.images.length > 0 ? voxelSizeText(model) : voxelText(model);
  const time = (value: number | null): string => milliseconds(value) ?? texts.page.notStated;
  const times = `TE ${time(acquisition.echoTimeS)}, TR ${time(acquisition.repetitionTimeS)}`;
  return [
    field(words.examination, dateTime(acquisition.acquiredAt ?? study.date), texts),
    field(words.region, acquisition.region ?? study.region, texts),
    field(words.scanner, scanner, texts),
    field(words.field, [strength, nucleus].filter((v) => v !== null).join(', '), texts),
    field(words.sequence, acquisition.sequence, texts),
    field(words.timing, times, texts),
    field(words.water, waterText(model, words), texts),
    field(words.voxel, size === null && grid === '' ? null : `${size ?? words.sizeUnknown}${grid}`, texts),
  ];
}

/** "Axial, S 31 mm" */
function imageCaption({ plane, positionMm }: ReportImage, texts: ReportTexts): string {
  const [positive, negative] = { axial: ['S', 'I'], coronal: ['A', 'P'], sagittal: ['R', 'L'] }[plane] as [
    string,
    string,
  ];
  const place = `${positionMm >= 0 ? positive : negative} ${Math.abs(positionMm).toFixed(0)} mm`;
  const convention = plane === 'sagittal' ? '' : `, ${texts.planes.radiological}`;
  return `${texts.planes[plane]}${convention}, ${place}`;
}

/** A piece of an outline as it is drawn on the images, on black as there. */
function legendMark(style: OutlineStyle): string {
  return `<svg width="22" height="9" viewBox="0 0 22 9" aria-hidden="true"><rect width="22" height="9" fill="#000000"/>${haloedPath('M2 4.5L20 4.5', style, 1)}</svg>`;
}

/** What the lines on the images are, where there are others than the voxel's. */
function imageLegend({ displacedPpm, regions, images }: ReportModel, texts: ReportTexts): string {
  const isDisplaced = displacedPpm !== null && images.some(({ displaced }) => (displaced ?? []).length > 0);
  if (!isDisplaced && regions.length === 0) return '';
  const { planes } = texts;
  const entries = [
    ['voxel', planes.voxel] as const,
    ...(isDisplaced ? [['displaced', planes.displaced(displacedPpm.toFixed(2))] as const] : []),
    ...(regions.length === 0 ? [] : [['region', planes.regions(regions.map(({ name }, i) => `${i + 1} ${name}`).join(', '))] as const]), // prettier-ignore
  ];
  return `<p class="legend">${entries.map(([style, words]) => `<span>${legendMark(style)} ${esc(words)}</span>`).join('')}</p>`;
}

/** The scan; with the voxel on its images where there are any. */
export function scanSection(model: ReportModel): string {
  const texts = reportTexts(model.language);
  const facts = `<dl>${scanFields(model, texts).join('')}</dl>`;
  if (model.images.length === 0) return `<section class="box scan">${facts}</section>`;
  const images = model.images.map((image) => {
    const caption = imageCaption(image, texts);
    return `<figure>${imageSvg(image, IMAGE_HEIGHT, caption)}<figcaption>${esc(caption)}</figcaption></figure>`;
  });
  return `<section class="box scan with-images">${facts}<div><div class="images">${images.join('')}</div>${imageLegend(model, texts)}</div></section>`;
}

export function figureSection(model: ReportModel, paper: Paper): string {
  const words = reportTexts(model.language).figure;
  const heights = FIGURE_HEIGHTS[paper];
  const size = { width: FIGURE_WIDTH, height: model.images.length === 0 ? heights.tall : heights.flat };
  const svg =
    model.curves === null
      ? `<p class="missing">${esc(words.none)}</p>`
      : figureSvg(model.curves, { ...size, title: '', words });
  return `<section class="figure"><div class="spectrum">${svg}</div></section>`;
}

/** What must stand beside a network's numbers. */
export function doubtSection({ opinions, result }: ReportModel): string {
  const sentences = doubtSentences(opinions, result);
  return sentences.length === 0 ? '' : `<section class="status doubt">${esc(sentences.join(' '))}</section>`;
}

export function statusSection({ result, language }: ReportModel): string {
  if (result.status === 'converged') return '';
  const words = reportTexts(language).status[result.status];
  return `<section class="status">${esc(`${words}${result.reason === null ? '.' : `: ${result.reason}`}`)}</section>`;
}

const GRADE_SYMBOLS: Readonly<Record<QualityGrade, string>> = {
  good: '✓',
  average: '✓',
  borderline: '△',
  fail: '✕',
};

const gradeWords = (grade: QualityGrade, words: ReportTexts['quality']): string =>
  `${GRADE_SYMBOLS[grade]} ${words.words[grade]}`;

function qualityItem(item: QualityItem, words: ReportTexts['quality']): string {
  const space = item.unit === '' || item.unit.startsWith('°') ? '' : ' ';
  const measured = `${formatFixed(item.value, item.decimals)}${space}${item.unit}`;
  const value = item.value === null ? words.notMeasured : measured;
  const notes = [item.note, item.verdict === null ? '' : gradeWords(item.verdict, words)]
    .filter((n) => n !== '')
    .join(', ');
  return `<tr><td>${esc(item.label)}</td><td><b>${esc(value)}</b>${notes === '' ? '' : ` (${esc(notes)})`}</td></tr>`;
}

/** The verdict, with a sentence for each figure that is not good. */
function verdictText({ result }: ReportModel, words: ReportTexts['quality']): string {
  const assessment = result.quality?.assessment;
  if (assessment === undefined || assessment.grade === null) return '';
  const reasons = assessment.figures.filter(({ grade }) => grade !== 'good').map((figure) => figure.words);
  const verdict = words.by(gradeWords(assessment.grade, words), assessment.thresholds);
  return `<p class="verdict"><b>${esc(verdict)}</b> ${esc(reasons.join(' '))}</p>`;
}

export function qualitySection(model: ReportModel): string {
  const words = reportTexts(model.language).quality;
  const rows = model.quality.map((item) => qualityItem(item, words)).join('');
  return `<section class="quality-box"><h2>${esc(words.title)}</h2>${verdictText(model, words)}<table class="quality"><tbody>${rows}</tbody></table></section>`;
}

/** Values outside their ranges first: they are what the page is read for. */
export function warningsSection(model: ReportModel): string {
  const texts = reportTexts(model.language);
  const outside = outsideTexts(model, texts);
  const outsideLine =
    outside.length === 0
      ? []
      : [`<li class="outside">${esc(`${texts.reference.outside}: ${outside.join('; ')}.`)}</li>`];
  const shown = model.allWarnings.slice(0, WARNINGS_ON_PAGE_ONE - outsideLine.length);
  const more = model.allWarnings.length - shown.length;
  const list = [...outsideLine, ...shown.map((w) => `<li>${esc(w.message)}</li>`)];
  const rest = more > 0 ? `<li>${esc(texts.warnings.more(more))}</li>` : '';
  const body =
    list.length === 0 ? `<p class="none">${esc(texts.warnings.none)}</p>` : `<ul>${list.join('')}${rest}</ul>`;
  return `<section class="warnings"><h2>${esc(texts.warnings.title)}</h2>${body}</section>`;
}

/** Which methods saw this spectrum, and what was done to it before. */
export function methodsSection(model: ReportModel): string {
  const texts = reportTexts(model.language);
  const words = texts.methods;
  const { opinions, result, recipe } = model;
  const own = methodLabel(result.method);
  const others = (opinions?.methods ?? []).filter(({ title }) => title !== own);
  const listed = others.map(({ title, isNetwork, inDistribution }) =>
    isNetwork && !inDistribution ? `${title} (⚠ ${words.unlike})` : title,
  );
  const disagree = (opinions?.warnings ?? []).filter(({ code }) => code === 'methods-disagree');
  const agreement = disagree.length > 0 ? disagree.map((w) => w.message).join(' ') : words.agree;
  const said = others.length === 0 ? words.only : opinions?.hasFit === true ? agreement : '';
  const methods = [`${own} ${result.version} (${words.reported})`, ...listed].join(', ');
  const steps = recipe.preprocessing.map(({ step }) => step).join(', ') || words.stored;
  const basis = model.basis.title;
  return `<section class="methods"><h2>${esc(words.title)}</h2><p><b>${esc(words.compared)}:</b> ${esc(methods)}. ${esc(said)}</p><p><b>${esc(words.processing)}:</b> ${esc(`${recipe.title}, ${words.version(recipe.version)}: ${steps}`)}. <b>${esc(words.basis)}:</b> ${esc(basis)}.</p></section>`;
}
