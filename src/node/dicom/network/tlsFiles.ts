// Certificates and keys as PEM files, read when a line is opened or listening begins (PS3.15, B.9: TLS 1.2 or newer).
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { createSecureContext } from 'node:tls';
import { NetworkError } from '../../../core/domain/errors.ts';

export const MIN_TLS = 'TLSv1.2';

export interface TlsMaterial {
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly ca?: Buffer;
}

async function pem(path: string, what: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new NetworkError(`The ${what} ${basename(path)} can't be read.`, {}, cause);
  }
}

/**
 * @param files paths; null: not needed
 * @throws NetworkError naming the file that can't be read, or that certificate and key don't belong together
 */
export async function readTlsFiles(files: {
  readonly certificateFile: string | null;
  readonly keyFile: string | null;
  readonly caFile: string | null;
}): Promise<TlsMaterial> {
  const { certificateFile, keyFile, caFile } = files;
  const material = {
    ...(certificateFile === null ? {} : { cert: await pem(certificateFile, 'certificate') }),
    ...(keyFile === null ? {} : { key: await pem(keyFile, 'key') }),
    ...(caFile === null ? {} : { ca: await pem(caFile, 'list of trusted certificates') }),
  };
  try {
    createSecureContext(material);
  } catch (cause) {
    const names = [certificateFile, keyFile, caFile].filter((path) => path !== null).map((path) => basename(path));
    const message = `The certificate files ${names.join(', ')} can't be used: they hold no certificate with its key in PEM form.`;
    throw new NetworkError(message, {}, cause);
  }
  return material;
}
