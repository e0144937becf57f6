// The frame's requests: menus, language, scale, what to restore, pictures dragged out, and where things lie.
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { Menu, shell } from 'electron';
import type { NativeImage } from 'electron';
import { ProcessingError } from '../../core/domain/errors.ts';
import type { FrameChannel, NativeMenu, PlaceName } from '../../ipc/contract.ts';
import { menuTemplate } from '../menu.ts';
import type { PictureFiles } from '../pictures.ts';
import type { DeepReadonly, Handlers } from '../registrar.ts';
import type { Language } from '../texts/index.ts';
import type { MainContext } from './mainContext.ts';

export interface FrameContext {
  readonly setLanguage: (language: Language) => void;
  readonly sendCommand: (command: string) => void;
  readonly development: boolean;
  /** What ended badly before the page was loaded; the answer is given once. */
  readonly takeRestoration: () => 'page-crash' | 'program-crash' | null;
  /** Ends the program and starts it again. */
  readonly restart: () => void;
  readonly pictures: PictureFiles;
  readonly places: Readonly<Record<PlaceName, string>>;
}

const ICON_WIDTH = 128;

function pictureHandlers(
  { window }: MainContext,
  { pictures }: FrameContext,
): Pick<Handlers, 'picture:take' | 'picture:drag'> {
  let last: { readonly file: string; readonly image: NativeImage } | null = null;
  return {
    'picture:take': async ({ area, name }) => {
      const contents = window()?.webContents;
      if (contents === undefined) throw new ProcessingError('WRITE_FAILED', 'The window is closed; nothing was drawn.');
      const scale = contents.getZoomFactor();
      const scaled = (cssPx: number): number => Math.round(cssPx * scale);
      const { x, y, width, height } = area;
      const image = await contents.capturePage({
        x: scaled(x),
        y: scaled(y),
        width: scaled(width),
        height: scaled(height),
      });
      const png = image.toPNG();
      last = { file: pictures.write(name, png), image };
      return { png: new Uint8Array(png) };
    },
    'picture:drag': () => {
      if (last === null) throw new ProcessingError('WRITE_FAILED', 'There is no picture to drag; press on it again.');
      window()?.webContents.startDrag({ file: last.file, icon: last.image.resize({ width: ICON_WIDTH }) });
      return {};
    },
  };
}

/** @returns what is answered of the frame's requests */
export function frameHandlers(context: MainContext, frame: FrameContext): Pick<Handlers, FrameChannel> {
  let menus: DeepReadonly<NativeMenu[]> = [];
  const showMenus = (): void => {
    const { sendCommand: send, development } = frame;
    const mac = process.platform === 'darwin';
    const template = menuTemplate({ menus, texts: context.texts().menu, send, mac, development });
    Menu.setApplicationMenu(Menu.buildFromTemplate(template));
  };
  return {
    'menu:show': (request) => {
      menus = request.menus;
      showMenus();
      return {};
    },
    'window:set-language': ({ language }) => {
      frame.setLanguage(language);
      showMenus();
      return {};
    },
    'window:set-scale': ({ percent }) => {
      context.window()?.webContents.setZoomFactor(percent / 100);
      return {};
    },
    'window:restoration': () => ({ after: frame.takeRestoration() }),
    'window:restart': () => {
      frame.restart();
      return {};
    },
    ...pictureHandlers(context, frame),
    'help:places': () =>
      (Object.entries(frame.places) as [PlaceName, string][]).map(([place, path]) => ({ place, path })),
    'help:show-place': ({ place }) => {
      const path = frame.places[place];
      // Files of their own, not folders.
      if (place === 'database' || place === 'licences') shell.showItemInFolder(path);
      else void shell.openPath(existsSync(path) ? path : dirname(path)); // no own basis sets yet: no folder of them
      return {};
    },
  };
}
