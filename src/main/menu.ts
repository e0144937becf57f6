// The application menu. What only the page can do goes to it as a command.
import type { MenuItemConstructorOptions } from 'electron';
import type { EventPayload } from '../ipc/contract.ts';

export type MenuCommand = EventPayload<'menu:command'>['command'];

export interface MenuOptions {
  readonly send: (command: MenuCommand) => void;
  readonly mac: boolean;
  /** Reload and the developer tools: not in a packaged app. */
  readonly development: boolean;
}

/**
 * @param options see MenuOptions
 * @returns the template for Menu.buildFromTemplate
 */
export function menuTemplate(options: MenuOptions): MenuItemConstructorOptions[] {
  const { send, mac, development } = options;
  const item = (label: string, command: MenuCommand, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    click: () => send(command),
    ...(accelerator === undefined ? {} : { accelerator }),
  });
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const file: MenuItemConstructorOptions = {
    label: '&File',
    submenu: [
      item('Open…', 'open-files', 'CmdOrCtrl+O'),
      item('Open folder…', 'open-folder', 'CmdOrCtrl+Shift+O'),
      item('Open demo study', 'open-demo'),
      separator,
      item('Export study…', 'export-study', 'CmdOrCtrl+Shift+E'),
      item('Export report as PDF…', 'export-pdf', 'CmdOrCtrl+E'),
      item('Export report as HTML…', 'export-html'),
      item('Export results as CSV…', 'export-csv'),
      separator,
      { role: mac ? 'close' : 'quit' },
    ],
  };
  const view: MenuItemConstructorOptions = {
    label: '&View',
    submenu: [
      item('Worklist', 'show-worklist', 'CmdOrCtrl+1'),
      item('Dark or light', 'toggle-theme'),
      separator,
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { role: 'togglefullscreen' },
      ...(development ? [separator, { role: 'reload' as const }, { role: 'toggleDevTools' as const }] : []),
    ],
  };
  const study: MenuItemConstructorOptions = {
    label: '&Study',
    submenu: [item('Run fit', 'run-fit', 'CmdOrCtrl+R')],
  };
  const help: MenuItemConstructorOptions = {
    label: '&Help',
    role: 'help',
    submenu: [item('Keyboard shortcuts', 'show-shortcuts'), ...(mac ? [] : [{ role: 'about' as const }])],
  };
  // Copy and paste need a menu of their own on macOS, or their shortcuts do nothing.
  return [...(mac ? [{ role: 'appMenu' as const }] : []), file, { role: 'editMenu' }, view, study, help];
}
