// The main process's part of the frame: native menus, its texts, the mark of a clean end, pictures to be dragged.
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MenuItemConstructorOptions } from 'electron';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NativeMenu } from '../../src/ipc/contract.ts';
import { FRAME_CHANNELS } from '../../src/ipc/frameContract.ts';
import { setEndMark } from '../../src/main/endMark.ts';
import { accelerator, menuTemplate } from '../../src/main/menu.ts';
import { createPictureFiles } from '../../src/main/pictures.ts';
import { MAIN_TEXTS, systemLanguage } from '../../src/main/texts/index.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lineshape-frame-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('native menus', () => {
  const command = (id: string, keys: string, enabled = true) =>
    ({ kind: 'command', id, label: `R&D ${id}`, keys, enabled }) as const;
  const menus: NativeMenu[] = [
    {
      id: 'file',
      label: '&File',
      items: [command('open', 'Ctrl+Shift+O'), { kind: 'list', label: 'Recent', items: [command('recent-1', '')] }],
    },
    { id: 'edit', label: '&Edit', items: [command('undo', 'Ctrl+Z', false)] },
    { id: 'view', label: '&View', items: [command('larger', 'Ctrl++'), command('next', ']')] },
  ];
  const sent: string[] = [];
  const built = (mac: boolean, development: boolean): MenuItemConstructorOptions[] =>
    menuTemplate({ menus, texts: MAIN_TEXTS.de.menu, send: (id) => void sent.push(id), mac, development });
  const items = (menu: MenuItemConstructorOptions | undefined): MenuItemConstructorOptions[] =>
    (menu?.submenu ?? []) as MenuItemConstructorOptions[];

  it('hold the page’s commands, which go back to it by their ids', () => {
    const [file, edit] = built(false, false);
    const [open, recent] = items(file);
    expect(open).toMatchObject({ label: 'R&&D open', accelerator: 'CmdOrCtrl+Shift+O', enabled: true });
    // The page itself hears the key; the menu only shows it.
    expect(open?.registerAccelerator).toBe(false);
    expect(items(edit)[0]).toMatchObject({ enabled: false, accelerator: 'CmdOrCtrl+Z' });
    (open?.click as unknown as () => void)();
    (items(recent)[0]?.click as unknown as () => void)();
    expect(sent).toEqual(['open', 'recent-1']);
  });

  it('leave single letters to the page, and spell the key of the plus sign', () => {
    const [larger, next] = items(built(false, false)[2]);
    expect(larger?.accelerator).toBe('CmdOrCtrl+Plus');
    expect(next?.accelerator).toBeUndefined();
    expect(accelerator('Alt+3')).toBe('Alt+3');
  });

  it('have the system’s items in the chosen language, and the developer’s in development only', () => {
    const roles = (mac: boolean, development: boolean): unknown[] =>
      built(mac, development).flatMap((menu) => items(menu).map(({ role }) => role));
    expect(items(built(false, false)[0]).at(-1)).toMatchObject({ role: 'quit', label: 'Beenden' });
    expect(roles(false, false)).toEqual(expect.arrayContaining(['copy', 'paste', 'togglefullscreen']));
    expect(roles(false, false)).not.toContain('toggleDevTools');
    expect(roles(false, true)).toContain('toggleDevTools');
    expect(built(true, false)[0]).toEqual({ role: 'appMenu' });
  });

  it('come from the page within bounds', () => {
    const parse = (menu: object) => FRAME_CHANNELS['menu:show'].request.safeParse({ menus: [menu] }).success;
    expect(parse(menus[0] as object)).toBe(true);
    expect(parse({ ...menus[0], id: 'system' })).toBe(false);
    expect(parse({ ...menus[0], items: Array.from({ length: 121 }, () => ({ kind: 'separator' })) })).toBe(false);
    expect(FRAME_CHANNELS['window:set-scale'].request.safeParse({ percent: 201 }).success).toBe(false);
    const area = { x: 0, y: 0, width: 1, height: 1 };
    const take = FRAME_CHANNELS['picture:take'].request;
    expect(take.safeParse({ area, name: 'spectrum' }).success).toBe(true);
    expect(take.safeParse({ area, name: '../spectrum' }).success).toBe(false);
  });
});

describe('language of the main process', () => {
  it('is the system’s first that is spoken, else English', () => {
    expect(systemLanguage(['fr-FR', 'cs-CZ', 'de'])).toBe('cs');
    expect(systemLanguage(['toString', 'fr'])).toBe('en');
    expect(systemLanguage([])).toBe('en');
  });
});

describe('the mark of a clean end', () => {
  it('tells a run that ended badly from one that did not, and from the first', () => {
    const first = setEndMark(folder);
    expect(first.endedBadly).toBe(false);
    first.clear();
    expect(setEndMark(folder).endedBadly).toBe(false);
    // Not cleared: killed.
    expect(setEndMark(folder).endedBadly).toBe(true);
  });

  it('costs nothing where it can’t be written', () => {
    expect(setEndMark(join(folder, 'nowhere')).endedBadly).toBe(false);
  });
});

describe('pictures to be dragged', () => {
  it('are files under their name, and gone at the end', () => {
    const temp = join(folder, 'temp');
    mkdirSync(temp);
    const pictures = createPictureFiles(temp, Date.now());
    const png = Uint8Array.of(1, 2, 3);
    const paths = [pictures.write('spectrum', png), pictures.write('spectrum', png)];
    expect(new Set(paths).size).toBe(2);
    expect(paths[0]).toMatch(/spectrum-1\.png$/);
    expect(new Uint8Array(readFileSync(paths[1] as string))).toEqual(png);
    pictures.clean();
    expect(readdirSync(temp)).toEqual([]);
  });

  it('of a killed program go after a day, what is another’s stays', () => {
    const temp = join(folder, 'left');
    for (const name of ['lineshape-pictures-old', 'lineshape-pictures-new', 'other']) {
      mkdirSync(join(temp, name), { recursive: true });
    }
    const nowMs = Date.now();
    const twoDaysAgoS = nowMs / 1000 - 2 * 86_400;
    utimesSync(join(temp, 'lineshape-pictures-old'), twoDaysAgoS, twoDaysAgoS);
    utimesSync(join(temp, 'other'), twoDaysAgoS, twoDaysAgoS);
    createPictureFiles(temp, nowMs);
    expect(readdirSync(temp).sort()).toEqual(['lineshape-pictures-new', 'other']);
    expect(existsSync(join(temp, 'lineshape-pictures-old'))).toBe(false);
  });
});
