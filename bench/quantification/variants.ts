// The basis sets that bench quantification works with, and the networks that belong to each.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BasisSet, BasisSignal } from '../../src/core/domain/basisSet.ts';
import type { ModelCard } from '../../src/core/domain/modelCard.ts';
import { NETWORK_METHODS } from '../../src/core/domain/networkMethods.ts';
import { PRESET_IDS } from '../../src/core/basis/simulatedSets/index.ts';
import type { PresetId } from '../../src/core/basis/simulatedSets/index.ts';
import { METHOD_IDS } from '../../src/core/quantification/index.ts';
import { loadBundledBasis } from '../../src/node/files/basisLibrary.ts';
import { modelIds, readModelCard } from '../../src/node/files/modelCards.ts';
import { challengeBasis } from '../ismrmChallenge.ts';

export const VARIANT_IDS = ['press30', 'press35', 'slaser28', 'challenge'] as const;
export type VariantId = (typeof VARIANT_IDS)[number];

const BASIS_IDS: Readonly<Record<VariantId, string>> = {
  press30: 'lineshape-3t-press-te30-123mhz',
  press35: 'lineshape-3t-press-te35-123mhz',
  slaser28: 'lineshape-3t-slaser-te28-123mhz',
  challenge: 'challenge',
};

/** Methods without a network. */
const FITS = ['nlls', 'quest'] as const;
/** As tables list them. */
export const METHODS_IN_ORDER: readonly string[] = [...FITS, ...NETWORK_METHODS.map(({ id }) => id)];
/** A method as it is measured. */
export interface BenchMethod {
  readonly id: string;
  /** Of the network that it runs; null for a plain fit. */
  readonly card: ModelCard | null;
  /** Protocols that its training set was drawn from; empty for fits and where it was drawn from one of its own. */
  readonly trainedOn: readonly PresetId[];
  /** Whether it works with the fit's basis set, not with that of its card. */
  readonly takesAnyBasis: boolean;
}

export interface Variant {
  readonly id: VariantId;
  readonly basis: BasisSet;
  readonly methods: readonly BenchMethod[];
}

/**
 * The file has the first point of the measured macromolecules halved, unlike that of the metabolites; here a FID's first point
 * counts in full, as in training/quantification/basis.py.
 */
function withWholeMac(signal: BasisSignal): BasisSignal {
  if (signal.name !== 'Mac') return signal;
  const whole = (samples: Float64Array): Float64Array => samples.map((v, n) => (n === 0 ? 2 * v : v));
  return { ...signal, fid: { re: whole(signal.fid.re), im: whole(signal.fid.im) } };
}

async function basisOf(id: VariantId, resources: string, dataDir: string): Promise<BasisSet> {
  if (id !== 'challenge') return loadBundledBasis(resources, BASIS_IDS[id]);
  const basis = challengeBasis(dataDir);
  return { ...basis, id: BASIS_IDS.challenge, signals: basis.signals.map(withWholeMac) };
}

const presetsOf = ({ training }: ModelCard): PresetId[] =>
  PRESET_IDS.filter((id) => training.presetFiles.some((file) => file.endsWith(`/${id}.json`)));

async function cardsIn(folder: string): Promise<ModelCard[]> {
  const ids = (await modelIds(folder)).filter((id) => existsSync(join(folder, `${id}.json`)));
  return Promise.all(ids.map((id) => readModelCard(folder, id)));
}

function methodsOf(cards: readonly ModelCard[], basisId: string): BenchMethod[] {
  const cardOf = (method: string): ModelCard | undefined =>
    cards.find(({ quantification: q }) => q?.method === method && (q.basis === null || q.basis.id === basisId));
  const networks = NETWORK_METHODS.filter(({ id }) => METHOD_IDS.includes(id)).flatMap((method) => {
    const { id, basis, network = id } = method;
    const card = cardOf(network);
    return card === undefined ? [] : [{ id, card, trainedOn: presetsOf(card), takesAnyBasis: basis === 'user' }];
  });
  return [...FITS.map((id) => ({ id, card: null, trainedOn: [], takesAnyBasis: true })), ...networks];
}

/**
 * @param modelFolders looked through in this order; a network in the first that has one for the basis
 * @throws ModelError where a card is not valid
 */
export async function loadVariant(
  id: VariantId,
  resources: string,
  dataDir: string,
  modelFolders: readonly string[],
): Promise<Variant> {
  const cards = (await Promise.all(modelFolders.map(cardsIn))).flat();
  return { id, basis: await basisOf(id, resources, dataDir), methods: methodsOf(cards, BASIS_IDS[id]) };
}
