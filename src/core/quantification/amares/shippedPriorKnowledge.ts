// Prior knowledge that comes with the program, in the same JSON form that a user writes. Shifts are published figures; the
// bounds about them and those of the widths are this program's own, wide enough for 1.5 to 7 T.
import type { JsonObject } from '../../domain/json.ts';
import { PRIOR_KNOWLEDGE_SCHEMA } from './readPriorKnowledge.ts';

/** Half width of the range of a shift whose place does not depend on pH. [ppm] */
const SHIFT_ROOM_PPM = 0.12;

const near = (ppm: number, room = SHIFT_ROOM_PPM): JsonObject => ({ value: ppm, lower: ppm - room, upper: ppm + room });
const width = (value: number, lower: number, upper: number): JsonObject => ({ value, lower, upper });
const like = (follows: string): JsonObject => ({ follows });
const atLeastZero: JsonObject = { value: 1 };

const REN = 'Ren, Sherry, Malloy 2015, NMR Biomed 28:1455, doi:10.1002/nbm.3384 (human brain, 7 T)';
const GOVINDARAJU =
  'Govindaraju, Young, Maudsley 2000, NMR Biomed 13:129, doi:10.1002/1099-1492(200005)13:3<129::AID-NBM619>3.0.CO;2-V';

const singlet = (name: string, shiftPpm: JsonObject, linewidthHz: JsonObject): JsonObject => ({
  name,
  shiftPpm,
  linewidthHz,
  amplitude: atLeastZero,
});

const PHOSPHORUS_BRAIN: JsonObject = {
  schema: PRIOR_KNOWLEDGE_SCHEMA,
  title: 'Phosphorus, human brain',
  nucleus: '31P',
  citations: [
    'PCr 0 ppm: the reference of the scale in vivo',
    `PE 6.76, PC 6.24, Pi 4.82, GPE 3.50, GPC 2.95, NAD -8.25, b-ATP -16.15 ppm: ${REN}`,
    `a-ATP -7.56, g-ATP -2.53 ppm: centres of the doublets of ${REN}, with its J of 16 Hz`,
    'Pi moves with pH, 4.4 to 5.2 ppm between pH 6.7 and 7.4: Petroff 1985, Neurology 35:781, pK 6.77, 3.29 and 5.68 ppm',
  ],
  peaks: [
    singlet('PCr', near(0), width(10, 1, 40)),
    singlet('PE', near(6.76), width(15, 1, 60)),
    singlet('PC', near(6.24), like('PE')),
    singlet('Pi', { value: 4.82, lower: 4.4, upper: 5.2 }, width(15, 1, 60)),
    singlet('GPE', near(3.5), width(15, 1, 60)),
    singlet('GPC', near(2.95), like('GPE')),
    { ...singlet('gATP', near(-2.53), width(20, 1, 80)), multiplet: 'doublet', jHz: 16 },
    { ...singlet('aATP', near(-7.56), width(20, 1, 80)), multiplet: 'doublet', jHz: like('gATP') },
    singlet('NAD', near(-8.25), like('aATP')),
    { ...singlet('bATP', near(-16.15, 0.2), width(25, 1, 120)), multiplet: 'triplet', jHz: like('gATP') },
  ],
  sums: { PME: ['PE', 'PC'], PDE: ['GPE', 'GPC'], ATP: ['gATP', 'aATP', 'bATP'] },
};

const WATER: JsonObject = {
  schema: PRIOR_KNOWLEDGE_SCHEMA,
  title: 'Water line',
  nucleus: '1H',
  citations: ['4.65 ppm at body temperature: LCModel manual, PPMREF'],
  peaks: [
    {
      name: 'H2O',
      lineshape: 'voigt',
      shiftPpm: near(4.65, 0.4),
      linewidthHz: width(3, 0, 100),
      gaussianHz: width(3, 0, 100),
      amplitude: atLeastZero,
    },
  ],
};

/** NAA's strong line is part of it: in a complex spectrum its feet would otherwise pull on the doublet. */
const LACTATE: JsonObject = {
  schema: PRIOR_KNOWLEDGE_SCHEMA,
  title: 'Lactate methyl doublet, beside NAA',
  nucleus: '1H',
  citations: [`Lactate CH3 1.3142 ppm, J 6.933 Hz; NAA CH3 2.008 ppm: ${GOVINDARAJU}`],
  peaks: [
    { ...singlet('Lac', near(1.3142, 0.05), width(5, 0.5, 20)), multiplet: 'doublet', jHz: 6.933 },
    singlet('NAA', near(2.008, 0.05), width(5, 0.5, 20)),
  ],
};

/** By the id that the option `priorKnowledge` names. */
export const SHIPPED_PRIOR_KNOWLEDGE: Readonly<Record<string, JsonObject>> = {
  '31P-brain': PHOSPHORUS_BRAIN,
  '1H-water': WATER,
  '1H-lactate': LACTATE,
};

/** Taken where nothing is named. */
export const DEFAULT_PRIOR_KNOWLEDGE: Readonly<Record<string, string>> = { '31P': '31P-brain' };
