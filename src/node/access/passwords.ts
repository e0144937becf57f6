// Passwords of local users: argon2id (RFC 9106), with the second of the settings it recommends.
import { hash, verify } from '@node-rs/argon2';
import { passwordFault } from '../../core/domain/access.ts';
import { UsageError } from '../../core/domain/errors.ts';

/** RFC 9106 section 4: 64 MiB, three passes, four lanes. The library's own kind is argon2id; the table takes no other. */
const SETTINGS = { memoryCost: 65_536, timeCost: 3, parallelism: 4 } as const;

/** So that a keyboard which composes its accents differently gives the same password. */
const composed = (password: string): string => password.normalize('NFKC');

/**
 * @param userName which the password may not hold
 * @returns hash with its settings and salt, as a PHC string
 * @throws UsageError in a sentence where the password isn't good enough
 */
export async function hashPassword(password: string, userName: string): Promise<string> {
  const fault = passwordFault(password, userName);
  if (fault !== null) throw new UsageError(fault);
  return hash(composed(password), SETTINGS);
}

/** @returns whether the password is the one that the hash was taken of; false for a hash that is none */
export async function isPassword(password: string, passwordHash: string): Promise<boolean> {
  return verify(passwordHash, composed(password)).catch(() => false);
}

let decoy: Promise<string> | null = null;

/** Takes as long as looking at a password does: a name that nobody has is not told by a quick answer. */
export async function pretendToCheck(password: string): Promise<void> {
  decoy ??= hash('nobody has this password', SETTINGS);
  await isPassword(password, await decoy);
}
