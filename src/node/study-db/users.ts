// Local users: their rows, tries to log in with the delay after wrong passwords, and the rules of access.
import { DEFAULT_IDLE_LOCK_S, loginDelayS, tidyName, userNameFault, userNameKey } from '../../core/domain/access.ts';
import type { AccessRules, LocalUser, Role, UserDescription } from '../../core/domain/access.ts';
import { StudyDbError, UsageError } from '../../core/domain/errors.ts';
import type { JsonObject } from '../../core/domain/json.ts';
import type { LoginPurpose, LoginTry } from '../../core/ports/accessStore.ts';
import { recordAudit } from './auditTrail.ts';
import type { RowReader } from './connection.ts';
import { readSetting, writeSetting } from './settingRows.ts';
import { notFound } from './storeContext.ts';
import type { StoreContext } from './storeContext.ts';

const LOGIN_REQUIRED = 'access/loginRequired';
const IDLE_LOCK = 'access/idleLockS';
const COLUMNS =
  'id, name, full_name, role, is_disabled, must_change_password, created_at, last_login_at, password_hash, failed_logins, last_failed_at';

export function accessRules({ connection }: StoreContext): AccessRules {
  const idle = readSetting(connection, IDLE_LOCK);
  const seconds = idle === null ? DEFAULT_IDLE_LOCK_S : Number(idle);
  return {
    loginRequired: readSetting(connection, LOGIN_REQUIRED) === '1',
    idleLockS: Number.isFinite(seconds) && seconds > 0 ? seconds : null,
  };
}

/** @throws StudyDbError where login is required and no administrator could log in */
export function setAccessRules(context: StoreContext, rules: AccessRules): void {
  const { connection } = context;
  connection.transaction(() => {
    const before = accessRules(context);
    if (rules.loginRequired) requireAdministrator(context);
    writeSetting(connection, LOGIN_REQUIRED, rules.loginRequired ? '1' : '0');
    writeSetting(connection, IDLE_LOCK, String(rules.idleLockS ?? 0));
    if (before.loginRequired !== rules.loginRequired) {
      recordAccess(context, 'settings', 'loginRequired', { isOn: rules.loginRequired });
    }
    if (before.idleLockS !== rules.idleLockS) {
      recordAccess(context, 'settings', 'idleLock', { seconds: rules.idleLockS });
    }
  });
}

export function listUsers({ connection }: StoreContext): LocalUser[] {
  return connection.all(`SELECT ${COLUMNS} FROM users ORDER BY name_key`).map(localUser);
}

/** @throws UsageError for a name that is none; StudyDbError where it is taken */
export function addUser(
  context: StoreContext,
  { name, fullName, role }: UserDescription,
  passwordHash: string,
  mustChangePassword: boolean,
): LocalUser {
  const { connection } = context;
  const fault = userNameFault(name);
  if (fault !== null) throw new UsageError(fault);
  const id = context.newId();
  return connection.transaction(() => {
    if (findByName(context, name) !== null) {
      throw new StudyDbError('STUDY_DB_FAILED', 'There is a user of this name already; nobody was added.');
    }
    connection.run(
      'INSERT INTO users (id, name, name_key, full_name, role, password_hash, must_change_password, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      [id, name, userNameKey(name), cleanName(fullName), role, passwordHash, Number(mustChangePassword), context.now()],
    );
    recordAccess(context, 'settings', 'userAdded', { userId: id, role });
    return localUser(requireUser(context, id));
  });
}

/** @throws StudyDbError NOT_FOUND, or where no administrator would be left */
export function changeUser(
  context: StoreContext,
  id: string,
  { fullName, role, isDisabled }: { fullName: string; role: Role; isDisabled: boolean },
): LocalUser {
  const { connection } = context;
  return connection.transaction(() => {
    requireUser(context, id);
    connection.run('UPDATE users SET full_name = ?, role = ?, is_disabled = ? WHERE id = ?', [
      cleanName(fullName),
      role,
      Number(isDisabled),
      id,
    ]);
    if (accessRules(context).loginRequired) requireAdministrator(context);
    recordAccess(context, 'settings', 'userChanged', { userId: id, role, isDisabled });
    return localUser(requireUser(context, id));
  });
}

/** @throws StudyDbError NOT_FOUND */
export function setPassword(
  context: StoreContext,
  id: string,
  passwordHash: string,
  mustChangePassword: boolean,
): LocalUser {
  const { connection } = context;
  return connection.transaction(() => {
    requireUser(context, id);
    connection.run(
      'UPDATE users SET password_hash = ?, must_change_password = ?, failed_logins = 0, last_failed_at = NULL WHERE id = ?',
      [passwordHash, Number(mustChangePassword), id],
    );
    recordAccess(context, 'settings', 'passwordChanged', { userId: id, mustChangePassword });
    return localUser(requireUser(context, id));
  });
}

