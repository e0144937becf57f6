// Deep-learning frequency and phase correction as methods: dCrR, dCrRF, dSR, dSRF (Shamaei 2023), Tapper 2021, Ma 2022.
// How they were trained and what differs from the papers stands in training/README.md and on their cards.
import { ModelError } from '../../../domain/errors.ts';
import { protocolWarnings, requireProtocol } from '../../../domain/modelProtocol.ts';
import type { FpcContext, FpcEstimate, FpcMethod, FpcOptions, TransientOffset, TransientSet } from '../method.ts';
import { wrapped } from '../../transientOffsets.ts';
import { estimateOffsets } from './estimateOffsets.ts';
import { referenceTransient } from './referenceTransient.ts';

export type NetworkMethodId = 'dcrr' | 'dcrrf' | 'dsr' | 'dsrf' | 'tapper' | 'ma';

const SHAMAEI =
  'Shamaei A, Starcukova J, Pavlova I, Starcuk Z. Model-informed unsupervised deep learning approaches to frequency and phase correction of MRS signals. Magn Reson Med 2023;89:1221. doi:10.1002/mrm.29498';
const TAPPER =
  'Tapper S, Mikkelsen M, Dewey BE, et al. Frequency and phase correction of J-difference edited MR spectra using deep learning. Magn Reson Med 2021;85:1755. doi:10.1002/mrm.28525';
const MA =
  'Ma DJ, Le HA, Ye Y, et al. MR spectroscopy frequency and phase correction using convolutional neural networks. Magn Reson Med 2022;87:1700. doi:10.1002/mrm.29103';

async function absolute(
  id: NetworkMethodId,
  set: TransientSet,
  options: FpcOptions,
  { models, cancellation }: FpcContext,
): Promise<FpcEstimate & { readonly frame: 'absolute' }> {
  if (models === null) {
    throw new ModelError('MODEL_MISSING', `Method "${id}" needs its network, and no networks are at hand here.`);
  }
  const model = await models.open(id);
  if (set.scan !== undefined) requireProtocol(model.card, set.scan);
  const { offsets, coarselyMoved, warnings } = await estimateOffsets(set, options.maximumShiftHz, model, cancellation);
  const details = {
    model: id,
    modelVersion: model.card.version,
    modelSha256: model.card.sha256,
    executionProvider: model.executionProvider,
    coarselyMoved,
  };
  const unknown = set.scan === undefined ? [] : protocolWarnings(model.card, set.scan);
  return { offsets, frame: 'absolute', details, warnings: [...unknown, ...warnings] };
}

/** Offsets against one of the transients: differences of two estimates. */
function against(offsets: readonly TransientOffset[], reference: TransientOffset): TransientOffset[] {
  return offsets.map((o) => ({
    ...o,
    shiftHz: o.shiftHz - reference.shiftHz,
    phaseRad: wrapped(o.phaseRad - reference.phaseRad),
  }));
}

async function relative(
  id: NetworkMethodId,
  set: TransientSet,
  options: FpcOptions,
  context: FpcContext,
): Promise<FpcEstimate> {
  const estimate = await absolute(id, set, options, context);
  if (set.signals.length === 0) return estimate;
  const { index, clusterSize } = referenceTransient(set.signals);
  return {
    ...estimate,
    offsets: against(estimate.offsets, estimate.offsets[index] as TransientOffset),
    frame: 'relative',
    details: { ...estimate.details, referenceTransient: index, referenceClusterSize: clusterSize },
  };
}

function method(id: NetworkMethodId, title: string, citation: string, frame: FpcEstimate['frame']): FpcMethod {
  const estimate = frame === 'absolute' ? absolute : relative;
  return { id, title, citation, estimate: (set, options, context) => estimate(id, set, options, context) };
}

/** The six methods, each by the network of its own id. */
export const NETWORK_METHODS: readonly FpcMethod[] = [
  method('dcrr', 'dCrR: creatine referencing by an unsupervised network', SHAMAEI, 'absolute'),
  method('dcrrf', 'dCrRF: dCrR over 2.5–3.5 ppm', SHAMAEI, 'absolute'),
  method('dsr', 'dSR: spectral registration by an unsupervised network', SHAMAEI, 'relative'),
  method('dsrf', 'dSRF: dSR over 2.5–3.5 ppm', SHAMAEI, 'relative'),
  method('tapper', 'Tapper: two supervised perceptrons, frequency then phase', TAPPER, 'absolute'),
  method('ma', 'Ma: supervised convolutional network', MA, 'absolute'),
];
