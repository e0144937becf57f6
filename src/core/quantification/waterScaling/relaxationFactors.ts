// Relaxation factors from a table, with what they were made from, and a word for each value that was not to be had.
import { findRelaxation } from '../../domain/relaxationTable.ts';
import type { RelaxationTable, Tissue } from '../../domain/relaxationTable.ts';
import type { FactorInput, QuantityFactor } from '../../domain/quantification.ts';
import { longitudinalFactor, transverseFactor } from './signalEquation.ts';
import type { ScanTiming } from './signalEquation.ts';

export interface RelaxationContext {
  readonly table: RelaxationTable;
  /** null where the spectrometer frequency says nothing (other nucleus). */
  readonly fieldT: number | null;
  readonly saturation: 'consensus' | 'pulses';
}

type Quantity = 'T1' | 'T2';

const fieldWords = (fieldT: number | null): string => (fieldT === null ? 'an unknown field' : `${fieldT.toFixed(2)} T`);

function lookUp(context: RelaxationContext, substance: string, tissue: Tissue, quantity: Quantity): FactorInput | null {
  const { table, fieldT } = context;
  const entry = fieldT === null ? null : findRelaxation(table, { substance, tissue, fieldT, quantity });
  if (entry === null) return null;
  const of = entry.substance === '*' ? `${substance} (as any metabolite)` : substance;
  const where = entry.tissue === 'any' ? 'tissue' : entry.tissue;
  return { name: `${quantity} of ${of} in ${where} at ${entry.fieldT} T`, value: entry.valueS, unit: 's', source: entry.source }; // prettier-ignore
}

const timeInput = (name: string, value: number): FactorInput => ({ name, value, unit: 's', source: 'scan' });

/** One tissue's water: longitudinal × transverse part. */
export interface WaterRelaxation {
  readonly value: number;
  readonly inputs: readonly FactorInput[];
  /** What was missing, so that its part counts as 1. */
  readonly missing: readonly string[];
}

/** Relaxation of water in one tissue. */
export function waterRelaxation(context: RelaxationContext, timing: ScanTiming, tissue: Tissue): WaterRelaxation {
  const t1 = lookUp(context, 'water', tissue, 'T1');
  const t2 = lookUp(context, 'water', tissue, 'T2');
  const missing: string[] = [];
  let value = 1;
  if (timing.repetitionTimeS === null) missing.push("the water reference's repetition time");
  else if (t1 === null) missing.push(`T1 of water in ${tissue} at ${fieldWords(context.fieldT)}`);
  else value *= longitudinalFactor(timing, timing.repetitionTimeS, t1.value, context.saturation);
  if (timing.echoTimeS === null) missing.push("the water reference's echo time");
  else if (t2 === null) missing.push(`T2 of water in ${tissue} at ${fieldWords(context.fieldT)}`);
  else value *= transverseFactor(timing.echoTimeS, t2.value);
  return { value, inputs: [t1, t2].filter((input) => input !== null), missing };
}

/** GM and WM shares of the tissue, adding up to 1. */
export interface TissueShares {
  readonly gm: number;
  readonly wm: number;
}

/** A metabolite's T1 or T2, weighted with the voxel's grey and white matter. */
function weightedTime(
  context: RelaxationContext,
  name: string,
  quantity: Quantity,
  shares: TissueShares,
): { readonly valueS: number; readonly inputs: readonly FactorInput[] } | null {
  const gm = shares.gm > 0 ? lookUp(context, name, 'GM', quantity) : null;
  const wm = shares.wm > 0 ? lookUp(context, name, 'WM', quantity) : null;
  if ((shares.gm > 0 && gm === null) || (shares.wm > 0 && wm === null)) return null;
  const valueS = shares.gm * (gm?.value ?? 0) + shares.wm * (wm?.value ?? 0);
  if (gm === null || wm === null || gm.name === wm.name) {
    return { valueS, inputs: [gm ?? wm].filter((input) => input !== null) };
  }
  const share = (tissue: string, value: number): FactorInput => ({
    name: `share of ${tissue} in the tissue`,
    value,
    unit: '',
    source: 'tissue fractions, without CSF',
  });
  return { valueS, inputs: [gm, wm, share('GM', shares.gm), share('WM', shares.wm)] };
}

/** A metabolite's two relaxation factors, each dividing the concentration, and what was missing for them. */
export function metaboliteRelaxation(
  context: RelaxationContext,
  timing: ScanTiming,
  name: string,
  shares: TissueShares,
): { readonly factors: readonly QuantityFactor[]; readonly missing: readonly string[] } {
  const missing: string[] = [];
  const factor = (quantity: Quantity, timeS: number | null, timeName: string): QuantityFactor => {
    const label = quantity === 'T1' ? `saturation of ${name} (T1)` : `decay of ${name} (T2)`;
    const time = weightedTime(context, name, quantity, shares);
    if (timeS === null || time === null) {
      missing.push(
        timeS === null ? `the scan's ${timeName}` : `${quantity} of ${name} at ${fieldWords(context.fieldT)}`,
      );
      return { name: label, operation: 'over', value: 1, unit: '', source: 'no value: taken as 1', inputs: [], assumedOne: true }; // prettier-ignore
    }
    const value =
      quantity === 'T1'
        ? longitudinalFactor(timing, timeS, time.valueS, context.saturation)
        : transverseFactor(timeS, time.valueS);
    const source = quantity === 'T1' ? saturationFormula(context, timing) : 'exp(−TE/T2)';
    const inputs = [timeInput(quantity === 'T1' ? 'TR' : 'TE', timeS), ...time.inputs];
    return { name: label, operation: 'over', value, unit: '', source, inputs, assumedOne: false };
  };
  const factors = [
    factor('T1', timing.repetitionTimeS, 'repetition time'),
    factor('T2', timing.echoTimeS, 'echo time'),
  ];
  return { factors, missing };
}

function saturationFormula(context: RelaxationContext, timing: ScanTiming): string {
  const storage = timing.mixingTimeS === null || !/STEAM/i.test(timing.sequence ?? '') ? '' : ' · exp(−TM/T1)';
  return context.saturation === 'pulses'
    ? `steady state of Mz with the pulses of ${timing.sequence ?? 'an unknown sequence'}${storage}`
    : `1 − exp(−TR/T1)${storage}`;
}
