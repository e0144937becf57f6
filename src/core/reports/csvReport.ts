// Results as CSV (RFC 4180): one row a metabolite and voxel, units in the header, every hash beside the numbers.
import { csvRow } from './csvTable.ts';
import type { CsvCell } from './csvTable.ts';
import { concentrationIn, shownConcentration } from './quantities.ts';
import { voxelPosition } from './reportModel.ts';
import { resultRows } from './tables.ts';
import type { ResultRow } from './tables.ts';
import { intervalVerdict, isOfNetwork, methodValue } from '../domain/methodValues.ts';
import type { IntervalVerdict } from '../domain/methodValues.ts';
import type { MetaboliteEstimate, QuantificationResult, RatioEstimate } from '../domain/quantification.ts';

/** One voxel's result with what identifies where it comes from. No patient identifiers. */
export interface CsvInput {
  readonly fileName: string;
  /** x, y, z lengths. */
  readonly grid: readonly number[];
  readonly basisId: string;
  readonly recipeId: string;
  readonly programVersion: string;
  readonly hashes: {
    readonly input: string;
    readonly water: string | null;
    readonly recipe: string;
    readonly basis: string;
  };
  readonly voxels: readonly {
    readonly voxel: number;
    readonly result: QuantificationResult;
    /** The model fit of the same spectrum that a network is held against; absent: none. */
    readonly fit?: QuantificationResult;
  }[];
}

/** Head of the columns that `csvRows` fills. */
export const CSV_COLUMNS = [
  'file',
  'voxel',
  'x',
  'y',
  'z',
  'method',
  'method_version',
  'status',
  'metabolite',
  'kind',
  'amplitude_basis_units',
  'crlb_percent',
  'crlb_absolute_basis_units',
  'ratio_to_tCr',
  'ratio_to_tCr_sd',
  'ratio_to_tNAA',
  'ratio_to_tNAA_sd',
  'ratio_to_tCho',
  'ratio_to_tCho_sd',
  'ratio_to_water',
  'ratio_to_water_sd',
  'concentration',
  'concentration_sd',
  'concentration_unit',
  'molality_mmol_per_kg',
  'molarity_mmol_per_l',
  'lcmodel_mM',
  'interval95_low_basis_units',
  'interval95_high_basis_units',
  'reliability',
  'network',
  'in_distribution',
  'checks_failed',
  'fit',
  'against_fit',
  'snr',
  'fwhm_Hz',
  'shift_Hz',
  'phase0_deg',
  'phase1_deg_per_ppm',
  'lorentzian_Hz',
  'gaussian_Hz',
  'water_fwhm_Hz',
  'quality_grade',
  'quality_thresholds',
  'warnings',
  'basis',
  'basis_sha256',
  'recipe',
  'recipe_sha256',
  'input_sha256',
  'water_sha256',
  'program_version',
] as const;

/** In the order of the columns from ratio_to_tCr_sd to interval95_high_basis_units. */
function quantityCells(result: QuantificationResult, estimate: MetaboliteEstimate): CsvCell[] {
  const ratio = (name: string): RatioEstimate | undefined => estimate.ratios?.find((r) => r.reference === name);
  const others = ['tNAA', 'tCho', 'water'].flatMap((name): CsvCell[] => {
    const found = ratio(name);
    return [found?.value ?? null, found?.sd ?? null];
  });
  const shown = shownConcentration(result);
  const displayed = shown === null ? null : concentrationIn(estimate, shown.convention);
  const conventions = (['molality', 'molarity', 'lcmodel'] as const).map(
    (c) => concentrationIn(estimate, c)?.value ?? null,
  );
  const { interval95 } = estimate;
  return [
    ratio('tCr')?.sd ?? null,
    ...others,
    displayed?.value ?? estimate.concentrationMM,
    displayed?.sd ?? null,
    displayed?.unit ?? (estimate.concentrationMM === null ? null : 'mM'),
    ...conventions,
    interval95?.low ?? null,
    interval95?.high ?? null,
  ];
}

const AGAINST: Readonly<Record<IntervalVerdict, string | null>> = {
  within: 'within both intervals',
  beyondOne: 'beyond one interval',
  beyondBoth: 'beyond both intervals',
  unknown: null,
};

/** In the order of the columns from network to against_fit; empty for fits. */
function doubtCells(
  { result, fit }: CsvInput['voxels'][number],
  { name, kind, estimate }: Pick<ResultRow, 'name' | 'kind' | 'estimate'>,
): CsvCell[] {
  const { doubt } = result;
  if (doubt === undefined) return [null, null, null, null, null];
  const failed = doubt.checks.filter(({ passed }) => !passed).map(({ check }) => check);
  const other = (kind === 'sum' ? fit?.combined : fit?.metabolites)?.find((e) => e.name === name);
  const [own, held] = [
    methodValue(estimate, result, 'ratio'),
    fit === undefined || other === undefined ? null : methodValue(other, fit, 'ratio'),
  ];
  return [
    `${doubt.model.id} version ${doubt.model.version}`,
    result.inDistribution ? 'yes' : 'no',
    failed.join(' '),
    fit?.method ?? null,
    AGAINST[intervalVerdict(own, held)],
  ];
}

/** Of a network, a value without its interval is left out. */
function printable(estimate: MetaboliteEstimate, result: QuantificationResult): Partial<MetaboliteEstimate> {
  return isOfNetwork(result) && estimate.interval95 === undefined ? {} : estimate;
}

function voxelRows(input: CsvInput, { voxel, ...of }: CsvInput['voxels'][number]): CsvCell[][] {
  const { result } = of;
  const [x, y, z] = voxelPosition(voxel, input.grid);
  const warnings = result.warnings.map((w) => w.code).join(' ');
  return resultRows(result).map(({ name, kind, estimate, reliability }) => [
    input.fileName,
    voxel,
    x,
    y,
    z,
    result.method,
    result.version,
    result.status,
    name,
    kind,
    printable(estimate, result).amplitude,
    estimate.crlbPercent,
    estimate.crlbAbsolute,
    printable(estimate, result).ratioToTCr,
    ...quantityCells(result, estimate),
    reliability,
    ...doubtCells({ voxel, ...of }, { name, kind, estimate }),
    result.snr.value,
    result.fwhmHz,
    result.shiftHz,
    result.phase0Deg,
    result.phase1DegPerPpm,
    result.lorentzianHz,
    result.gaussianHz,
    result.quality?.waterFwhmHz ?? null,
    result.quality?.assessment.grade ?? null,
    result.quality?.assessment.thresholds ?? null,
    warnings,
    input.basisId,
    input.hashes.basis,
    input.recipeId,
    input.hashes.recipe,
    input.hashes.input,
    input.hashes.water,
    input.programVersion,
  ]);
}

/** One row a metabolite and voxel. */
export function csvRows(input: CsvInput): CsvCell[][] {
  return input.voxels.flatMap((voxel) => voxelRows(input, voxel));
}

/**
 * @param inputs one entry an analysis
 * @returns the CSV text, CRLF line ends, header first
 */
export function csvReport(inputs: readonly CsvInput[]): string {
  const rows: CsvCell[][] = [[...CSV_COLUMNS], ...inputs.flatMap(csvRows)];
  return rows.map((row) => `${csvRow(row)}\r\n`).join('');
}
