// The card of a simulated basis set: how it was made, in words and in figures, from the request it was made of.
import { fieldStrengthT } from '../domain/axes.ts';
import type { BasisRequest, LipidSet, MacromoleculeSet } from '../domain/basisRequest.ts';
import type { BasisSet } from '../domain/basisSet.ts';
import { BASIS_CARD_SCHEMA } from './basisCard.ts';
import type { BasisCard } from './basisCard.ts';
import { sequencesOf } from './sequences/index.ts';
import type { PulseSequence } from './sequences/pulseSequence.ts';
import { spinSystem } from './spinSystems/index.ts';
import { SPIN_SYSTEM_SOURCES } from './spinSystems/sources.ts';

/** What a set of broad signals is, and whose figures it has. */
interface BroadWords {
  readonly words: string;
  readonly unit: string | null;
  readonly source: string | null;
}

const CHEN =
  'Chen D, et al. Magnetic resonance spectroscopy quantification aided by deep estimations of imperfection factors and macromolecular signal. IEEE Trans Biomed Eng 2024; arXiv 2023 (QNet): macromolecule lines.';
const PROVENCHER =
  "Provencher SW. LCModel and LCMgui user's manual: simulated macromolecules and lipids (CHSIMU), as Osprey and FSL-MRS have them.";
const CHEN_UNIT = 'One unit of Mac has its 0.90 ppm line as 3 protons.';
const PROTONS = 'Broad signals are protons per unit too.';

const MACROMOLECULE_WORDS: Readonly<Record<MacromoleculeSet, BroadWords>> = {
  none: { words: '', unit: null, source: null },
  'chen-17': { words: 'MM: 17 Gaussian lines after Chen et al. (QNet), each a signal', unit: PROTONS, source: CHEN },
  'chen-17-combined': {
    words: 'Mac: 17 Gaussian lines after Chen et al. (QNet), added up',
    unit: CHEN_UNIT,
    source: CHEN,
  },
  osprey: {
    words: "MM and Lip: LCModel's 13 Gaussian lines in 8 signals, as Osprey and FSL-MRS have them",
    unit: PROTONS,
    source: PROVENCHER,
  },
  'osprey-combined': {
    words: "Mac: LCModel's Gaussian macromolecules in their expected ratios, added up",
    unit: 'One unit of Mac has its 0.91 ppm line as 3 protons.',
    source: PROVENCHER,
  },
};

const LIPID_WORDS: Readonly<Record<LipidSet, BroadWords>> = {
  none: { words: '', unit: null, source: null },
  'lipids-3': { words: 'Lip: Gaussian lines at 0.9, 1.3 and 2.0 ppm', unit: PROTONS, source: PROVENCHER },
};

/** Sources of the spin systems used, as the reference list has them, each once. */
function spinSystemSources(metabolites: readonly string[]): string[] {
  const keys = metabolites.flatMap((name) =>
    spinSystem(name).moieties.flatMap((m) => [...m.groups, ...m.couplings].map((entry) => entry.source)),
  );
  return [...new Set(keys)].sort().flatMap((key) => {
    const source = SPIN_SYSTEM_SOURCES[key];
    return source === undefined ? [] : [`${source.citation} ${source.identifier}`];
  });
}

const distinct = (texts: readonly (string | null)[]): string[] => [
  ...new Set(texts.filter((text): text is string => text !== null && text !== '')),
];

function conditionWords(editing: BasisSet['editing'], sequences: readonly PulseSequence[]): string {
  const [on, off] = sequences.map((s) => s.description);
  if (editing === 'difference') return `ON less OFF. ON: ${on}; OFF: ${off}`;
  return (editing === 'off' ? off : on) ?? '';
}

function limitsOf({ sequence }: BasisRequest): string[] {
  const shaped = sequence.refocusing.shape !== 'ideal' || sequence.excitation.shape !== 'ideal';
  const average = `${sequence.spatial.points} positions an axis over ${sequence.spatial.extent} slice thicknesses`;
  const localisation = !shaped
    ? 'Hard pulses: no chemical-shift displacement and no finite pulse duration.'
    : sequence.spatial.points > 1
      ? `Chemical-shift displacement is averaged over ${average}, one axis at a time.`
      : "Shaped pulses at the slice's centre: no chemical-shift displacement.";
  return [
    localisation,
    'No relaxation: T1 and T2 weighting is not in the signals.',
    'Exchanging NH protons are sharp here and broad in vivo; they lie outside the fitted range.',
  ];
}

function parametersOf(basis: BasisSet, sequences: readonly PulseSequence[]): BasisCard['sequenceParameters'] {
  const [on, off] = sequences;
  if (basis.editing === 'off' && off !== undefined) return off.parameters;
  if (basis.editing !== 'difference' || on === undefined || off === undefined) return on?.parameters ?? {};
  const offPpm = off.parameters['editingPpm'];
  return offPpm === undefined ? on.parameters : { ...on.parameters, editingOffPpm: offPpm };
}

/** Names of one group of signals. */
function namesOf(basis: BasisSet, broad: boolean): string[] {
  const isBroad = (kind: string): boolean => kind === 'macromolecule' || kind === 'lipid';
  return basis.signals.filter(({ kind }) => isBroad(kind) === broad).map(({ name }) => name);
}

/**
 * @param request what was simulated
 * @param basis one of the sets it gave; its id becomes the card's
 * @param file base name of the file the set is in
 * @param sha256 of that file, lower-case hex
 * @throws ModelError where the request could not have been simulated
 */
export function simulationCard(request: BasisRequest, basis: BasisSet, file: string, sha256: string): BasisCard {
  const sequences = sequencesOf(request.sequence);
  const fieldT = fieldStrengthT(basis.spectrometerFrequencyMHz, basis.nucleus);
  const macromolecules = namesOf(basis, true);
  const broad =
    macromolecules.length === 0 ? [] : [MACROMOLECULE_WORDS[request.macromolecules], LIPID_WORDS[request.lipids]];
  const how = [
    `Exact density-matrix simulation (strong coupling included)`,
    `${conditionWords(basis.editing, sequences)}; Lorentzian lines of ${request.linewidthHz} Hz`,
    ...broad.map(({ words }) => words),
  ];
  const units = [
    'A metabolite singlet of n protons has a FID of n at t = 0 (STEAM: n/2), so ratios of amplitudes are ratios of concentrations.',
  ];
  return {
    schema: BASIS_CARD_SCHEMA,
    id: basis.id,
    version: 1,
    title: basis.title,
    file,
    sha256,
    nucleus: basis.nucleus,
    fieldT: fieldT === null ? null : Number(fieldT.toFixed(3)),
    spectrometerFrequencyMHz: basis.spectrometerFrequencyMHz,
    sequence: basis.sequence,
    echoTimeS: basis.echoTimeS,
    editing: basis.editing,
    sequenceParameters: parametersOf(basis, sequences),
    dwellTimeS: basis.dwellTimeS,
    points: basis.points,
    referencePpm: basis.referencePpm,
    linewidthHz: basis.linewidthHz,
    metabolites: namesOf(basis, false),
    macromolecules,
    simulation: `${distinct(how).join('. ')}.`,
    amplitudeUnit: distinct([...units, ...broad.map(({ unit }) => unit)]).join(' '),
    limits: limitsOf(request),
    sources: distinct([...spinSystemSources(request.metabolites), ...broad.map(({ source }) => source)]),
    request,
  };
}
