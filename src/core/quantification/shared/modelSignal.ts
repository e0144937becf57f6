// One signal of a linear-combination model, as every method that fits with a basis holds it.
import type { BasisSignalKind } from '../../domain/basisSet.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';

export interface ModelSignal {
  readonly name: string;
  readonly kind: BasisSignalKind;
  /** Not of the basis, but simulated by the fit beside it. */
  readonly added?: boolean;
  /** On the data's own time axis. */
  readonly fid: ComplexSignal;
}
