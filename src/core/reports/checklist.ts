// The MRSinMRS checklist filled from dataset, recipe and result.
// Lin et al., "Minimum Reporting Standards for in vivo Magnetic Resonance Spectroscopy (MRSinMRS)",
// NMR Biomed 2021;34:e4484, doi:10.1002/nbm.4484.
import type { JsonObject } from '../domain/json.ts';
import { methodLabel } from '../domain/methodNames.ts';
import type { SnrFigure } from '../domain/spectrumQuality.ts';
import { isScaledByLcmodel, lcmodelFactorsText, shownConcentration } from './quantities.ts';
import type { ReportModel } from './reportModel.ts';
import { formatFixed, formatSignificant, formatTrimmed } from './tables.ts';
import type { ReportTexts } from './texts/index.ts';
import { reportTexts } from './texts/index.ts';

type Words = ReportTexts['checklist'];
const wordsOf = (model: ReportModel): Words => reportTexts(model.language).checklist;

/** One item: null where the file doesn't say, so that the gap stays visible. */
export interface ChecklistItem {
  readonly label: string;
  readonly value: string | null;
}

export interface ChecklistSection {
  readonly title: string;
  readonly items: readonly ChecklistItem[];
}

function headerText(header: JsonObject, key: string): string | null {
  const value = header[key];
  if (typeof value === 'string') return value.trim() === '' ? null : value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.map(String).join(', ') || null;
  return null;
}

function waterSuppression(header: JsonObject, words: Words): string | null {
  const suppressed = header['WaterSuppressed'];
  const type = headerText(header, 'WaterSuppressionType');
  if (typeof suppressed !== 'boolean') return type;
  return suppressed ? (type ?? words.suppressionOnUnknown) : words.suppressionOff;
}

const ms = (seconds: number | null): string | null =>
  seconds === null ? null : `${formatTrimmed(seconds * 1e3, 4)} ms`;

function hardware(model: ReportModel): ChecklistItem[] {
  const words = wordsOf(model);
  const { acquisition, header, fieldT, nucleus, spectrometerFrequencyMHz } = model.scan;
  const field = fieldT === null ? '' : `${formatFixed(fieldT, 2)} T, `;
  return [
    { label: words.fieldStrength, value: `${field}${formatFixed(spectrometerFrequencyMHz, 4)} MHz` },
    { label: words.manufacturer, value: acquisition.manufacturer },
    { label: words.model, value: acquisition.scannerModel },
    { label: words.software, value: headerText(header, 'SoftwareVersions') },
    { label: words.nuclei, value: nucleus },
    { label: words.coil, value: headerText(header, 'RxCoil') },
  ];
}

/** Edge lengths and volume of the voxel in words. */
export function voxelSizeText({ voxelSizeMm: size }: ReportModel): string | null {
  if (size === null) return null;
  const mm = size.map((v) => formatTrimmed(v, 3)).join(' × ');
  return `${mm} mm (${formatTrimmed((size[0] * size[1] * size[2]) / 1000, 3)} mL)`;
}

/** Edge lengths and centre of the voxel in words. */
export function voxelText(model: ReportModel): string | null {
  const size = voxelSizeText(model);
  const centre = model.voxelCentreMm;
  if (size === null || centre === null) return size;
  return `${size}${reportTexts(model.language).scan.centre(rasText(centre))}`;
}

/** RAS coordinates in words: "R 12.3, A 4.0, S 20.1 mm". */
function rasText([x, y, z]: readonly [number, number, number]): string {
  const axis = (value: number, positive: string, negative: string): string =>
    `${value >= 0 ? positive : negative} ${Math.abs(value).toFixed(1)}`;
  return `${axis(x, 'R', 'L')}, ${axis(y, 'A', 'P')}, ${axis(z, 'S', 'I')} mm`;
}

function acquisitionItems(model: ReportModel): ChecklistItem[] {
  const words = wordsOf(model);
  const { acquisition, header, dimensions, points, dwellTimeS, waterFileName } = model.scan;
  const length = (tag: string): number | null => dimensions.find((d) => d.tag === tag)?.length ?? null;
  const transients = length('DIM_DYN');
  const bandwidth = words.points(formatTrimmed(1 / dwellTimeS, 5), points);
  const grid = model.scan.grid.some((n) => n > 1) ? words.grid(model.scan.grid.join(' × ')) : words.singleVoxel;
  const inversion = acquisition.inversionTimeS === null ? null : `TI ${ms(acquisition.inversionTimeS)}`;
  const mixing = acquisition.mixingTimeS === null ? null : `TM ${ms(acquisition.mixingTimeS)}`;
  return [
    { label: words.sequence, value: acquisition.sequence },
    { label: words.place, value: acquisition.region ?? model.study.region },
    { label: words.size, value: voxelText(model) },
    { label: words.tr, value: ms(acquisition.repetitionTimeS) },
    { label: words.te, value: ms(acquisition.echoTimeS) },
    {
      label: words.averages,
      value: transients === null ? headerText(header, 'NumberOfTransients') : words.transients(transients),
    },
    {
      label: words.elements,
      value: length('DIM_COIL') === null ? words.combined : String(length('DIM_COIL')),
    },
    { label: words.width, value: bandwidth },
    { label: words.localisation, value: grid },
    { label: words.further, value: [inversion, mixing].filter((v) => v !== null).join(', ') || null },
    {
      label: words.suppression,
      value: waterSuppression(header, words),
    },
    {
      label: words.waterReference,
      value: waterFileName ?? (isScaledByLcmodel(model.result) ? words.waterLcmodel : words.waterNone),
    },
    { label: words.shimming, value: headerText(header, 'Shim') ?? headerText(header, 'ShimMethod') },
    { label: words.triggering, value: headerText(header, 'Triggering') },
  ];
}

