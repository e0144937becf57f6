// The native menus out of the commands: which group stands in which menu, in which order.
import type { NativeMenu, NativeMenuCommand, NativeMenuItem } from '../../ipc/contract.ts';
import type { Command, CommandGroup } from './shortcuts.ts';

type MenuName = NativeMenu['id'];

const MENUS: readonly { readonly id: MenuName; readonly groups: readonly CommandGroup[] }[] = [
  { id: 'file', groups: ['file', 'recent', 'report'] },
  { id: 'edit', groups: ['edit'] },
  { id: 'view', groups: ['go', 'view', 'images'] },
  { id: 'study', groups: ['study', 'spectrum'] },
  { id: 'help', groups: ['help'] },
];

export interface MenuWords {
  readonly menu: (id: MenuName) => string;
  readonly recent: string;
}

function item(command: Command): NativeMenuCommand {
  const { id, title, keys } = command;
  return { kind: 'command', id, label: title.slice(0, 200), keys, enabled: command.isAvailable() };
}

/**
 * @param commands all there are
 * @param words the menus' names
 * @returns menus with separators between groups; recent studies stand in a list of their own
 */
export function nativeMenus(commands: readonly Command[], words: MenuWords): NativeMenu[] {
  return MENUS.map(({ id, groups }) => {
    const items: NativeMenuItem[] = [];
    for (const group of groups) {
      const own = commands.filter((command) => command.group === group).map(item);
      if (group === 'recent') {
        items.push({ kind: 'list', label: words.recent, items: own });
        continue;
      }
      if (own.length > 0 && items.length > 0) items.push({ kind: 'separator' });
      items.push(...own);
    }
    return { id, label: words.menu(id), items };
  });
}
