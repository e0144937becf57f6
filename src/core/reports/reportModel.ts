// The report as data: everything the page says, taken from the dataset, the recipe and the result, before any layout.
import type { JsonObject } from '../domain/json.ts';
import type { AcquisitionInfo, Affine, PatientInfo } from '../domain/mrsDataset.ts';
import { voxelSizeMm } from '../domain/mrsDataset.ts';
import type { ProvenanceEntry, Warning } from '../domain/provenance.ts';
import type { FitCurves, QuantificationResult } from '../domain/quantification.ts';
import type { ReferenceRange } from '../domain/referenceRange.ts';
import type { Recipe } from '../domain/recipe.ts';
import { linewidthGrade } from '../domain/qualityGrade.ts';
import type { QualityGrade } from '../domain/qualityGrade.ts';
import type { ReportRegion } from './regionRatios.ts';
import { reportReferences } from './reportReferences.ts';
import type { ReportReference } from './reportReferences.ts';
import { secondOpinions } from './secondOpinions.ts';
import type { SecondOpinions } from './secondOpinions.ts';
import type { ResultRow } from './tables.ts';
import { formatFixed, resultRows } from './tables.ts';
import type { ReportLanguage, ReportTexts } from './texts/index.ts';
import { reportTexts } from './texts/index.ts';

/** What the page says of the scan. */
export interface ReportScan {
  readonly fileName: string;
  readonly waterFileName: string | null;
  readonly format: string;
  readonly acquisition: AcquisitionInfo;
  readonly nucleus: string;
  readonly spectrometerFrequencyMHz: number;
  readonly fieldT: number | null;
  readonly points: number;
  readonly dwellTimeS: number;
  /** Tags and lengths of the raw file's higher dimensions. */
  readonly dimensions: readonly { readonly tag: string; readonly length: number }[];
  /** Voxel grid x, y, z. */
  readonly grid: readonly number[];
  readonly affine: Affine | null;
  /** Further NIfTI-MRS header keys, from which the checklist takes software version, coil, shim … */
  readonly header: JsonObject;
}

/** From the left and from the top of an image. */
export type Pixel = readonly [number, number];

/** A slice of the structural image with the voxel's outline on it. */
export interface ReportImage {
  /** Greyscale pixels 0–255, row by row from the top. */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Height over width of one pixel, so that anisotropic slices keep their shape. */
  readonly pixelAspect: number;
  /** Corners of the voxel's outline in pixels. */
  readonly outline: readonly Pixel[];
  /** The same for another chemical shift; absent: not asked for, or not known. */
  readonly displaced?: readonly Pixel[];
  /** Of each region of the report, in its order: where its edge is cut by the slice; empty where it lies elsewhere. */
  readonly regions?: readonly (readonly (readonly [Pixel, Pixel])[])[];
  /** Letters at left, right, top, bottom. */
  readonly letters: readonly [string, string, string, string];
  readonly plane: 'axial' | 'coronal' | 'sagittal';
  /** Place of the slice along the axis across it, RAS. [mm] */
  readonly positionMm: number;
}

/** Who has signed which version, and what. */
export interface ReportSignature {
  readonly name: string;
  /** Function; may be empty. */
  readonly role: string;
  /** ISO 8601. */
  readonly signedAt: string;
  /** Of what the report says, 64 hexadecimal digits. */
  readonly contentSha256: string;
}

/** All that a report is made of. */
export interface ReportInput {
  readonly patient: PatientInfo;
  readonly study: { readonly title: string; readonly date: string | null; readonly region: string | null };
  readonly scan: ReportScan;
  /** Index over x, y, z, C order. */
  readonly voxel: number;
  readonly result: QuantificationResult;
  readonly curves: FitCurves | null;
  /** The newest result of every other method of the same spectrum; absent: none. */
  readonly otherResults?: readonly QuantificationResult[];
  readonly recipe: Recipe;
  readonly basis: { readonly id: string; readonly title: string };
  readonly hashes: {
    readonly input: string;
    readonly water: string | null;
    readonly recipe: string;
    readonly basis: string;
  };
  readonly provenance: readonly ProvenanceEntry[];
  readonly warnings: readonly Warning[];
  readonly program: string;
  readonly programVersion: string;
  readonly analysedAt: string;
  readonly generatedAt: string;
  readonly images: readonly ReportImage[];
  /** @default English */
  readonly language?: ReportLanguage;
  /** As typed, lines parted by line ends; absent or empty: room is left for handwriting. */
  readonly conclusion?: string;
  /** null or absent: a draft. */
  readonly signature?: ReportSignature | null;
  /** From 1; of a draft the version that it will be. @default 1 */
  readonly version?: number;
  /** All there are; absent: none. */
  readonly referenceRanges?: readonly ReferenceRange[];
  /** For which chemical shift the displaced box on the images is; null or absent: none is drawn. [ppm] */
  readonly displacedPpm?: number | null;
  /** Drawn by hand on the grid; absent: none. */
  readonly regions?: readonly ReportRegion[];
}

/** One figure of the quality line. */
export interface QualityItem {
  readonly label: string;
  readonly value: number | null;
  readonly decimals: number;
  readonly unit: string;
  readonly verdict: QualityGrade | null;
  readonly note: string;
}

export interface ReportModel extends ReportInput {
  readonly rows: readonly ResultRow[];
  readonly quality: readonly QualityItem[];
  /** null where no other method was run, and the reported one is a fit. */
  readonly opinions: SecondOpinions | null;
  readonly voxelSizeMm: readonly [number, number, number] | null;
  /** Centre of the voxel in scanner coordinates, RAS. [mm] */
  readonly voxelCentreMm: readonly [number, number, number] | null;
  /** x, y, z index of the voxel in the grid, from 0. */
  readonly voxelPosition: readonly [number, number, number];
  /** Every warning once: of the file, the preprocessing and the fit. */
  readonly allWarnings: readonly Warning[];
  readonly language: ReportLanguage;
  readonly conclusion: string;
  readonly signature: ReportSignature | null;
  readonly version: number;
  /** Values that a reference range fits; empty where none does. */
  readonly references: readonly ReportReference[];
  readonly displacedPpm: number | null;
  readonly regions: readonly ReportRegion[];
}

