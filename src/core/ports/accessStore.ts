// Local users as the study database keeps them. Passwords come as hashes: what makes and checks them is in node/access.
import type { AccessRules, LocalUser, Role, UserDescription } from '../domain/access.ts';

/** What a try to log in found. */
export type LoginTry =
  /** The try counts as wrong until `acceptLogin`. */
  | { readonly kind: 'known'; readonly user: LocalUser; readonly passwordHash: string }
  | { readonly kind: 'unknown' }
  /** Nothing may be tried before. [s] */
  | { readonly kind: 'wait'; readonly seconds: number };

/** Why a password was asked for. */
export type LoginPurpose = 'login' | 'unlock' | 'sign' | 'settings';

export interface AccessStore {
  readonly accessRules: () => AccessRules;
  /** By name. */
  readonly listUsers: () => LocalUser[];
  /** @throws StudyDbError where the name is taken */
  readonly addUser: (user: UserDescription, passwordHash: string, mustChangePassword: boolean) => LocalUser;
  /** @throws StudyDbError NOT_FOUND, or where no administrator would be left */
  readonly changeUser: (id: string, change: { fullName: string; role: Role; isDisabled: boolean }) => LocalUser;
  /** Takes the delay after wrong passwords away, too. @throws StudyDbError NOT_FOUND */
  readonly setPassword: (id: string, passwordHash: string, mustChangePassword: boolean) => LocalUser;
  /** Begins a try; a disabled user is unknown. */
  readonly beginLogin: (name: string) => LoginTry;
  /** The password was right. */
  readonly acceptLogin: (id: string, purpose: LoginPurpose) => LocalUser;
  /** It was wrong, or nobody has that name (null); enters it in the audit trail. */
  readonly refuseLogin: (id: string | null, purpose: LoginPurpose) => void;
  /** The window was locked or left: entered in the audit trail. */
  readonly recordLeaving: (id: string, how: 'lock' | 'idleLock' | 'logout') => void;
  /** @throws StudyDbError where login is required and no administrator could log in */
  readonly setAccessRules: (rules: AccessRules) => void;
}
