// The native menus: the page's commands as it names them, with the system's own items beside them.
import type { MenuItemConstructorOptions } from 'electron';
import type { NativeMenu, NativeMenuItem } from '../ipc/contract.ts';
import type { DeepReadonly } from './registrar.ts';
import type { MainTexts } from './texts/index.ts';

export interface MenuOptions {
  /** Of the page; none before it has loaded. */
  readonly menus: DeepReadonly<NativeMenu[]>;
  readonly texts: MainTexts['menu'];
  readonly send: (command: string) => void;
  readonly mac: boolean;
  /** Reload and the developer tools: not in a packaged app. */
  readonly development: boolean;
}

type Items = MenuItemConstructorOptions[];

const SEPARATOR: MenuItemConstructorOptions = { type: 'separator' };

/** Electron's name of a combination; "Ctrl" of the page is Cmd on macOS. */
export function accelerator(keys: string): string {
  return keys.replace(/^Ctrl\+/, 'CmdOrCtrl+').replace(/\+\+$/, '+Plus');
}

/** "&" marks a menu's letter; a name may hold one of its own. */
const literal = (label: string): string => label.replaceAll('&', '&&');

function nativeItem(item: DeepReadonly<NativeMenuItem>, { send, mac }: MenuOptions): MenuItemConstructorOptions {
  if (item.kind === 'separator') return SEPARATOR;
  if (item.kind === 'list') {
    const submenu = item.items.map((inner) => nativeItem(inner, { send, mac } as MenuOptions));
    return { label: literal(item.label), enabled: item.items.length > 0, submenu };
  }
  const { id, label, keys, enabled } = item;
  return {
    id,
    label: literal(label),
    enabled,
    click: () => send(id),
    // A single letter or sign is the page's own: a menu would take it from text fields.
    ...(/^(Ctrl|Alt|F\d)/.test(keys) ? { accelerator: accelerator(keys), registerAccelerator: mac } : {}),
  };
}

/** The system's items at the end of each of the page's menus. */
function systemItems(id: NativeMenu['id'], { texts, mac, development }: MenuOptions): Items {
  switch (id) {
    case 'file':
      return [SEPARATOR, mac ? { role: 'close', label: texts.close } : { role: 'quit', label: texts.quit }];
    case 'edit':
      return [
        SEPARATOR,
        { role: 'cut', label: texts.cut },
        { role: 'copy', label: texts.copy },
        { role: 'paste', label: texts.paste },
        { role: 'selectAll', label: texts.selectAll },
      ];
    case 'view':
      return [
        SEPARATOR,
        { role: 'togglefullscreen', label: texts.fullScreen },
        ...(development
          ? [
              SEPARATOR,
              { role: 'reload' as const, label: texts.reload, accelerator: '' },
              { role: 'toggleDevTools' as const, label: texts.developerTools },
            ]
          : []),
      ];
    case 'help':
      return mac ? [] : [SEPARATOR, { role: 'about', label: texts.about }];
    case 'study':
      return [];
  }
}

/**
 * @param options see MenuOptions
 * @returns the template for Menu.buildFromTemplate
 */
export function menuTemplate(options: MenuOptions): Items {
  const menus = options.menus.map(({ id, label, items }): MenuItemConstructorOptions => ({
    label,
    ...(id === 'help' ? { role: 'help' as const } : {}),
    submenu: [...items.map((item) => nativeItem(item, options)), ...systemItems(id, options)],
  }));
  return [...(options.mac ? [{ role: 'appMenu' as const }] : []), ...menus];
}
