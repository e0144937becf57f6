// Commands of whoever is logged in. What was typed and looked at is kept before the window is left.
import { useAccess } from '../features/access/index.ts';
import { useNotices } from '../features/notices/index.ts';
import { useSigning } from '../features/reports/index.ts';
import { useSession } from '../features/session/index.ts';
import { t } from './i18n/index.ts';
import type { Command } from './shortcuts.ts';

/** Locks the window, or logs out. */
export function leaveWindow(how: 'lock' | 'logout'): void {
  const [access, notices, session, signing] = [useAccess(), useNotices(), useSession(), useSigning()];
  void notices.attempt(async () => {
    await Promise.all([session.flush(), signing.flush()]);
    await access[how]();
  });
}

export function accessCommands(): Command[] {
  const access = useAccess();
  const one = (id: 'lock' | 'logout', title: string, keys: string): Command => ({
    ...{ id, title, keys },
    group: 'file',
    isAvailable: () => access.user !== null,
    whyNot: () => t('app.commands.whyNot.noLogin'),
    run: () => leaveWindow(id),
  });
  return [one('lock', t('app.commands.lock'), 'Ctrl+L'), one('logout', t('app.commands.logout'), '')];
}