/** Figures that were measured besides the fit's own. */
function measuredItems(
  { quality }: QuantificationResult,
  frequencyMHz: number,
  texts: ReportTexts['quality'],
): QualityItem[] {
  if (quality === undefined) return [];
  const width = (label: string, hz: number | null): QualityItem[] => {
    if (hz === null) return [];
    const note = frequencyMHz > 0 ? `${(hz / frequencyMHz).toFixed(3)} ppm` : '';
    return [{ label, value: hz, decimals: 1, unit: 'Hz', verdict: null, note }];
  };
  const { drift } = quality;
  const ofDrift: QualityItem[] =
    drift === null
      ? []
      : [{ label: texts.scatter, value: drift.sdHz, decimals: 2, unit: texts.scatterUnit, verdict: null, note: texts.scatterNote(formatFixed(drift.rangeHz, 1), drift.transients) }]; // prettier-ignore
  return [...width(texts.waterLinewidth, quality.waterFwhmHz), ...ofDrift];
}

const plainItem = (label: string, value: number | null, decimals: number, unit: string, note: string): QualityItem => ({
  label,
  value,
  decimals,
  unit,
  verdict: null,
  note,
});

const finite = (v: number): number | null => (Number.isFinite(v) ? v : null);

/** What the fit had to do to the spectrum. */
function fitItems(result: QuantificationResult, texts: ReportTexts['quality']): QualityItem[] {
  const { phase0Deg, phase1DegPerPpm, lorentzianHz, gaussianHz } = result;
  return [
    plainItem(texts.phase, finite(phase0Deg), 1, '°', texts.phaseNote(formatFixed(phase1DegPerPpm, 2))),
    plainItem(
      texts.broadening,
      finite(lorentzianHz),
      1,
      texts.broadeningUnit,
      texts.broadeningNote(formatFixed(gaussianHz, 1)),
    ),
  ];
}

/** The definition; LCModel's by its name alone where page two spells it out. */
function snrNote({ snr, quality }: QuantificationResult, texts: ReportTexts['quality']): string {
  return quality !== undefined && snr.definition.includes('LCModel') ? texts.lcmodelSnr : snr.definition;
}

function qualityItems(
  result: QuantificationResult,
  frequencyMHz: number,
  texts: ReportTexts['quality'],
): QualityItem[] {
  const fwhmPpm = result.fwhmHz > 0 && frequencyMHz > 0 ? result.fwhmHz / frequencyMHz : null;
  return [
    plainItem(texts.snr, finite(result.snr.value), 1, '', snrNote(result, texts)),
    {
      ...plainItem(
        texts.linewidth,
        finite(result.fwhmHz),
        1,
        'Hz',
        fwhmPpm === null ? '' : `${fwhmPpm.toFixed(3)} ppm`,
      ),
      verdict: fwhmPpm === null ? null : linewidthGrade(fwhmPpm),
    },
    ...measuredItems(result, frequencyMHz, texts),
    plainItem(texts.shift, finite(result.shiftHz), 2, 'Hz', ''),
    // With a verdict above them there is no room for these on page one; page two has them.
    ...(result.quality === undefined ? fitItems(result, texts) : []),
  ];
}

/** @param voxel index over x, y, z, C order @param grid lengths of x, y, z @returns x, y, z from 0 */
export function voxelPosition(voxel: number, grid: readonly number[]): readonly [number, number, number] {
  const ny = grid[1] ?? 1;
  const nz = grid[2] ?? 1;
  return [Math.floor(voxel / (ny * nz)), Math.floor(voxel / nz) % ny, voxel % nz];
}

function centreMm(affine: Affine | null, p: readonly [number, number, number]): [number, number, number] | null {
  if (affine === null || affine.length < 12) return null;
  const row = (r: number): number =>
    (affine[r] as number) * p[0] +
    (affine[r + 1] as number) * p[1] +
    (affine[r + 2] as number) * p[2] +
    (affine[r + 3] as number);
  return [row(0), row(4), row(8)];
}

function uniqueWarnings(warnings: readonly Warning[]): Warning[] {
  const seen = new Set<string>();
  return warnings.filter((w) => {
    const key = `${w.code} ${w.message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/**
 * Completes a report's data with what follows from them.
 * @param input dataset, recipe, result and hashes of one voxel
 */
export function buildReport(input: ReportInput): ReportModel {
  const position = voxelPosition(input.voxel, input.scan.grid);
  const opinions = secondOpinions(input.result, input.otherResults ?? []);
  const language = input.language ?? 'en';
  return {
    ...input,
    language,
    conclusion: input.conclusion?.trim() ?? '',
    signature: input.signature ?? null,
    version: input.version ?? 1,
    references: reportReferences(input),
    displacedPpm: input.displacedPpm ?? null,
    regions: input.regions ?? [],
    rows: resultRows(input.result),
    opinions,
    quality: qualityItems(input.result, input.scan.spectrometerFrequencyMHz, reportTexts(language).quality),
    voxelSizeMm: voxelSizeMm(input.scan.affine),
    voxelCentreMm: centreMm(input.scan.affine, position),
    voxelPosition: position,
    allWarnings: uniqueWarnings([...(opinions?.warnings ?? []), ...input.warnings, ...input.result.warnings]),
  };
}
