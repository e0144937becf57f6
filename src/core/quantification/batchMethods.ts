// Methods that quantify many spectra at once, by id: the networks, and what builds on them.
import { NETWORK_METHODS, methodOfNetworkId, networkMethod } from '../domain/networkMethods.ts';
import { wordTable } from '../domain/wordTable.ts';
import { quantifyWithHatamiCnn, quantifyWithScalogramCnn } from './cnn/index.ts';
import { dqMethod } from './dq/index.ts';
import { ensembleMethod } from './ensembles/index.ts';
import { quantifyWithHybrid } from './hybrid/index.ts';
import { quantifyWithQnet, quantifyWithQnetEndToEnd } from './qnet/index.ts';
import type { BatchMethod } from './shared/networks/batchMethod.ts';
import { quantifyWithUniversal } from './universal/index.ts';
import { quantifyByScattering } from './waveletScattering/index.ts';

const BATCH_METHODS: Readonly<Record<string, BatchMethod>> = wordTable({
  qnet: quantifyWithQnet,
  'qnet-end-to-end': quantifyWithQnetEndToEnd,
  'dq-nmm': dqMethod('dq-nmm'),
  'dq-pmm': dqMethod('dq-pmm'),
  'dq-rpmm': dqMethod('dq-rpmm'),
  'hatami-cnn': quantifyWithHatamiCnn,
  'scalogram-cnn': quantifyWithScalogramCnn,
  'wavelet-scattering': quantifyByScattering,
  'shallownet-2d2c': ensembleMethod('shallownet-2d2c'),
  'resnet-1d': ensembleMethod('resnet-1d'),
  unet: ensembleMethod('unet'),
  'hybrid-ensemble': ensembleMethod('hybrid-ensemble'),
  'lineshape-universal': quantifyWithUniversal,
  hybrid: quantifyWithHybrid,
});

/** @returns null where a method quantifies one spectrum at a time, or is none */
export function batchMethod(method: string): BatchMethod | null {
  return BATCH_METHODS[methodOfNetworkId(method)] ?? null;
}

/** Ids of the networks that this version can run. */
export const NETWORK_METHOD_IDS: readonly string[] = NETWORK_METHODS.map(({ id }) => id).filter(
  (id) => BATCH_METHODS[id] !== undefined,
);

/** Whether a method works with the basis set of its network's card, whatever the user chose. */
export const takesCardBasis = (method: string): boolean => networkMethod(method)?.basis === 'card';
