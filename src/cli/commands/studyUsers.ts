// lineshape study users: who may use a study database.
import type { Command } from 'commander';
import { ROLES, userNameKey } from '../../core/domain/access.ts';
import type { LocalUser, Role } from '../../core/domain/access.ts';
import { UsageError } from '../../core/domain/errors.ts';
import type { StudyStore } from '../../core/ports/studyStore.ts';
import { hashPassword } from '../../node/access/passwords.ts';
import { notFound } from '../../node/study-db/storeContext.ts';
import { newSecret } from '../databaseAccess.ts';
import { oneOf } from '../options.ts';
import type { CommonOptions } from '../options.ts';
import { requireStudyDb, withStudyDb } from '../studyDatabase.ts';
import { printJson, printText, textTable } from '../terminal.ts';

interface DbOptions extends CommonOptions {
  readonly db: string;
}

/** Without login everybody is an administrator. */
async function asAdministrator<T>(db: string, work: (store: StudyStore) => T | Promise<T>): Promise<T> {
  requireStudyDb(db);
  return withStudyDb(db, 'write', work, { role: 'administrator' });
}

function userNamed(store: StudyStore, name: string): LocalUser {
  const user = store.listUsers().find((one) => userNameKey(one.name) === userNameKey(name));
  if (user === undefined) throw notFound('user', name);
  return user;
}

async function newPassword(): Promise<string> {
  const chosen = await newSecret('LINESHAPE_NEW_PASSWORD', 'password');
  if (chosen !== null) return chosen;
  throw new UsageError('Set LINESHAPE_NEW_PASSWORD to the user’s password, or give it at a terminal.');
}

function show(options: DbOptions, users: readonly LocalUser[], loginRequired: boolean): void {
  if (options.json === true) {
    printJson({ loginRequired, users });
    return;
  }
  printText(loginRequired ? 'A login is required.' : 'No login is required.');
  const state = ({ isDisabled, mustChangePassword }: LocalUser): string =>
    isDisabled ? 'kept out' : mustChangePassword ? 'first password' : 'may log in';
  const rows = users.map((user) => [user.name, user.fullName, user.role, state(user), user.lastLoginAt ?? 'never']);
  if (rows.length > 0) printText(textTable(['Name', 'Full name', 'Role', 'State', 'Last login'], rows));
}

const showAll = (options: DbOptions, store: StudyStore): void =>
  show(options, store.listUsers(), store.accessRules().loginRequired);

const list = (options: DbOptions): Promise<void> => asAdministrator(options.db, (store) => showAll(options, store));

async function addOne(name: string, options: DbOptions & { fullName: string; role: string }): Promise<void> {
  const role = oneOf('--role', options.role, ROLES);
  const password = await newPassword();
  await asAdministrator(options.db, async (store) => {
    const isFirst = store.listUsers().length === 0;
    // Whoever makes the first one chooses their own password.
    store.addUser({ name, fullName: options.fullName, role }, await hashPassword(password, name), !isFirst);
    showAll(options, store);
  });
}

async function change(
  name: string,
  options: DbOptions & { fullName?: string; role?: string; state?: string },
): Promise<void> {
  // prettier-ignore
  const role: Role | null = options.role === undefined ? null : oneOf('--role', options.role, ROLES);
  const state = options.state === undefined ? null : oneOf('--state', options.state, ['in', 'out'] as const);
  await asAdministrator(options.db, (store) => {
    const user = userNamed(store, name);
    store.changeUser(user.id, {
      fullName: options.fullName ?? user.fullName,
      role: role ?? user.role,
      isDisabled: state === null ? user.isDisabled : state === 'out',
    });
    showAll(options, store);
  });
}

async function password(name: string, options: DbOptions): Promise<void> {
  const chosen = await newPassword();
  await asAdministrator(options.db, async (store) => {
    const user = userNamed(store, name);
    store.setPassword(user.id, await hashPassword(chosen, user.name), true);
    showAll(options, store);
  });
}

/** Whoever holds the key can read everything anyway; the audit trail names the account that did it. */
async function recover(name: string, options: DbOptions & { yes?: boolean }): Promise<void> {
  if (options.yes !== true) {
    throw new UsageError('This lets a user in by the database’s key alone; add --yes to do it.');
  }
  requireStudyDb(options.db);
  const chosen = await newPassword();
  await withStudyDb(
    options.db,
    'write',
    async (store) => {
      const user = userNamed(store, name);
      store.setPassword(user.id, await hashPassword(chosen, user.name), true);
      store.changeUser(user.id, { fullName: user.fullName, role: 'administrator', isDisabled: false });
      show(options, [userNamed(store, name)], store.accessRules().loginRequired);
    },
    { role: null },
  );
}

async function login(mode: string, options: DbOptions): Promise<void> {
  const loginRequired = oneOf('login', mode, ['on', 'off'] as const) === 'on';
  await asAdministrator(options.db, (store) => {
    store.setAccessRules({ ...store.accessRules(), loginRequired });
    showAll(options, store);
  });
}

/** @param study the command "study" @param withDb adds --db and the common options */
export function addStudyUsersCommands(study: Command, withDb: (command: Command) => Command): void {
  const users = study.command('users').description('who may use the database: users, roles, passwords');
  const add = (name: string, description: string): Command => withDb(users.command(name).description(description));
  add('list', 'the users').action(list);
  add('add', 'add a user; the first is the first administrator')
    .argument('<name>', 'to log in by')
    .requiredOption('--full-name <text>', 'as it stands in signed reports')
    .requiredOption('--role <role>', ROLES.join(', '))
    .action(addOne);
  add('change', 'change a user')
    .argument('<name>', 'of the user')
    .option('--full-name <text>', 'as it stands in signed reports')
    .option('--role <role>', ROLES.join(', '))
    .option('--state <state>', 'in or out: whether the user may log in')
    .action(change);
  add('password', 'a new first password for a user').argument('<name>', 'of the user').action(password);
  add('recover', 'let an administrator in again who lost the password, by the database’s key')
    .argument('<name>', 'of the user')
    .option('--yes', 'really do it')
    .action(recover);
  add('login', 'require a login, or not').argument('<mode>', 'on or off').action(login);
}
