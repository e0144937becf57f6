// Certificates and keys that the user chose in the system's dialog, by the token that the page was given: it can name no file.
import { randomUUID } from 'node:crypto';
import { UsageError } from '../core/domain/errors.ts';
import type { FileChoice, TlsFileUse } from '../ipc/contract.ts';
import type { ChosenFile, ChosenTlsFiles } from './hostMessages.ts';

/** Choices that a form can still refer to. */
const MAX_REMEMBERED = 64;

export interface ChosenFiles {
  /** @returns the token for the page */
  readonly remember: (path: string) => string;
  /** @throws UsageError for a token that stands for nothing (any more) */
  readonly fileOf: (choice: FileChoice) => ChosenFile;
  /** @throws UsageError as fileOf */
  readonly filesOf: (choices: Readonly<Record<TlsFileUse, FileChoice>>) => ChosenTlsFiles;
}

export function createChosenFiles(): ChosenFiles {
  const paths = new Map<string, string>();
  const fileOf = (choice: FileChoice): ChosenFile => {
    if (choice.kind !== 'chosen') return choice;
    const path = paths.get(choice.token);
    if (path === undefined) throw new UsageError('Choose the certificate’s file again; nothing was changed.');
    return { kind: 'file', path };
  };
  return {
    remember: (path) => {
      const token = randomUUID();
      paths.set(token, path);
      const [oldest] = paths.keys();
      if (paths.size > MAX_REMEMBERED && oldest !== undefined) paths.delete(oldest);
      return token;
    },
    fileOf,
    filesOf: ({ certificate, key, authorities }) => ({
      certificate: fileOf(certificate),
      key: fileOf(key),
      authorities: fileOf(authorities),
    }),
  };
}