function outputMeasure(model: ReportModel): string {
  const { result } = model;
  const words = wordsOf(model);
  const shown = shownConcentration(result);
  if (shown === null) return words.outputUncorrected(words.outputBare);
  const convention = reportTexts(model.language).conventionWords[shown.convention];
  const factors = isScaledByLcmodel(result) ? words.byLcmodel(lcmodelFactorsText(result)) : words.withFactors;
  return words.outputAmounts(words.outputBare, convention, shown.unit, factors);
}

function analysisItems(model: ReportModel): ChecklistItem[] {
  const words = wordsOf(model);
  const amounts = shownConcentration(model.result);
  const steps = model.recipe.preprocessing.map((s) => s.step).join(', ') || reportTexts(model.language).methods.stored;
  const quantified = model.result.metabolites.map((m) => m.name).join(', ');
  return [
    { label: words.analysisSoftware, value: `${model.program} ${model.programVersion}` },
    {
      label: words.steps,
      value: words.recipe(model.recipe.title, model.recipe.id, model.recipe.version, steps),
    },
    {
      label: words.deviations,
      value: model.allWarnings.length === 0 ? words.none : words.listed(model.allWarnings.length),
    },
    {
      label: words.output,
      value: outputMeasure(model),
    },
    { label: words.reference, value: amounts === null ? words.referenceTCr : words.referenceWater },
    { label: words.fitting, value: `${methodLabel(model.result.method)} ${model.result.version}` },
    {
      label: words.basis,
      value: model.basis.title === model.basis.id ? model.basis.id : `${model.basis.title} (${model.basis.id})`,
    },
    { label: words.range, value: fittedRange(model) },
    { label: words.metabolites, value: quantified },
  ];
}

function fittedRange(model: ReportModel): string | null {
  const ppm = model.curves?.ppm;
  if (ppm === undefined || ppm.length === 0) return null;
  return wordsOf(model).rangeText(formatFixed(ppm[0] as number, 2), formatFixed(ppm[ppm.length - 1] as number, 2));
}

function fitText(model: ReportModel): string {
  const { phase0Deg, phase1DegPerPpm, lorentzianHz, gaussianHz } = model.result;
  return wordsOf(model).fitText(
    formatFixed(phase0Deg, 1),
    formatFixed(phase1DegPerPpm, 2),
    formatFixed(lorentzianHz, 1),
    formatFixed(gaussianHz, 1),
  );
}

/** By every definition there is. */
function snrText(model: ReportModel): string {
  const { snr, quality } = model.result;
  const words = wordsOf(model);
  const named = (quality?.snr ?? []).filter(({ value }) => value !== null);
  if (named.length === 0) return `${formatFixed(snr.value, 1)} (${snr.definition})`;
  const text = snrList(named);
  const shown = (quality?.snrDenoised ?? []).filter(({ value }) => value !== null);
  if (quality?.snrDenoised === undefined) return text;
  return words.snrDenoised(text, shown.length === 0 ? words.noNoise : snrList(shown));
}

/** Without its citation: the label's own brackets. */
const snrList = (figures: readonly SnrFigure[]): string =>
  figures.map(({ value, label }) => `${formatFixed(value, 1)} (${label.split(' (')[0] ?? label})`).join('; ');

function qualityItems(model: ReportModel): ChecklistItem[] {
  const words = wordsOf(model);
  const { result } = model;
  const ppm = result.fwhmHz / model.scan.spectrometerFrequencyMHz;
  const linewidth = Number.isFinite(ppm) ? `${formatFixed(result.fwhmHz, 1)} Hz (${formatFixed(ppm, 3)} ppm)` : null;
  return [
    { label: words.snr, value: snrText(model) },
    { label: words.linewidth, value: linewidth },
    { label: words.fit, value: fitText(model) },
    { label: words.exclusion, value: words.exclusionText },
    {
      label: words.modelQuality,
      value: words.modelQualityText(words.statusWords[result.status], formatSignificant(result.residualSd, 3)),
    },
    { label: words.sample, value: model.curves === null ? null : words.samplePage },
  ];
}

/** @returns the four parts of the checklist */
export function mrsInMrsChecklist(model: ReportModel): ChecklistSection[] {
  const words = wordsOf(model);
  return [
    { title: words.hardware, items: hardware(model) },
    { title: words.acquisition, items: acquisitionItems(model) },
    { title: words.analysis, items: analysisItems(model) },
    { title: words.quality, items: qualityItems(model) },
  ];
}
