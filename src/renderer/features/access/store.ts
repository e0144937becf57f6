// Who is at the window, and what they may do.
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { mayAct, type Role } from '../../../core/domain/access.ts';
import type { AccessStateView, ChannelRequest, LocalUserView } from '../../../ipc/contract.ts';
import { errorSentence, listen, request } from '../../app/api/client.ts';
import { t } from '../../app/i18n/index.ts';
import { stageOf } from './model.ts';

export const useAccess = defineStore('access', () => {
  const state = ref<AccessStateView | null>(null);
  const users = ref<readonly LocalUserView[]>([]);
  /** What a form was refused with. */
  const problem = ref<string | null>(null);
  const busy = ref(false);
  const stage = computed(() => stageOf(state.value));
  const user = computed(() => state.value?.user ?? null);
  const isAdministrator = computed(() => may('administrator'));

  /** Without login everybody may do everything. */
  function may(role: Role): boolean {
    if (state.value?.loginRequired !== true) return true;
    return user.value !== null && mayAct(user.value.role, role);
  }

  /** For a control's title: which role it needs; nothing where the user has it. */
  const needs = (role: Role): string | undefined =>
    may(role) ? undefined : t('access.needs', { role: t(`access.roles.${role}`) });

  function take(next: AccessStateView): void {
    state.value = next;
  }

  /** @throws RequestError where the database can't be opened */
  async function load(): Promise<void> {
    take(await request('access:state', {}));
  }

  const connect = (): (() => void) => listen('access:changed', take);

  /** A form's request: what it is refused with stands in the form. @returns whether it was done */
  async function submit(task: () => Promise<void>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    problem.value = null;
    try {
      await task();
      return true;
    } catch (error) {
      problem.value = errorSentence(error);
      return false;
    } finally {
      busy.value = false;
    }
  }

  const forget = (): void => void (problem.value = null);
  const login = (name: string, password: string): Promise<boolean> =>
    submit(async () => take(await request('access:login', { name: name.trim(), password })));
  const unlock = (password: string): Promise<boolean> =>
    submit(async () => take(await request('access:unlock', { password })));
  const changePassword = (current: string, next: string): Promise<boolean> =>
    submit(async () => take(await request('access:change-password', { current, next })));
  const requireLogin = (administrator: ChannelRequest<'access:require-login'>): Promise<boolean> =>
    submit(async () => take(await request('access:require-login', administrator)));
  const dropLogin = (password: string): Promise<boolean> =>
    submit(async () => take(await request('access:drop-login', { password })));
  /** @throws RequestError */
  const lock = async (): Promise<void> => take(await request('access:lock', {}));
  /** The main process loads the page anew. @throws RequestError */
  const logout = async (): Promise<void> => take(await request('access:logout', {}));
  /** @throws RequestError */
  const setIdleLock = async (seconds: number | null): Promise<void> =>
    take(await request('access:set-idle-lock', { seconds }));
  /** @throws RequestError */
  const loadUsers = async (): Promise<void> => void (users.value = await request('access:users', {}));
  const addUser = (added: ChannelRequest<'access:add-user'>): Promise<boolean> =>
    submit(async () => void (users.value = await request('access:add-user', added)));
  const resetPassword = (id: string, password: string): Promise<boolean> =>
    submit(async () => void (users.value = await request('access:reset-password', { id, password })));
  /** @throws RequestError */
  const changeUser = async (change: ChannelRequest<'access:change-user'>): Promise<void> =>
    void (users.value = await request('access:change-user', change));

  return {
    ...{ state, users, problem, busy, stage, user, isAdministrator, may, needs, load, connect, forget },
    ...{ login, unlock, changePassword, requireLogin, dropLogin, lock, logout, setIdleLock },
    ...{ loadUsers, addUser, resetPassword, changeUser },
  };
});
