// Requests to one node's DICOMweb service over Node's own HTTP: bounded, timed, cancellable, with its certificate and password.
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { rootCertificates } from 'node:tls';
import type { DicomWebAccess, RemoteNode } from '../../../core/domain/dicomNode.ts';
import { CancelledError, NetworkError } from '../../../core/domain/errors.ts';
import { connectionFailure, silence } from './failures.ts';
import type { Place } from './failures.ts';
import { MIN_TLS, readTlsFiles } from './tlsFiles.ts';

/** Without any byte of an answer; a service that transcodes or stores much takes its time. [ms] */
export const WEB_TIMEOUT_MS = 120_000;
/** Requests of one transfer at a time. */
export const WEB_LINES = 4;

export interface WebRequest {
  readonly method: 'GET' | 'POST';
  /** Behind the service's root, already encoded. */
  readonly path: string;
  readonly accept: string;
  readonly contentType?: string;
  /** Sent one after the other. */
  readonly body?: readonly Uint8Array[];
  /** Longer answers are refused. [bytes] */
  readonly maxBytes: number;
}

export interface WebAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

function rootOf(name: string, { url }: DicomWebAccess): URL {
  try {
    const root = new URL(url);
    if (root.protocol === 'http:' || root.protocol === 'https:') return root;
  } catch {
    // The sentence below says it.
  }
  throw new NetworkError(`The DICOMweb address of ${name} is no http or https address.`);
}

const isRedirect = (status: number): boolean => status >= 300 && status < 400;

export class WebClient {
  readonly name: string;
  readonly #root: URL;
  readonly #agent: HttpAgent;
  readonly #authorization: string | null;
  readonly #signal: AbortSignal;

  private constructor(name: string, root: URL, agent: HttpAgent, web: DicomWebAccess, signal: AbortSignal) {
    this.name = name;
    this.#root = root;
    this.#agent = agent;
    this.#signal = signal;
    const credentials = `${web.userName ?? ''}:${web.password ?? ''}`;
    this.#authorization = web.userName === null ? null : `Basic ${Buffer.from(credentials).toString('base64')}`;
  }

  /** @throws NetworkError where the node has no DICOMweb address, or a certificate can't be read */
  static async open(node: RemoteNode, signal: AbortSignal): Promise<WebClient> {
    const { name, web } = node;
    if (web === null) throw new NetworkError(`${name} has no DICOMweb address.`);
    const root = rootOf(name, web);
    const { ca } = await readTlsFiles({ certificateFile: null, keyFile: null, caFile: web.caFile });
    const options = { keepAlive: true, maxSockets: WEB_LINES };
    const agent =
      root.protocol === 'http:'
        ? new HttpAgent(options)
        : new HttpsAgent({
            ...options,
            minVersion: MIN_TLS,
            ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
          });
    return new WebClient(name, root, agent, web, signal);
  }

  close(): void {
    this.#agent.destroy();
  }

  /**
   * @returns the whole answer, whatever its status but a redirection or a refused password
   * @throws NetworkError, CancelledError
   */
  async ask(request: WebRequest): Promise<WebAnswer> {
    if (this.#signal.aborted) throw new CancelledError();
    const answer = await this.#exchange(request);
    const { status } = answer;
    // Credentials and patients' data go to the host that was entered and to no other.
    if (isRedirect(status))
      throw new NetworkError(`${this.name} sends requests on to another address; enter that one.`);
    if (status === 401 || status === 403)
      throw new NetworkError(`${this.name} does not accept user name and password.`, { status });
    return answer;
  }

  #exchange(request: WebRequest): Promise<WebAnswer> {
    const url = new URL(this.#root);
    const [path = '', query = ''] = request.path.split('?');
    url.pathname = `${url.pathname.replace(/\/+$/, '')}${path}`;
    url.search = query;
    const send = url.protocol === 'http:' ? httpRequest : httpsRequest;
    return new Promise((resolve, reject) => {
      const fail = (cause: unknown): void => reject(this.#signal.aborted ? new CancelledError() : this.#failure(cause));
      const sent = send(
        url,
        { method: request.method, agent: this.#agent, headers: this.#headers(request), signal: this.#signal },
        (response) => {
          this.#read(response, request.maxBytes).then(resolve, fail);
        },
      );
      sent.setTimeout(WEB_TIMEOUT_MS, () => sent.destroy(silence(this.name, WEB_TIMEOUT_MS)));
      sent.on('error', fail);
      for (const piece of request.body ?? []) sent.write(piece);
      sent.end();
    });
  }

  #headers({ accept, contentType, body }: WebRequest): Record<string, string> {
    const length = body?.reduce((sum, piece) => sum + piece.length, 0);
    return {
      accept,
      'user-agent': 'Lineshape',
      ...(this.#authorization === null ? {} : { authorization: this.#authorization }),
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
      ...(length === undefined ? {} : { 'content-length': String(length) }),
    };
  }

  async #read(response: IncomingMessage, maxBytes: number): Promise<WebAnswer> {
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of response as AsyncIterable<Buffer>) {
      length += piece.length;
      if (length > maxBytes) {
        response.destroy();
        throw new NetworkError(`${this.name} sends more than can be taken at once.`);
      }
      pieces.push(piece);
    }
    const contentType = response.headers['content-type'] ?? '';
    return { status: response.statusCode ?? 0, contentType, body: Buffer.concat(pieces) };
  }

  #failure(cause: unknown): NetworkError {
    if (cause instanceof NetworkError) return cause;
    const defaultPort = this.#root.protocol === 'http:' ? 80 : 443;
    const place: Place = {
      name: this.name,
      host: this.#root.hostname,
      port: this.#root.port === '' ? defaultPort : Number(this.#root.port),
    };
    return connectionFailure(place, cause);
  }
}

/** What a status other than success says. */
export function webFailure(name: string, status: number): NetworkError {
  if (status === 404) return new NetworkError(`${name} has nothing at this DICOMweb address.`, { status });
  if (status === 429 || status === 503) return new NetworkError(`${name} is too busy; try again later.`, { status });
  return new NetworkError(`${name} could not do this (HTTP status ${status}).`, { status });
}
