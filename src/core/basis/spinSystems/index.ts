// The spin systems that exist, one JSON file a metabolite, and the set a clinical 3 T fit needs.
import { canonicalMetaboliteName } from '../../domain/metaboliteNames.ts';
import { ModelError } from '../../domain/errors.ts';
import { parseSpinSystem } from './spinSystem.ts';
import type { SpinSystem } from './spinSystem.ts';
import Ace from './data/Ace.json';
import Ala from './data/Ala.json';
import Asc from './data/Asc.json';
import Asp from './data/Asp.json';
import bHB from './data/bHB.json';
import bHG from './data/bHG.json';
import Cho from './data/Cho.json';
import Cr from './data/Cr.json';
import EtOH from './data/EtOH.json';
import GABA from './data/GABA.json';
import Glc from './data/Glc.json';
import Gln from './data/Gln.json';
import Glu from './data/Glu.json';
import Gly from './data/Gly.json';
import GPC from './data/GPC.json';
import GSH from './data/GSH.json';
import Ins from './data/Ins.json';
import Lac from './data/Lac.json';
import NAA from './data/NAA.json';
import NAAG from './data/NAAG.json';
import PCho from './data/PCho.json';
import PCr from './data/PCr.json';
import PE from './data/PE.json';
import Scyllo from './data/Scyllo.json';
import Ser from './data/Ser.json';
import Tau from './data/Tau.json';
import Thr from './data/Thr.json';
import Val from './data/Val.json';

const RECORDS: readonly unknown[] = [
  Ace,
  Ala,
  Asc,
  Asp,
  bHB,
  bHG,
  Cho,
  Cr,
  EtOH,
  GABA,
  Glc,
  Gln,
  Glu,
  Gly,
  GPC,
  GSH,
  Ins,
  Lac,
  NAA,
  NAAG,
  PCho,
  PCr,
  PE,
  Scyllo,
  Ser,
  Tau,
  Thr,
  Val,
];

/** Every spin system, by canonical name. */
export const SPIN_SYSTEMS: ReadonlyMap<string, SpinSystem> = new Map(
  RECORDS.map((record) => parseSpinSystem(record)).map((system) => [system.name, system] as const),
);

/** Metabolites of a brain fit at 3 T: those of Chen 2023 (systems.md §7) and of the ISMRM 2016 fitting challenge. */
export const BRAIN_METABOLITES: readonly string[] = [
  'Ace',
  'Ala',
  'Asc',
  'Asp',
  'Cr',
  'GABA',
  'Glc',
  'Gln',
  'Glu',
  'Gly',
  'GPC',
  'GSH',
  'Ins',
  'Lac',
  'NAA',
  'NAAG',
  'PCho',
  'PCr',
  'PE',
  'Scyllo',
  'Tau',
];

/**
 * The spin system of a metabolite.
 * @param name canonical name or any known spelling
 * @throws ModelError MODEL_MISSING where there is none
 */
export function spinSystem(name: string): SpinSystem {
  const system = SPIN_SYSTEMS.get(canonicalMetaboliteName(name));
  if (system === undefined) {
    throw new ModelError(
      'MODEL_MISSING',
      `There is no spin system for "${name}"; known are ${[...SPIN_SYSTEMS.keys()].join(', ')}.`,
      { name },
    );
  }
  return system;
}
