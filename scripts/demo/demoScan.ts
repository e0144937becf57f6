// What the demo's scans have in common: patient, protocol, basis, geometry, and how truth is rounded.
import type { BasisSet } from '../../src/core/domain/basisSet.ts';
import type { ComplexArray } from '../../src/core/domain/complexArray.ts';
import { COMBINED_METABOLITES } from '../../src/core/domain/metaboliteNames.ts';
import type { HigherDimension, MrsDataset, PatientInfo } from '../../src/core/domain/mrsDataset.ts';
import { UNKNOWN_ACQUISITION } from '../../src/core/domain/mrsDataset.ts';
import { fidToSpectrum } from '../../src/core/math/fft.ts';
import { SHIPPED_BASES } from '../../src/core/basis/shippedBases.ts';

/** The basis whose transitions the scans are made of: 3 T PRESS TE 30, 123.25 MHz. */
export const DEMO_BASIS = SHIPPED_BASES[0]!;

export const PATIENT: PatientInfo = {
  name: 'Demo, Synthetic',
  id: 'DEMO-0001',
  sex: 'O',
  birthDate: '1980-01-01',
  ageYears: 46,
  weightKg: 70,
};

const ACQUIRED_AT = '2026-01-15T10:20:00';
export const REPETITION_TIME_S = 2;

export interface ScanFacts {
  readonly data: ComplexArray;
  readonly dimensions: readonly HigherDimension[];
  readonly affine: readonly number[];
  readonly sequence: string;
  readonly region: string;
  readonly waterSuppressed: boolean;
}

/** A dataset as a scanner would have written it; provenance has a fixed time, so that the files never change. */
export function demoDataset(basis: BasisSet, facts: ScanFacts): MrsDataset {
  return {
    data: facts.data,
    dimensions: facts.dimensions,
    dwellTimeS: basis.dwellTimeS,
    spectrometerFrequencyMHz: basis.spectrometerFrequencyMHz,
    nucleus: '1H',
    acquisition: {
      ...UNKNOWN_ACQUISITION,
      echoTimeS: basis.echoTimeS,
      repetitionTimeS: REPETITION_TIME_S,
      sequence: facts.sequence,
      manufacturer: 'Lineshape simulator',
      acquiredAt: ACQUIRED_AT,
      region: facts.region,
    },
    patient: PATIENT,
    affine: facts.affine,
    format: 'nifti-mrs',
    header: { WaterSuppressed: facts.waterSuppressed },
    provenance: [
      {
        time: `${ACQUIRED_AT}Z`,
        program: 'Lineshape',
        version: '0.1.0',
        method: 'Simulation',
        details: { script: 'scripts/make-demo.ts', basis: basis.id },
      },
    ],
    warnings: [],
  };
}

type Vector = readonly [number, number, number];

/** Rotation about x, then y, then z. @returns row-major 3 × 3 */
function rotation([ax, ay, az]: Vector): number[] {
  const [cx, sx, cy, sy, cz, sz] = [ax, ay, az].flatMap((deg) => {
    const rad = (deg * Math.PI) / 180;
    return [Math.cos(rad), Math.sin(rad)];
  }) as [number, number, number, number, number, number];
  return [
    cz * cy, cz * sy * sx - sz * cx, cz * sy * cx + sz * sx,
    sz * cy, sz * sy * sx + cz * cx, sz * sy * cx - cz * sx,
    -sy, cy * sx, cy * cx,
  ]; // prettier-ignore
}

/**
 * Affine of a grid turned about its centre.
 * @param centre of the whole grid, RAS mm
 * @returns voxel index → RAS mm, row-major 4 × 4
 */
export function gridAffine(centre: Vector, voxelMm: Vector, rotationDeg: Vector, grid: Vector): number[] {
  const r = rotation(rotationDeg);
  const rows = [0, 1, 2].map((row) => {
    // + 0 turns −0 into 0
    const columns = [0, 1, 2].map((axis) => r[3 * row + axis]! * voxelMm[axis]! + 0);
    const shift = columns.reduce((sum, step, axis) => sum + (step * (grid[axis]! - 1)) / 2, 0);
    return [...columns, centre[row]! - shift];
  });
  return [...rows.flat(), 0, 0, 0, 1];
}

/** Largest value of the real spectrum of a basis signal after broadening, per unit concentration. */
export function peakHeight(fid: { readonly re: Float64Array; readonly im: Float64Array }): number {
  return Math.max(...fidToSpectrum(fid).re);
}

/** Rounds for the truth file: 7 digits are far below any noise. */
export const rounded = (value: number): number => Number(value.toPrecision(7));

/** Sums and single values over tCr, where tCr is not zero. */
export function ratiosToTCr(concentrations: Readonly<Record<string, number>>): Record<string, number> {
  const sum = (names: readonly string[]): number => names.reduce((total, n) => total + (concentrations[n] ?? 0), 0);
  const tCr = sum(['Cr', 'PCr']);
  const ratios: Record<string, number> = {};
  if (tCr === 0) return ratios;
  for (const { name, members } of COMBINED_METABOLITES) ratios[name] = rounded(sum(members) / tCr);
  for (const [name, value] of Object.entries(concentrations)) ratios[name] = rounded(value / tCr);
  return ratios;
}
