// Which basis a scan is fitted with: the one named, or the bundled one that matches field, echo time and sequence.
import { bestBasis } from '../core/basis/matching.ts';
import type { FileBasisSet } from '../core/basis/files/index.ts';
import { ModelError } from '../core/domain/errors.ts';
import type { MrsDataset } from '../core/domain/mrsDataset.ts';
import type { ReadOptions } from '../core/formats/index.ts';
import { listBundledBases, loadBasis, loadBundledBasis } from '../node/files/basisLibrary.ts';
import { say } from './terminal.ts';

/** Echo time beyond which no bundled basis is taken unasked: its pattern would be another one. [s] */
const UNASKED_TE_LIMIT_S = 0.005;

export interface BasisRequest {
  /** Id of a bundled basis, a file or a folder; undefined to choose. */
  readonly basis: string | undefined;
  readonly removeMarker: boolean;
  readonly readOptions: ReadOptions;
}

/**
 * @param request what the user named
 * @param dataset the scan to be fitted
 * @throws ModelError BASIS_MISSING where none is named and none fits
 */
export async function chooseBasis(
  request: BasisRequest,
  dataset: MrsDataset,
  resources: () => string,
): Promise<FileBasisSet> {
  if (request.basis !== undefined) {
    return loadBasis(request.basis, resources(), {
      ...request.readOptions,
      ...(request.removeMarker ? { removeReferenceMarker: true } : {}),
    });
  }
  const { nucleus, spectrometerFrequencyMHz, acquisition } = dataset;
  const { echoTimeS, sequence } = acquisition;
  const cards = await listBundledBases(resources());
  const best = bestBasis(cards, { nucleus, spectrometerFrequencyMHz, echoTimeS, sequence });
  const basisTeS = best?.basis.echoTimeS ?? null;
  const tooFar = basisTeS !== null && echoTimeS !== null && Math.abs(basisTeS - echoTimeS) > UNASKED_TE_LIMIT_S;
  if (best === null || tooFar) {
    const te = echoTimeS === null ? 'unknown TE' : `TE ${(1e3 * echoTimeS).toFixed(1)} ms`;
    throw new ModelError(
      'BASIS_MISSING',
      `No basis set that comes with the program fits this scan (${nucleus}, ${spectrometerFrequencyMHz.toFixed(1)} MHz, ${te}); name one with --basis.`,
      { known: cards.map((c) => c.id) },
    );
  }
  say(`Basis ${best.basis.id} (${best.basis.title}), chosen by field, echo time and sequence.`);
  return loadBundledBasis(resources(), best.basis.id);
}
