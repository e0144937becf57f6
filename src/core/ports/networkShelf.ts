// NetworkShelf: what there is to choose a network from, and the basis sets that networks were trained with.
import type { BasisSet } from '../domain/basisSet.ts';
import type { ModelCard } from '../domain/modelCard.ts';

export interface NetworkShelf {
  /** Cards of the networks for quantification. @throws ModelError MODEL_INVALID */
  readonly cards: () => Promise<readonly ModelCard[]>;
  /** @throws ModelError BASIS_MISSING, MODEL_INVALID */
  readonly basis: (id: string) => Promise<BasisSet>;
}
