// ModelLibrary: the networks that come with the program, opened by id; what it hands out has been checked against its card.
import type { ModelCard } from '../domain/modelCard.ts';
import type { Cancellation } from './cancellation.ts';
import type { Tensor } from './inferenceEngine.ts';

/** A network that is ready to run. */
export interface OpenModel {
  readonly card: ModelCard;
  /** Which of the runtime's providers runs it: "cpu", "cuda" … */
  readonly executionProvider: string;
  /**
   * Runs the network; inputs and outputs are named as in the card. A batch of any length may be given.
   * @param inputs their arrays stay the caller's
   * @param cancellation looked at while the run waits or goes on
   * @throws ModelError MODEL_MISMATCH (an input missing, unknown, of wrong shape or not finite); ProcessingError (no
   *   memory, the thread died, the network answered with what is no number); CancelledError
   */
  readonly run: (
    inputs: Readonly<Record<string, Tensor>>,
    cancellation?: Cancellation,
  ) => Promise<Readonly<Record<string, Tensor>>>;
}

export interface ModelLibrary {
  /**
   * Opens a network; one that is open already costs nothing.
   * @throws ModelError MODEL_MISSING (no such id, or its file is gone), MODEL_INVALID (file and card disagree)
   */
  readonly open: (id: string) => Promise<OpenModel>;
}
