// Why another node could not be used, in one sentence that names it as its users do and never a patient.
import { NetworkError } from '../../../core/domain/errors.ts';

export interface Place {
  /** The node's name. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** What OpenSSL and Node say of a certificate that they don't take. */
const UNTRUSTED = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_|HOSTNAME_MISMATCH|INVALID_CA)/;
const NO_TLS = /WRONG_VERSION_NUMBER|EPROTO|PACKET_LENGTH_TOO_LONG|UNSUPPORTED_PROTOCOL|HTTP_REQUEST/;
const OURS_REFUSED = /ALERT.*(CERTIFICATE|HANDSHAKE|UNKNOWN_CA|ACCESS_DENIED)|UNKNOWN_CA|CERTIFICATE_REQUIRED/;

const codeOf = (cause: unknown): string =>
  typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';

/** Whether the other side said that it doesn't take our certificate. */
export const refusesCertificate = (cause: unknown): boolean => OURS_REFUSED.test(codeOf(cause));

/** A line that could not be opened, or broke. */
export function connectionFailure({ name, host, port }: Place, cause: unknown): NetworkError {
  const code = codeOf(cause);
  const at = `${host}:${port}`;
  const sentence = (): string => {
    if (code === 'CERT_HAS_EXPIRED') return `The certificate of ${name} has expired.`;
    if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `The certificate of ${name} is for another host than ${host}.`;
    if (UNTRUSTED.test(code)) return `The certificate of ${name} is not trusted; choose the file it comes from.`;
    if (OURS_REFUSED.test(code)) return `${name} does not accept our certificate.`;
    if (NO_TLS.test(code)) return `${name} does not answer at ${at} with TLS; check port and TLS settings.`;
    if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `${name} can't be reached: no computer ${host} is known.`;
    if (code === 'ECONNRESET' || code === 'EPIPE') return `${name} broke off the connection.`;
    return `${name} can't be reached at ${at}.`;
  };
  return new NetworkError(sentence(), code === '' ? {} : { code }, cause);
}

export const silence = (name: string, ms: number): NetworkError =>
  new NetworkError(`${name} did not answer within ${Math.round(ms / 1000)} s.`);

export const brokenOff = (name: string): NetworkError => new NetworkError(`${name} broke off the connection.`);

/** With TLS 1.3 a side that refuses a certificate may say nothing of it and hang up. */
export const hungUpWithTls = (name: string): NetworkError =>
  new NetworkError(`${name} broke off the connection before it answered; it may not accept our certificate.`);

/** @param found what was wrong with it */
export const nonsense = (name: string, found: string | null): NetworkError =>
  new NetworkError(`${name} answered with something that is no DICOM message.`, { found });

/** Reasons of an A-ASSOCIATE-RJ (PS3.8, table 9-21) by source and reason. */
export function rejection(
  name: string,
  ownAeTitle: string,
  calledAeTitle: string,
  { source, reason }: { readonly source: number; readonly reason: number },
): NetworkError {
  const sentences: Readonly<Record<string, string>> = {
    '1.3': `${name} refuses our AE title ${ownAeTitle}.`,
    '1.7': `${name} does not have the AE title ${calledAeTitle}.`,
    '3.1': `${name} is too busy; try again later.`,
    '3.2': `${name} is too busy; try again later.`,
  };
  return new NetworkError(sentences[`${source}.${reason}`] ?? `${name} refuses the connection.`, { source, reason });
}

const hex = (status: number): string => status.toString(16).toUpperCase().padStart(4, '0');
const SERVICE_CLASSES = 0xff00;

/** What a status other than success says of a query or a retrieval (PS3.4, C.4.1.1.4 and C.4.2.1.5). */
export function queryFailure(name: string, ownAeTitle: string, status: number): NetworkError {
  const sentence = (): string => {
    if (status === 0xa801)
      return `${name} does not know where to send: our AE title ${ownAeTitle} is not entered there.`;
    if (status === 0x0122) return `${name} does not offer this service.`;
    if (status === 0x0124) return `${name} does not permit this.`;
    if ((status & SERVICE_CLASSES) === 0xa700) return `${name} is out of resources; try again later.`;
    if (status === 0xa900) return `${name} does not understand this search.`;
    return `${name} could not do this (DICOM status ${hex(status)}).`;
  };
  return new NetworkError(sentence(), { status });
}

export const notOffered = (name: string, service: string): NetworkError =>
  new NetworkError(`${name} does not offer ${service}.`);

/** What a status says of a sent object (PS3.4, table B.2-1). null: the node has it, a warning aside. */
export function storeVerdict(name: string, status: number): string | null {
  if (status === 0 || (status & 0xf000) === 0xb000) return null;
  if ((status & SERVICE_CLASSES) === 0xa700) return `${name} has no room for it.`;
  if ((status & SERVICE_CLASSES) === 0xa900) return `${name} says that it is not what it is announced as.`;
  if ((status & 0xf000) === 0xc000) return `${name} can't understand it.`;
  if (status === 0x0122) return `${name} does not take objects of this kind.`;
  if (status === 0x0124) return `${name} does not permit it.`;
  return `${name} did not store it (DICOM status ${hex(status)}).`;
}
