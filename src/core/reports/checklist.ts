// The MRSinMRS checklist filled from dataset, recipe and result.
// Lin et al., "Minimum Reporting Standards for in vivo Magnetic Resonance Spectroscopy (MRSinMRS)",
// NMR Biomed 2021;34:e4484, doi:10.1002/nbm.4484.
import type { JsonObject } from '../domain/json.ts';
import { methodLabel } from '../domain/methodNames.ts';
import type { SnrFigure } from '../domain/spectrumQuality.ts';
import { conventionWords, factorsText, isScaledByLcmodel, shownConcentration } from './quantities.ts';
import type { ReportModel } from './reportModel.ts';
import { formatFixed, formatSignificant, formatTrimmed } from './tables.ts';

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

function waterSuppression(header: JsonObject): string | null {
  const suppressed = header['WaterSuppressed'];
  const type = headerText(header, 'WaterSuppressionType');
  if (typeof suppressed !== 'boolean') return type;
  return suppressed ? (type ?? 'on, kind not stated') : 'off';
}

const ms = (seconds: number | null): string | null =>
  seconds === null ? null : `${formatTrimmed(seconds * 1e3, 4)} ms`;

function hardware(model: ReportModel): ChecklistItem[] {
  const { acquisition, header, fieldT, nucleus, spectrometerFrequencyMHz } = model.scan;
  const field = fieldT === null ? '' : `${formatFixed(fieldT, 2)} T, `;
  return [
    { label: 'Field strength', value: `${field}${formatFixed(spectrometerFrequencyMHz, 4)} MHz` },
    { label: 'Manufacturer', value: acquisition.manufacturer },
    { label: 'Model', value: acquisition.scannerModel },
    { label: 'Software version', value: headerText(header, 'SoftwareVersions') },
    { label: 'Nuclei', value: nucleus },
    { label: 'Coil', value: headerText(header, 'RxCoil') },
  ];
}

/** Edge lengths and centre of the voxel in words. */
export function voxelText(model: ReportModel): string | null {
  const { voxelSizeMm: size, voxelCentreMm: centre } = model;
  if (size === null) return null;
  const mm = size.map((v) => formatTrimmed(v, 3)).join(' × ');
  const millilitres = (size[0] * size[1] * size[2]) / 1000;
  const place = centre === null ? '' : `; centre ${rasText(centre)}`;
  return `${mm} mm (${formatTrimmed(millilitres, 3)} mL)${place}`;
}

/** RAS coordinates in words: "R 12.3, A 4.0, S 20.1 mm". */
function rasText([x, y, z]: readonly [number, number, number]): string {
  const axis = (value: number, positive: string, negative: string): string =>
    `${value >= 0 ? positive : negative} ${Math.abs(value).toFixed(1)}`;
  return `${axis(x, 'R', 'L')}, ${axis(y, 'A', 'P')}, ${axis(z, 'S', 'I')} mm`;
}

function acquisitionItems(model: ReportModel): ChecklistItem[] {
  const { acquisition, header, dimensions, points, dwellTimeS, waterFileName } = model.scan;
  const length = (tag: string): number | null => dimensions.find((d) => d.tag === tag)?.length ?? null;
  const transients = length('DIM_DYN');
  const bandwidth = `${formatTrimmed(1 / dwellTimeS, 5)} Hz, ${points} complex points`;
  const grid = model.scan.grid.some((n) => n > 1) ? `${model.scan.grid.join(' × ')} grid` : 'single voxel';
  const inversion = acquisition.inversionTimeS === null ? null : `TI ${ms(acquisition.inversionTimeS)}`;
  const mixing = acquisition.mixingTimeS === null ? null : `TM ${ms(acquisition.mixingTimeS)}`;
  return [
    { label: 'Pulse sequence', value: acquisition.sequence },
    { label: 'Volume of interest: place', value: acquisition.region ?? model.study.region },
    { label: 'Volume of interest: size', value: voxelText(model) },
    { label: 'Repetition time', value: ms(acquisition.repetitionTimeS) },
    { label: 'Echo time', value: ms(acquisition.echoTimeS) },
    {
      label: 'Averages in the file',
      value: transients === null ? headerText(header, 'NumberOfTransients') : `${transients} transients`,
    },
    {
      label: 'Receive elements in the file',
      value: length('DIM_COIL') === null ? 'combined' : String(length('DIM_COIL')),
    },
    { label: 'Spectral width and points', value: bandwidth },
    { label: 'Localisation', value: grid },
    { label: 'Further sequence parameters', value: [inversion, mixing].filter((v) => v !== null).join(', ') || null },
    {
      label: 'Water suppression',
      value: waterSuppression(header),
    },
    {
      label: 'Water reference',
      value:
        waterFileName ?? (isScaledByLcmodel(model.result) ? 'LCModel’s own, not kept with this study' : 'none given'),
    },
    { label: 'Shimming', value: headerText(header, 'Shim') ?? headerText(header, 'ShimMethod') },
    { label: 'Triggering or motion correction', value: headerText(header, 'Triggering') },
  ];
}

