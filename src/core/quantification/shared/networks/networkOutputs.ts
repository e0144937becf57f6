// A network's outputs by spectrum, and its parameters by name.
import { ModelError } from '../../../domain/errors.ts';
import { canonicalMetaboliteName } from '../../../domain/metaboliteNames.ts';
import type { ModelCard } from '../../../domain/modelCard.ts';
import type { Tensors } from '../../../ports/inferenceEngine.ts';
import { BAND_POINTS } from './bandSpectrum.ts';
import type { LineChange } from './bandModel.ts';

/** One spectrum's rows. */
export interface NetworkRow {
  /** @returns null where the network has no such output */
  readonly optional: (name: string) => Float32Array | null;
  /** @throws ModelError MODEL_INVALID where the network has no such output */
  readonly output: (name: string) => Float32Array;
}

export function networkRow(card: ModelCard, outputs: Tensors, row: number): NetworkRow {
  const optional = (name: string): Float32Array | null => {
    const tensor = outputs[name];
    if (tensor === undefined) return null;
    const length = tensor.data.length / (tensor.shape[0] as number);
    return tensor.data.subarray(row * length, (row + 1) * length);
  };
  return {
    optional,
    output: (name) => {
      const found = optional(name);
      if (found !== null) return found;
      throw new ModelError(
        'MODEL_INVALID',
        `The network "${card.id}" has no output "${name}", which its design needs.`,
      );
    },
  };
}

/** Length of the whitened features; null where the network tells none. */
export function latentLength(row: NetworkRow): number | null {
  const latent = row.optional('latent');
  return latent === null ? null : Math.hypot(...latent);
}

/** Re(e^{−iφ}·background) of the output "background" in the data's units; null where the network has none. */
export function phasedBackground(row: NetworkRow, scale: number, phaseRad: number): Float64Array | null {
  const values = row.optional('background');
  if (values === null) return null;
  const c = scale * Math.cos(phaseRad);
  const s = scale * Math.sin(phaseRad);
  const background = new Float64Array(BAND_POINTS);
  for (let j = 0; j < BAND_POINTS; j++) {
    background[j] = c * (values[j] as number) + s * (values[BAND_POINTS + j] as number);
  }
  return background;
}

/** What the output "parameters" says of the signal. */
export interface SignalParameters {
  readonly phaseDeg: number;
  /** One a signal. A common value and a signal's own ("shiftPpm.NAA") add up. */
  readonly changes: readonly LineChange[];
}

/** Columns of a kind: the common one, and each signal's own; −1 where there is none. */
interface Columns {
  readonly common: number;
  readonly own: readonly number[];
}

type Reader = (values: ArrayLike<number>) => SignalParameters;

const readers = new WeakMap<ModelCard, Map<string, Reader>>();

/**
 * @param names of the model's signals
 * @returns what reads a row of the output "parameters"; made once for a card and its signals
 */
export function parameterReader(card: ModelCard, names: readonly string[]): Reader {
  const known = readers.get(card) ?? new Map<string, Reader>();
  readers.set(card, known);
  const key = names.join();
  const reader = known.get(key) ?? makeReader(card.quantification?.parameters ?? [], names);
  known.set(key, reader);
  return reader;
}

function makeReader(parameters: readonly string[], names: readonly string[]): Reader {
  const columnsOf = (kind: string): Columns => ({
    common: parameters.indexOf(kind),
    own: names.map((name) =>
      parameters.findIndex((p) => {
        const [of, signal] = p.split('.');
        return of === kind && signal !== undefined && canonicalMetaboliteName(signal) === name;
      }),
    ),
  });
  const [shift, lorentzian, gaussian] = ['shiftPpm', 'lorentzianHz', 'gaussianHz'].map(columnsOf) as [Columns, Columns, Columns]; // prettier-ignore
  const phase = parameters.indexOf('phaseDeg');
  return (values) => {
    const at = (column: number): number => (column < 0 ? 0 : (values[column] as number));
    const value = ({ common, own }: Columns, m: number): number => at(common) + at(own[m] as number);
    return {
      phaseDeg: at(phase),
      changes: names.map((_, m) => ({
        shiftPpm: value(shift, m),
        lorentzianHz: value(lorentzian, m),
        gaussianHz: value(gaussian, m),
      })),
    };
  };
}

/** Mean of the signals' changes, each weighed by its amplitude: what is told of the whole spectrum. */
export function meanChange(changes: readonly LineChange[], amplitudes: ArrayLike<number>): LineChange {
  let total = 0;
  const mean = { shiftPpm: 0, lorentzianHz: 0, gaussianHz: 0 };
  changes.forEach((change, m) => {
    const weight = Math.max(amplitudes[m] as number, 0);
    total += weight;
    mean.shiftPpm += weight * change.shiftPpm;
    mean.lorentzianHz += weight * change.lorentzianHz;
    mean.gaussianHz += weight * change.gaussianHz;
  });
  if (!(total > 0)) return changes[0] ?? mean;
  return {
    shiftPpm: mean.shiftPpm / total,
    lorentzianHz: mean.lorentzianHz / total,
    gaussianHz: mean.gaussianHz / total,
  };
}
