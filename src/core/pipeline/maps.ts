// Maps over a scan's grid: what the fits of all voxels say of one quantity, and the files they are written to.
import { voxelCount } from '../domain/mrsDataset.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import type { MetaboliteEstimate, QuantificationResult, VoxelQuantification } from '../domain/quantification.ts';
import type { VoxelMap } from '../formats/niftiMap.ts';
import { writeNiftiMap } from '../formats/niftiMap.ts';

/** A quantity of a result; null where a result has none. */
interface MappedQuantity {
  /** Stem of the file's name. */
  readonly key: string;
  readonly title: string;
  readonly unit: string;
  readonly of: (result: QuantificationResult) => number | null;
}

type Estimates = (result: QuantificationResult) => readonly MetaboliteEstimate[];

/** Sums and single metabolites; sums first. */
const everyEstimate: Estimates = ({ combined, metabolites }) => [...combined, ...metabolites];

/** Of every result. */
const SPECTRUM_QUANTITIES: readonly MappedQuantity[] = [
  { key: 'fwhmHz', title: 'Line width (FWHM)', unit: 'Hz', of: ({ fwhmHz }) => fwhmHz },
  { key: 'snr', title: 'SNR', unit: '', of: ({ snr }) => snr.value },
  { key: 'shiftHz', title: 'Shift against the basis', unit: 'Hz', of: ({ shiftHz }) => shiftHz },
  { key: 'phase0Deg', title: 'Zero-order phase', unit: 'deg', of: ({ phase0Deg }) => phase0Deg },
  { key: 'residualSd', title: 'SD of the residual', unit: 'data units', of: ({ residualSd }) => residualSd },
];

/** Of networks: whether the voxel's other maps may be relied on. */
const KNOWN_TO_NETWORK: MappedQuantity = {
  key: 'inDistribution',
  title: 'Spectrum like those the network was trained on: 1 yes, 0 no',
  unit: '',
  of: ({ doubt, inDistribution }) => (doubt === undefined ? null : Number(inDistribution)),
};

/** Letters, digits, + and − of a metabolite's name; nothing else goes into a file's. */
const stemOf = (name: string): string => name.replace(/[^A-Za-z0-9+-]/g, '_');

function unitOfConcentration(results: readonly QuantificationResult[], name: string): string {
  for (const result of results) {
    const estimate = everyEstimate(result).find((e) => e.name === name);
    const shown = estimate?.concentrations?.find((c) => c.value === estimate.concentrationMM);
    if (shown !== undefined) return shown.unit;
  }
  return 'mM';
}

/** The four maps of one metabolite or sum. */
function estimateQuantities(name: string, results: readonly QuantificationResult[]): MappedQuantity[] {
  const stem = stemOf(name);
  const find = (result: QuantificationResult): MetaboliteEstimate | undefined =>
    everyEstimate(result).find((e) => e.name === name);
  return [
    {
      key: `${stem}_amplitude`,
      title: `${name} amplitude`,
      unit: 'basis units',
      of: (r) => find(r)?.amplitude ?? null,
    },
    { key: `${stem}_crlbPercent`, title: `${name} CRLB`, unit: '%', of: (r) => find(r)?.crlbPercent ?? null },
    { key: `${stem}_ratioToTCr`, title: `${name} / tCr`, unit: '', of: (r) => find(r)?.ratioToTCr ?? null },
    {
      key: `${stem}_concentration`,
      title: `${name} concentration`,
      unit: unitOfConcentration(results, name),
      of: (r) => find(r)?.concentrationMM ?? null,
    },
  ];
}

/** Values of one quantity over the grid; NaN where nothing was fitted. */
function mapValues(voxels: readonly VoxelQuantification[], count: number, of: MappedQuantity['of']): Float64Array {
  const values = new Float64Array(count).fill(NaN);
  for (const { voxel, result } of voxels) {
    if (result.status !== 'refused') values[voxel] = of(result) ?? NaN;
  }
  return values;
}

/**
 * All maps of a scan that hold a value: amplitude, CRLB, ratio to tCr and concentration of every metabolite and sum, line
 * width, SNR, shift, phase and residual of the spectra; of a network, which voxels it knows.
 * @param scan the scan that was fitted: its grid and its place
 * @returns by stem of the file's name
 */
export function resultMaps(
  scan: Pick<MrsDataset, 'data' | 'affine'>,
  voxels: readonly VoxelQuantification[],
): ReadonlyMap<string, VoxelMap> {
  const [nx = 1, ny = 1, nz = 1] = scan.data.shape;
  const results = voxels.map(({ result }) => result).filter(({ status }) => status !== 'refused');
  const names = [...new Set(results.flatMap((result) => everyEstimate(result).map(({ name }) => name)))];
  const quantities = [
    ...SPECTRUM_QUANTITIES,
    KNOWN_TO_NETWORK,
    ...names.flatMap((name) => estimateQuantities(name, results)),
  ];
  const maps = new Map<string, VoxelMap>();
  for (const { key, title, unit, of } of quantities) {
    const values = mapValues(voxels, nx * ny * nz, of);
    if (values.every(Number.isNaN)) continue;
    const description = unit === '' ? title : `${title} [${unit}]`;
    maps.set(key, { values, grid: [nx, ny, nz], affine: scan.affine, intentName: key, description });
  }
  return maps;
}

/** The maps as files, by name. @throws BugError where a voxel lies outside the scan */
export function mapFiles(scan: MrsDataset, voxels: readonly VoxelQuantification[]): ReadonlyMap<string, Uint8Array> {
  const inside = voxels.filter(({ voxel }) => voxel < voxelCount(scan));
  return new Map([...resultMaps(scan, inside)].map(([key, map]) => [`${key}.nii.gz`, writeNiftiMap(map)]));
}
