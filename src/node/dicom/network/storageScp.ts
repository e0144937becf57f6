// One association in which this node is called: Storage and Verification SCP (PS3.4, annexes A and B).
import type { AssociateItems } from './associateItems.ts';
import { DimseAssociation } from './dimseAssociation.ts';
import { CEchoResponse, MAX_PDU_BYTES } from './dimseLibrary.ts';
import type { AssociationState, EchoRequest, EchoResponse, PresentationContext } from './dimseLibrary.ts';
import type { GateFault, PduGate } from './pduGate.ts';
import { isStorageClass } from './storageClasses.ts';
import type { StoreHandler } from './storeIntake.ts';
import { INSTANCE_SYNTAXES } from './transferSyntaxes.ts';

export const VERIFICATION = '1.2.840.10008.1.1';
const APPLICATION_CONTEXT = '1.2.840.10008.3.1.1.1';

/** Results and reasons of PS3.8, table 9-21. */
export interface Rejection {
  readonly result: number;
  readonly source: number;
  readonly reason: number;
}

const PERMANENT = 1;
const TRANSIENT = 2;
const USER = 1;
const ACSE = 2;
const PRESENTATION = 3;

export const REJECTIONS = {
  caller: { result: PERMANENT, source: USER, reason: 3 },
  called: { result: PERMANENT, source: USER, reason: 7 },
  // There is no reason of its own: who calls from elsewhere is not the caller we know.
  address: { result: PERMANENT, source: USER, reason: 3 },
  busy: { result: TRANSIENT, source: PRESENTATION, reason: 1 },
  applicationContext: { result: PERMANENT, source: USER, reason: 2 },
  protocolVersion: { result: PERMANENT, source: ACSE, reason: 2 },
} as const satisfies Readonly<Record<string, Rejection>>;

export type RefusalReason = 'caller' | 'called' | 'address' | 'malformed' | 'busy' | 'certificate';

export interface StorageScpOptions {
  readonly gate: PduGate;
  /** Whether this peer may call. null: it may. */
  readonly refusalOf: (request: AssociateItems) => 'caller' | 'called' | 'address' | 'busy' | null;
  readonly store: StoreHandler;
  readonly onOpened: (callingAeTitle: string) => void;
  readonly onRefused: (callingAeTitle: string, reason: RefusalReason) => void;
}

/** Verification or a storage class, in the best syntax that both sides speak. */
function answerContext(context: PresentationContext): void {
  const abstractSyntax = context.getAbstractSyntaxUid();
  const ACCEPTED = 0;
  const NO_ABSTRACT_SYNTAX = 3;
  const NO_TRANSFER_SYNTAX = 4;
  if (abstractSyntax !== VERIFICATION && !isStorageClass(abstractSyntax)) {
    context.setResult(NO_ABSTRACT_SYNTAX);
    return;
  }
  const syntax = INSTANCE_SYNTAXES.find((uid) => context.hasTransferSyntaxUid(uid));
  if (syntax === undefined) context.setResult(NO_TRANSFER_SYNTAX);
  else context.setResult(ACCEPTED, syntax);
  // A caller that asks for roles is told that it is the user (PS3.7, D.3.3.4).
  if (context.getUserRole() === undefined && context.getProviderRole() === undefined) return;
  context.setUserRole(true);
  context.setProviderRole(false);
}

const VERSION_1 = 1;

function protocolRejection(request: AssociateItems): Rejection | null {
  if ((request.protocolVersion & VERSION_1) === 0) return REJECTIONS.protocolVersion;
  return request.applicationContext === APPLICATION_CONTEXT ? null : REJECTIONS.applicationContext;
}

export class StorageScp extends DimseAssociation {
  readonly #options: StorageScpOptions;
  #callingAeTitle = '';
  #hasReleased = false;

  constructor(options: StorageScpOptions) {
    super(options.gate, options.store);
    this.#options = options;
  }

  /** How it went, once it is over. */
  summary(fault: GateFault | null): { how: 'released' | 'aborted'; stored: number; refused: number } {
    const how = this.#hasReleased && fault === null ? 'released' : 'aborted';
    return { how, stored: this.stored, refused: this.refused };
  }

  override associationRequested(association: AssociationState): void {
    const { gate } = this;
    const request = gate.associate as AssociateItems;
    const refusal = this.#options.refusalOf(request);
    const rejection = protocolRejection(request) ?? (refusal === null ? null : REJECTIONS[refusal]);
    if (rejection !== null) {
      this.sendAssociationReject(rejection.result, rejection.source, rejection.reason);
      this.#options.onRefused(request.callingAeTitle, refusal ?? 'malformed');
      gate.end();
      return;
    }
    const contexts = association.getPresentationContexts().map(({ context }) => context);
    contexts.forEach(answerContext);
    gate.openContexts(
      contexts.filter((context) => context.getResult() === 0).map((context) => context.getPresentationContextId()),
    );
    // What the accept announces is what this node takes; the library would repeat the caller's own limit.
    association.setMaxPduLength(MAX_PDU_BYTES);
    this.#callingAeTitle = request.callingAeTitle;
    this.sendAssociationAccept();
    this.#options.onOpened(request.callingAeTitle);
  }

  override associationReleaseRequested(): void {
    this.#hasReleased = true;
    this.sendAssociationReleaseResponse();
    this.gate.end();
  }

  protected override get sender(): string {
    return this.#callingAeTitle;
  }

  override cCancelRequest(): void {
    // Nothing here can be cancelled.
  }

  override cEchoRequest(request: EchoRequest, callback: (response: EchoResponse) => void): void {
    const response = CEchoResponse.fromRequest(request);
    response.setStatus(0);
    callback(response);
  }
}
