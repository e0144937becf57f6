// dcmjs-dimse as this program uses it: association negotiation, command sets and the order of messages. Data sets never
// pass its codecs (rawDataset.ts, pduGate.ts), and it writes no log, as a log of its messages would name patients.
import dimse from 'dcmjs-dimse';
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from '../../../core/formats/write/dicomEncoder.ts';

/** Longest P-DATA-TF that this node announces, and takes (PS3.8, D.1). [bytes] */
export const MAX_PDU_BYTES = 262_144;

dimse.log.disableAll();
dimse.Implementation.setImplementationClassUid(IMPLEMENTATION_CLASS_UID);
dimse.Implementation.setImplementationVersion(IMPLEMENTATION_VERSION_NAME);
dimse.Implementation.setMaxPduLength(MAX_PDU_BYTES);

export const { Scp, Dataset } = dimse;
export const { Association } = dimse.association;
export const { CEchoRequest, CFindRequest, CGetRequest, CMoveRequest, CStoreRequest } = dimse.requests;
export const { CEchoResponse, CStoreResponse } = dimse.responses;
export type AssociationState = InstanceType<typeof Association>;
export type PresentationContext = InstanceType<typeof dimse.association.PresentationContext>;
export type DimseRequest = InstanceType<typeof dimse.requests.Request>;
export type DimseResponse = InstanceType<typeof dimse.responses.Response>;
export type StoreRequest = InstanceType<typeof CStoreRequest>;
export type StoreResponse = InstanceType<typeof CStoreResponse>;
export type EchoRequest = InstanceType<typeof CEchoRequest>;
export type EchoResponse = InstanceType<typeof CEchoResponse>;

/** How the library is to time: not at all, as the gate does (pduGate.ts), who knows what a silence is for. [ms] */
export const LIBRARY_TIMEOUTS = {
  connectTimeout: Number.MAX_SAFE_INTEGER,
  associationTimeout: Number.MAX_SAFE_INTEGER,
  pduTimeout: Number.MAX_SAFE_INTEGER,
} as const;
