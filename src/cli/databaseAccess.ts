// How the command line reaches a database's key: a passphrase from LINESHAPE_PASSPHRASE, or asked for at a terminal.
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { UsageError } from '../core/domain/errors.ts';
import type { KeyAccess } from '../node/study-db/keys/unlock.ts';

let passphrase: string | null = null;
let isTaken = false;

/** The variable is taken out of the environment, so that no program started from here sees it. */
function takePassphrase(): string | null {
  if (!isTaken) {
    passphrase = process.env['LINESHAPE_PASSPHRASE'] || null;
    delete process.env['LINESHAPE_PASSPHRASE'];
    isTaken = true;
  }
  return passphrase;
}

/** @returns what is typed, which the terminal doesn't show; null where nobody is there to ask */
export async function askSecretly(question: string): Promise<string | null> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return null;
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await new Promise<string | null>((answer) => {
      reader.once('line', answer);
      reader.once('close', () => answer(null));
    });
  } finally {
    reader.close();
    process.stderr.write('\n');
  }
}

/** From LINESHAPE_NEW_PASSPHRASE, or asked for twice; null where there is neither. @throws UsageError where the two differ */
export async function newPassphrase(): Promise<string | null> {
  const given = process.env['LINESHAPE_NEW_PASSPHRASE'] || null;
  delete process.env['LINESHAPE_NEW_PASSPHRASE'];
  if (given !== null) return given;
  const first = await askSecretly('New passphrase: ');
  if (first === null || (await askSecretly('Once more: ')) === first) return first;
  throw new UsageError('The two passphrases are not the same; nothing was changed.');
}

/** @param chosen a passphrase in the place of the one given, after it was changed */
export function commandAccess(chosen: string | null = null): KeyAccess {
  return {
    keychain: null,
    get givenPassphrase() {
      return chosen ?? takePassphrase();
    },
    passphrase: async () => {
      if (chosen !== null) return chosen;
      passphrase = takePassphrase() ?? (await askSecretly('Passphrase of the study database: '));
      return passphrase;
    },
    now: () => new Date().toISOString(),
  };
}
