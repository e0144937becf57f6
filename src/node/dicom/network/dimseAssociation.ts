// One association of the library behind its gate: what is the same whoever called. Receives the instances of C-STORE requests.
import type { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { CStoreResponse, Dataset, LIBRARY_TIMEOUTS, Scp } from './dimseLibrary.ts';
import type { PresentationContext, StoreRequest, StoreResponse } from './dimseLibrary.ts';
import type { PduGate } from './pduGate.ts';
import { STORE_STATUS, takeInstance } from './storeIntake.ts';
import type { StoreHandler } from './storeIntake.ts';

/** A stream for the library, which has nothing to write to it: data sets stay in the gate. */
const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });

export abstract class DimseAssociation extends Scp {
  protected readonly gate: PduGate;
  readonly #store: StoreHandler;
  #accepted: PresentationContext | null = null;
  protected stored = 0;
  protected refused = 0;

  /** @param store takes the instances that the peer sends */
  constructor(gate: PduGate, store: StoreHandler) {
    super(gate as unknown as Socket, LIBRARY_TIMEOUTS);
    this.gate = gate;
    this.#store = store;
    // The library's own complaint about a message that passed the gate: as little to be trusted.
    this.on('networkError', () => gate.refuse('not-specified', 'malformed'));
  }

  /** AE title of who sends. */
  protected abstract get sender(): string;

  override abort(): void {
    // The gate ends the line.
  }

  override createStoreWritableStream(context: PresentationContext): Writable {
    this.#accepted = context;
    return nowhere();
  }

  override createDatasetFromStoreWritableStream(
    _writable: Writable,
    _context: PresentationContext,
    callback: (dataset: InstanceType<typeof Dataset>) => void,
  ): void {
    callback(new Dataset({}));
  }

  override cStoreRequest(request: StoreRequest, callback: (response: StoreResponse) => void): void {
    const { gate } = this;
    const context = this.#accepted;
    this.#accepted = null;
    const answer = (status: number): void => {
      if (status === STORE_STATUS.stored) this.stored++;
      else this.refused++;
      gate.releaseDataSet();
      const response = CStoreResponse.fromRequest(request);
      response.setStatus(status);
      callback(response);
    };
    // A command that says that nothing follows it.
    if (context === null) return answer(STORE_STATUS['cannot-understand']);
    const command = {
      sopClassUid: request.getAffectedSopClassUid(),
      sopInstanceUid: request.getAffectedSopInstanceUid(),
      transferSyntaxUid: context.getAcceptedTransferSyntaxUid() as string,
      callingAeTitle: this.sender,
    };
    if (command.sopClassUid !== context.getAbstractSyntaxUid()) return answer(STORE_STATUS.mismatch);
    gate.hold();
    void takeInstance(command, gate.takeDataSet(), this.#store).then((status) => {
      answer(status);
      gate.resume();
    });
  }
}