/**
 * Begins a try to log in. It is counted as wrong before the password is looked at, so that tries made at once wait for
 * each other, and one that is cut off counts.
 */
export function beginLogin(context: StoreContext, name: string): LoginTry {
  const { connection } = context;
  return connection.transaction(() => {
    const row = findByName(context, name);
    if (row === null || row.number('is_disabled') === 1) return { kind: 'unknown' };
    const id = row.text('id');
    const now = context.now();
    const failures = row.number('failed_logins');
    const seconds = waitingTimeS(failures, row.textOrNull('last_failed_at'), now);
    if (seconds > 0) {
      // A clock that was set back would make wait for years; the time is counted from now on then.
      if ((row.textOrNull('last_failed_at') ?? '') > now) {
        connection.run('UPDATE users SET last_failed_at = ? WHERE id = ?', [now, id]);
      }
      return { kind: 'wait', seconds };
    }
    connection.run('UPDATE users SET failed_logins = failed_logins + 1, last_failed_at = ? WHERE id = ?', [now, id]);
    return { kind: 'known', user: localUser(row), passwordHash: row.text('password_hash') };
  });
}

/** The password was right. */
export function acceptLogin(context: StoreContext, id: string, purpose: LoginPurpose): LocalUser {
  const { connection } = context;
  return connection.transaction(() => {
    connection.run('UPDATE users SET failed_logins = 0, last_failed_at = NULL WHERE id = ?', [id]);
    if (purpose === 'login') connection.run('UPDATE users SET last_login_at = ? WHERE id = ?', [context.now(), id]);
    const user = localUser(requireUser(context, id));
    // Where it only confirms a step, the step itself is entered.
    if (purpose === 'login' || purpose === 'unlock') {
      recordAudit(context, { kind: 'login', action: purpose, studyId: null, details: { userId: id } }, user.name);
    }
    return user;
  });
}

/** It was wrong, or nobody has that name (null). */
export function refuseLogin(context: StoreContext, id: string | null, purpose: LoginPurpose): void {
  recordAccess(context, 'login', 'refused', { userId: id, purpose });
}

export function recordLeaving(context: StoreContext, id: string, how: 'lock' | 'idleLock' | 'logout'): void {
  const { name } = localUser(requireUser(context, id));
  recordAudit(context, { kind: 'login', action: how, studyId: null, details: { userId: id } }, name);
}

/** @returns how long the next try has to wait; never longer than its delay, however the clock was set. [s] */
function waitingTimeS(failures: number, lastFailedAt: string | null, now: string): number {
  const delayS = loginDelayS(failures);
  if (delayS === 0 || lastFailedAt === null) return 0;
  const elapsedS = (Date.parse(now) - Date.parse(lastFailedAt)) / 1000;
  return Math.ceil(Math.min(delayS, Math.max(0, delayS - elapsedS)));
}

function requireAdministrator({ connection }: StoreContext): void {
  const row = connection.get("SELECT id FROM users WHERE role = 'administrator' AND is_disabled = 0 LIMIT 1");
  if (row !== null) return;
  const message = 'There must be an administrator who can log in; nothing was changed.';
  throw new StudyDbError('STUDY_DB_FAILED', message);
}

function findByName({ connection }: StoreContext, name: string): RowReader | null {
  return connection.get(`SELECT ${COLUMNS} FROM users WHERE name_key = ?`, [userNameKey(name)]);
}

function requireUser({ connection }: StoreContext, id: string): RowReader {
  const row = connection.get(`SELECT ${COLUMNS} FROM users WHERE id = ?`, [id]);
  if (row === null) throw notFound('user', id);
  return row;
}

/** @throws UsageError for a name that is none */
function cleanName(fullName: string): string {
  const name = tidyName(fullName);
  if (name.length >= 2) return name;
  throw new UsageError('A user needs a full name, as it stands in signed reports.');
}

function recordAccess(context: StoreContext, kind: 'login' | 'settings', action: string, details: JsonObject): void {
  recordAudit(context, { kind, action, studyId: null, details });
}

function localUser(row: RowReader): LocalUser {
  return {
    id: row.text('id'),
    name: row.text('name'),
    fullName: row.text('full_name'),
    role: row.text('role') as Role,
    isDisabled: row.number('is_disabled') === 1,
    mustChangePassword: row.number('must_change_password') === 1,
    createdAt: row.text('created_at'),
    lastLoginAt: row.textOrNull('last_login_at'),
  };
}
