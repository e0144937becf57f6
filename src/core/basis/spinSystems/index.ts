// The spin systems that exist, one JSON file a metabolite and one a variant, and the set a clinical 3 T fit needs.
import { canonicalMetaboliteName } from '../../domain/metaboliteNames.ts';
import { ModelError } from '../../domain/errors.ts';
import { parseSpinSystem } from './spinSystem.ts';
import type { SpinSystem } from './spinSystem.ts';
import Ace from './data/Ace.json';
import Ala from './data/Ala.json';
import Asc from './data/Asc.json';
import AscGovindaraju2000 from './data/Asc.govindaraju2000.json';
import Asp from './data/Asp.json';
import bHB from './data/bHB.json';
import bHG from './data/bHG.json';
import bHGChoi2012 from './data/bHG.choi2012.json';
import Cho from './data/Cho.json';
import Cit from './data/Cit.json';
import CitFida2017 from './data/Cit.fida2017.json';
import Cr from './data/Cr.json';
import Cystat from './data/Cystat.json';
import EtOH from './data/EtOH.json';
import EtOHBmrb from './data/EtOH.bmrb.json';
import GABA from './data/GABA.json';
import GABAGovindaraju2000 from './data/GABA.govindaraju2000.json';
import GABAGovindaraju2015 from './data/GABA.govindaraju2015.json';
import Glc from './data/Glc.json';
import Gln from './data/Gln.json';
import Glu from './data/Glu.json';
import Gly from './data/Gly.json';
import GPC from './data/GPC.json';
import GSH from './data/GSH.json';
import GSHKaiser2010 from './data/GSH.kaiser2010.json';
import H2O from './data/H2O.json';
import Ins from './data/Ins.json';
import Lac from './data/Lac.json';
import NAA from './data/NAA.json';
import NAAG from './data/NAAG.json';
import negCrCH2 from './data/negCrCH2.json';
import PCho from './data/PCho.json';
import PCr from './data/PCr.json';
import PE from './data/PE.json';
import Phenyl from './data/Phenyl.json';
import Pyr from './data/Pyr.json';
import Scyllo from './data/Scyllo.json';
import Ser from './data/Ser.json';
import Suc from './data/Suc.json';
import Tau from './data/Tau.json';
import Thr from './data/Thr.json';
import Tyr from './data/Tyr.json';
import Val from './data/Val.json';

const RECORDS: readonly unknown[] = [
  Ace,
  Ala,
  Asc,
  AscGovindaraju2000,
  Asp,
  bHB,
  bHG,
  bHGChoi2012,
  Cho,
  Cit,
  CitFida2017,
  Cr,
  Cystat,
  EtOH,
  EtOHBmrb,
  GABA,
  GABAGovindaraju2000,
  GABAGovindaraju2015,
  Glc,
  Gln,
  Glu,
  Gly,
  GPC,
  GSH,
  GSHKaiser2010,
  H2O,
  Ins,
  Lac,
  NAA,
  NAAG,
  negCrCH2,
  PCho,
  PCr,
  PE,
  Phenyl,
  Pyr,
  Scyllo,
  Ser,
  Suc,
  Tau,
  Thr,
  Tyr,
  Val,
];

const PARSED: readonly SpinSystem[] = RECORDS.map(parseSpinSystem);

/** @returns "GABA" for a default, "GABA@govindaraju2000" for a variant: what spinSystem() finds it by */
export function spinSystemId({ name, variant }: SpinSystem): string {
  return variant === null ? name : `${name}@${variant}`;
}

const byId = (systems: readonly SpinSystem[]): ReadonlyMap<string, SpinSystem> =>
  new Map(systems.map((system) => [spinSystemId(system), system] as const));

/** The default spin system of every metabolite, by canonical name. */
export const SPIN_SYSTEMS: ReadonlyMap<string, SpinSystem> = byId(PARSED.filter((s) => s.variant === null));

/** Other published numbers for the same metabolites, by id ("GABA@govindaraju2000"). */
export const SPIN_SYSTEM_VARIANTS: ReadonlyMap<string, SpinSystem> = byId(PARSED.filter((s) => s.variant !== null));

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
 * @param name canonical name or any known spelling, and "@variant" for another than the default
 * @throws ModelError MODEL_MISSING where there is none
 */
export function spinSystem(name: string): SpinSystem {
  const [spelling = '', variant] = name.split('@');
  const canonical = canonicalMetaboliteName(spelling);
  const system = SPIN_SYSTEMS.get(canonical);
  if (system === undefined) {
    const known = [...SPIN_SYSTEMS.keys()].join(', ');
    throw new ModelError('MODEL_MISSING', `There is no spin system for "${name}"; known are ${known}.`, { name });
  }
  return variant === undefined ? system : variantOf(canonical, variant);
}

function variantOf(canonical: string, variant: string): SpinSystem {
  const chosen = SPIN_SYSTEM_VARIANTS.get(`${canonical}@${variant.trim().toLowerCase()}`);
  if (chosen !== undefined) return chosen;
  const ids = [...SPIN_SYSTEM_VARIANTS.keys()].filter((id) => id.startsWith(`${canonical}@`));
  const known = ids.length === 0 ? 'it has the default only' : `known are ${ids.join(', ')}`;
  throw new ModelError('MODEL_MISSING', `There is no variant "${variant}" of the spin system ${canonical}; ${known}.`, {
    name: canonical,
    variant,
  });
}
