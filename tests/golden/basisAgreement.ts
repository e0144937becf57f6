// Simulates what a reference set holds, compares the two by core's own comparison, and puts the rows of the table together.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { compareBases } from '../../src/core/basis/comparing/index.ts';
import type { ComparedSignal } from '../../src/core/basis/comparing/index.ts';
import { transitionsToFid } from '../../src/core/basis/densityMatrix/transitions.ts';
import { readBasisFiles } from '../../src/core/basis/files/index.ts';
import type { PulseSequence } from '../../src/core/basis/sequences/pulseSequence.ts';
import { simulateMetabolite } from '../../src/core/basis/simulateMetabolite.ts';
import { SPIN_SYSTEMS, spinSystem } from '../../src/core/basis/spinSystems/index.ts';
import type { SpinSystem } from '../../src/core/basis/spinSystems/spinSystem.ts';
import type { BasisSet } from '../../src/core/domain/basisSet.ts';
import type { ComplexSignal } from '../../src/core/domain/complexArray.ts';
import { DATA_FOLDER } from '../fixtures/realData.ts';
import type { ReferenceSet } from './basisReferences.ts';

/** The range of the demand. [ppm] */
const RANGE_PPM = [0.5, 4.2] as const;

type CouplingClass = 'singlet' | 'weak' | 'strong';
export const LEAST_CORRELATION: Readonly<Record<CouplingClass, number>> = { singlet: 0.99, weak: 0.99, strong: 0.97 };

/** J beyond this part of the difference of shifts: strongly coupled, as the roof effect is seen from here on. */
const STRONG = 0.1;

/** Class of a metabolite at a field, by J/Δν of every pair of coupled proton groups. */
function couplingClass({ moieties }: SpinSystem, spectrometerFrequencyMHz: number): CouplingClass {
  let found: CouplingClass = 'singlet';
  for (const { groups, couplings } of moieties) {
    const shift = new Map(groups.map((g) => [g.label, g.shiftPpm] as const));
    for (const { between, jHz } of couplings) {
      const [a, b] = [shift.get(between[0]), shift.get(between[1])];
      if (a === undefined || b === undefined || jHz === 0) continue;
      if (Math.abs(jHz) > STRONG * Math.abs(a - b) * spectrometerFrequencyMHz) return 'strong';
      found = 'weak';
    }
  }
  return found;
}

/** The set as its file has it, at the frequency that its lines are spaced by. */
function readReference({ files, marker, simulatedAtMHz }: ReferenceSet): BasisSet {
  const sources = files().map((file) => ({
    name: basename(file),
    bytes: new Uint8Array(readFileSync(join(DATA_FOLDER, file))),
  }));
  const set = readBasisFiles(sources, marker === true ? { removeReferenceMarker: true } : {});
  const signals = set.signals.filter(({ name }) => name !== 'H2O' && SPIN_SYSTEMS.has(name));
  return { ...set, signals, spectrometerFrequencyMHz: simulatedAtMHz ?? set.spectrometerFrequencyMHz };
}

function simulated(system: SpinSystem, sequences: readonly PulseSequence[], like: BasisSet): ComplexSignal {
  const { dwellTimeS, points, spectrometerFrequencyMHz } = like;
  const fids = sequences.map((sequence) =>
    transitionsToFid(simulateMetabolite(system, sequence, spectrometerFrequencyMHz), {
      points,
      dwellTimeS,
      linewidthHz: 1,
    }),
  );
  const [first, second] = fids as [ComplexSignal, ComplexSignal?];
  if (second === undefined) return first;
  return { re: first.re.map((v, n) => v - second.re[n]!), im: first.im.map((v, n) => v - second.im[n]!) };
}

/** Samples compared: 0.3 s or more of every set, by when its lines have decayed. */
const POINTS = 2048;

/** Our set for the sequences of a reference. */
function simulateLike(
  reference: BasisSet,
  sequences: readonly PulseSequence[],
  systemOf: (name: string) => SpinSystem = spinSystem,
): BasisSet {
  const like = { ...reference, points: Math.min(POINTS, reference.points) };
  const signals = reference.signals.map((s) => ({ ...s, fid: simulated(systemOf(s.name), sequences, like) }));
  return { ...like, signals };
}

interface AgreementRow extends ComparedSignal {
  readonly coupling: CouplingClass;
  /** Shift beyond the one of the whole set. [Hz] */
  readonly ownShiftHz: number;
  readonly ownShiftPpm: number;
  /** With the numbers, or in the range, that explain the difference; null where there is nothing to prove. */
  readonly proven: number | null;
}

interface Agreement {
  /** Of the whole set: the median. [Hz] */
  readonly shiftHz: number;
  readonly rows: readonly AgreementRow[];
}

/** Correlation of a metabolite with what explains its difference: other numbers, or another range. */
function proofs(set: ReferenceSet, reference: BasisSet, ours: BasisSet, sequences: readonly PulseSequence[]) {
  const signals = ours.signals.map((signal) => {
    const system = set.differences[signal.name]?.system ?? null;
    return system === null ? signal : { ...signal, fid: simulated(system(), sequences, ours) };
  });
  const compared = new Map<string, readonly ComparedSignal[]>();
  return (name: string): number | null => {
    const difference = set.differences[name];
    if (difference === undefined || (difference.system === null && difference.rangePpm === undefined)) return null;
    const range = difference.rangePpm ?? RANGE_PPM;
    const rows = compared.get(range.join()) ?? compareBases({ ...ours, signals }, reference, range).rows;
    compared.set(range.join(), rows);
    return rows.find((row) => row.name === name)!.correlation;
  };
}

/** Compares a reference set with ours. */
export function agreement(set: ReferenceSet): Agreement {
  const reference = readReference(set);
  const sequences = set.sequences();
  const ours = simulateLike(reference, sequences);
  const { rows } = compareBases(ours, reference, RANGE_PPM);
  const shifts = rows.map((row) => row.shiftHz).sort((a, b) => a - b);
  const shiftHz = shifts[shifts.length >> 1]!;
  const proof = proofs(set, reference, ours, sequences);
  return {
    shiftHz,
    rows: rows.map((row) => ({
      ...row,
      coupling: couplingClass(spinSystem(row.name), reference.spectrometerFrequencyMHz),
      ownShiftHz: row.shiftHz - shiftHz,
      ownShiftPpm: (row.shiftHz - shiftHz) / reference.spectrometerFrequencyMHz,
      proven: proof(row.name),
    })),
  };
}

/** Correlations with a reference set where some spin systems are others, by name. */
export function correlationsWith(
  set: ReferenceSet,
  systemOf: (name: string) => SpinSystem,
): ReadonlyMap<string, number> {
  const reference = readReference(set);
  const { rows } = compareBases(simulateLike(reference, set.sequences(), systemOf), reference, RANGE_PPM);
  return new Map(rows.map((row) => [row.name, row.correlation] as const));
}

/** One line of the printed table. @param cause of a correlation below the class's */
export function tableLine(row: AgreementRow, cause?: string): string {
  const widths = `L ${row.lorentzianHz.toFixed(1)} G ${row.gaussianHz.toFixed(1)} Hz`;
  const proven = row.proven === null ? '' : `  explained: ${row.proven.toFixed(4)}`;
  return (
    `  ${row.name.padEnd(7)} ${row.coupling.padEnd(7)} ${row.correlation.toFixed(4)}` +
    `  own shift ${row.ownShiftHz.toFixed(2).padStart(5)} Hz  ${widths}${proven}${cause === undefined ? '' : `  (${cause})`}`
  );
}
