// How the command line reaches a database's key: a passphrase from LINESHAPE_PASSPHRASE, or asked for at a terminal.
import { createInterface } from 'node:readline';
import type { Interface } from 'node:readline';
import { Writable } from 'node:stream';
import { UsageError } from '../core/domain/errors.ts';
import type { KeyAccess } from '../node/study-db/keys/unlock.ts';

let passphrase: string | null = null;

const taken = new Map<string, string | null>();

/**
 * A secret from the environment; taken out of it, so that no program started from here sees it.
 * @param variable LINESHAPE_PASSPHRASE and the like
 */
export function takeSecret(variable: string): string | null {
  const known = taken.get(variable);
  if (known !== undefined) return known;
  const secret = process.env[variable] || null;
  delete process.env[variable];
  taken.set(variable, secret);
  return secret;
}

const takePassphrase = (): string | null => passphrase ?? takeSecret('LINESHAPE_PASSPHRASE');

/** @returns what is typed; null where nobody is there to ask */
export async function ask(question: string): Promise<string | null> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return null;
  return readAnswer(createInterface({ input: process.stdin, output: process.stderr, terminal: true }), question);
}

function readAnswer(reader: Interface, question: string): Promise<string | null> {
  return new Promise<string | null>((answer) => {
    reader.once('close', () => answer(null));
    reader.question(question, answer);
  }).finally(() => reader.close());
}

/** @returns what is typed, which the terminal doesn't show; null where nobody is there to ask */
export async function askSecretly(question: string): Promise<string | null> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return null;
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const answer = await readAnswer(createInterface({ input: process.stdin, output: silent, terminal: true }), '');
  process.stderr.write('\n');
  return answer;
}

/**
 * A new secret from a variable, or asked for twice; null where there is neither.
 * @param what "passphrase" or "password"
 * @throws UsageError where the two differ
 */
export async function newSecret(variable: string, what: string): Promise<string | null> {
  const given = takeSecret(variable);
  if (given !== null) return given;
  const first = await askSecretly(`New ${what}: `);
  if (first === null || (await askSecretly('Once more: ')) === first) return first;
  throw new UsageError(`The two ${what}s are not the same; nothing was changed.`);
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
