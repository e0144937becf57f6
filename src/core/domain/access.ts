// Who may use the program: local users with roles, what a password must be, and how long a wrong one makes wait.
import { AccessError } from './errors.ts';

/** Each may do what the ones before it may. */
export const ROLES = ['reader', 'physicist', 'administrator'] as const;
export type Role = (typeof ROLES)[number];

/** @returns whether someone of this role may do what is given to another */
export const mayAct = (role: Role, needed: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(needed);

/** @returns why someone of this role may not do what is given to another; null: they may */
export function roleRefusal(role: Role, needed: Role): AccessError | null {
  if (mayAct(role, needed)) return null;
  const message = `This is for the role ${needed}, and you are logged in as ${role}; nothing was done.`;
  return new AccessError('FORBIDDEN', message, { needed });
}

export interface LocalUser {
  readonly id: string;
  /** What is typed at the login; no two differ in case alone. */
  readonly name: string;
  /** As it stands in signed reports. */
  readonly fullName: string;
  readonly role: Role;
  /** Can't log in. Users are never deleted: the audit trail names them. */
  readonly isDisabled: boolean;
  /** The password is an administrator's choice, and is changed at the next login. */
  readonly mustChangePassword: boolean;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly lastLoginAt: string | null;
}

/** The part of a user that an administrator gives. */
export type UserDescription = Pick<LocalUser, 'name' | 'fullName' | 'role'>;

export interface AccessRules {
  /** false: whoever has the account at the operating system works with every right. */
  readonly loginRequired: boolean;
  /** Time without a key or a movement of the mouse after which the window locks; null: never. [s] */
  readonly idleLockS: number | null;
}

/** [s] */
export const DEFAULT_IDLE_LOCK_S = 600;
export const SHORTEST_IDLE_LOCK_S = 10;
export const LONGEST_IDLE_LOCK_S = 8 * 3600;

/** [characters] NIST SP 800-63B asks for 8 at least, and for no rules about kinds of characters. */
export const SHORTEST_PASSWORD = 12;
export const LONGEST_PASSWORD = 256;
export const LONGEST_USER_NAME = 64;

/** @returns what is wrong with a password, in a sentence; null: nothing */
export function passwordFault(password: string, userName: string): string | null {
  const length = [...password].length;
  if (length < SHORTEST_PASSWORD) return `A password has at least ${SHORTEST_PASSWORD} characters.`;
  if (length > LONGEST_PASSWORD) return `A password has at most ${LONGEST_PASSWORD} characters.`;
  const plain = password.toLowerCase();
  if (userName !== '' && plain.includes(userName.toLowerCase())) return 'A password doesn’t contain the user’s name.';
  if (new Set(plain).size < 5) return 'A password has at least five different characters.';
  return null;
}

/** @returns what is wrong with a name to log in by, in a sentence; null: nothing */
export function userNameFault(name: string): string | null {
  if (/^[\p{L}\p{N}][\p{L}\p{N}._@-]*$/u.test(name) && name.length <= LONGEST_USER_NAME) return null;
  return `A user’s name is a word of up to ${LONGEST_USER_NAME} letters, digits, dots, dashes, @ and underscores.`;
}

/** Two names that differ in case or in how their accents are composed are one. */
export const userNameKey = (name: string): string => name.normalize('NFC').toLowerCase();

/** A person's name or function as it stands in a report. */
export const tidyName = (text: string): string => text.trim().replace(/\s+/g, ' ');

/** Wrong passwords that cost nothing. */
const FREE_FAILURES = 2;
/** [s] */
const LONGEST_DELAY_S = 900;

/**
 * How long the next try has to wait.
 * @param failures wrong passwords since the last right one
 * @returns 0, then 2, 4, 8 … up to 900. [s]
 */
export const loginDelayS = (failures: number): number =>
  failures <= FREE_FAILURES ? 0 : Math.min(LONGEST_DELAY_S, 2 ** (failures - FREE_FAILURES));