function outputMeasure({ result }: ReportModel): string {
  const shown = shownConcentration(result);
  const bare = 'amplitude in units of the basis; ratio to tCr (Cr + PCr)';
  if (shown === null) return `${bare}; no relaxation or tissue correction`;
  return `${bare}; amounts by water as ${conventionWords(shown.convention)}, ${shown.unit}, ${factorsText(result)}`;
}

function analysisItems(model: ReportModel): ChecklistItem[] {
  const amounts = shownConcentration(model.result);
  const steps = model.recipe.preprocessing.map((s) => s.step).join(', ') || 'none (as stored in the file)';
  const quantified = model.result.metabolites.map((m) => m.name).join(', ');
  return [
    { label: 'Software', value: `${model.program} ${model.programVersion}` },
    {
      label: 'Processing steps',
      value: `${model.recipe.title} (${model.recipe.id}, version ${model.recipe.version}): ${steps}`,
    },
    {
      label: 'Deviations from the recipe',
      value: model.allWarnings.length === 0 ? 'none' : `${model.allWarnings.length}, listed under warnings`,
    },
    {
      label: 'Output measure',
      value: outputMeasure(model),
    },
    { label: 'Quantification reference', value: amounts === null ? 'internal, tCr' : 'water reference; internal, tCr' },
    { label: 'Fitting model', value: `${methodLabel(model.result.method)} ${model.result.version}` },
    {
      label: 'Basis set',
      value: model.basis.title === model.basis.id ? model.basis.id : `${model.basis.title} (${model.basis.id})`,
    },
    { label: 'Fitted range', value: fittedRange(model) },
    { label: 'Metabolites in the model', value: quantified },
  ];
}

function fittedRange(model: ReportModel): string | null {
  const ppm = model.curves?.ppm;
  if (ppm === undefined || ppm.length === 0) return null;
  return `${formatFixed(ppm[0] as number, 2)} to ${formatFixed(ppm[ppm.length - 1] as number, 2)} ppm`;
}

function fitText({ result }: ReportModel): string {
  const { phase0Deg, phase1DegPerPpm, lorentzianHz, gaussianHz } = result;
  return `${formatFixed(phase0Deg, 1)}° and ${formatFixed(phase1DegPerPpm, 2)}°/ppm; ${formatFixed(lorentzianHz, 1)} Hz Lorentzian, ${formatFixed(gaussianHz, 1)} Hz Gaussian beyond the basis`;
}

/** By every definition there is. */
function snrText({ result }: ReportModel): string {
  const { snr, quality } = result;
  const named = (quality?.snr ?? []).filter(({ value }) => value !== null);
  if (named.length === 0) return `${formatFixed(snr.value, 1)} (${snr.definition})`;
  const text = snrList(named);
  const shown = (quality?.snrDenoised ?? []).filter(({ value }) => value !== null);
  if (quality?.snrDenoised === undefined) return text;
  return `with the noise before denoising: ${text}; as denoised: ${shown.length === 0 ? 'no noise left' : snrList(shown)}`;
}

/** Without its citation: the label's own brackets. */
const snrList = (figures: readonly SnrFigure[]): string =>
  figures.map(({ value, label }) => `${formatFixed(value, 1)} (${label.split(' (')[0] ?? label})`).join('; ');

function qualityItems(model: ReportModel): ChecklistItem[] {
  const { result } = model;
  const ppm = result.fwhmHz / model.scan.spectrometerFrequencyMHz;
  const linewidth = Number.isFinite(ppm) ? `${formatFixed(result.fwhmHz, 1)} Hz (${formatFixed(ppm, 3)} ppm)` : null;
  return [
    { label: 'SNR', value: snrText(model) },
    { label: 'Linewidth', value: linewidth },
    { label: 'Phase, broadening by the fit', value: fitText(model) },
    { label: 'Exclusion criteria', value: 'none: values above the CRLB limit are marked, not removed' },
    {
      label: 'Quality of the model',
      value: `${result.status}; SD of the residual ${formatSignificant(result.residualSd, 3)} (units of the data); CRLB in the table`,
    },
    { label: 'Sample spectrum', value: model.curves === null ? null : 'page 1' },
  ];
}

/** @returns the four parts of the checklist */
export function mrsInMrsChecklist(model: ReportModel): ChecklistSection[] {
  return [
    { title: '1. Hardware', items: hardware(model) },
    { title: '2. Acquisition', items: acquisitionItems(model) },
    { title: '3. Data analysis and output', items: analysisItems(model) },
    { title: '4. Data quality', items: qualityItems(model) },
  ];
}
