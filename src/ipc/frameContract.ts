// Channels of the frame: native menus, language, scale, what to reopen after a crash, pictures dragged out, help.
import { z } from 'zod';

export const languageSchema = z.enum(['en', 'de', 'cs']);

const label = z.string().min(1).max(200);
const commandId = z.string().min(1).max(120);

const menuCommandSchema = z.object({
  kind: z.literal('command'),
  id: commandId,
  label,
  /** As the page writes it ("Ctrl+K"); empty: none. */
  keys: z.string().max(40),
  enabled: z.boolean(),
});
const menuSeparatorSchema = z.object({ kind: z.literal('separator') });
const menuListSchema = z.object({
  kind: z.literal('list'),
  label,
  items: z.array(menuCommandSchema).max(40),
});

export const menuSchema = z.object({
  id: z.enum(['file', 'edit', 'view', 'study', 'help']),
  label,
  items: z.array(z.discriminatedUnion('kind', [menuCommandSchema, menuSeparatorSchema, menuListSchema])).max(120),
});

/** A rectangle of the page. [CSS px] */
const areaSchema = z.object({
  x: z.number().int().min(0).max(20_000),
  y: z.number().int().min(0).max(20_000),
  width: z.number().int().min(1).max(20_000),
  height: z.number().int().min(1).max(20_000),
});

const placeName = z.enum(['database', 'basis', 'resources', 'licences']);

/** All answered by the main process itself. */
export const FRAME_CHANNELS = {
  /** The native menus, built from the page's commands. */
  'menu:show': { request: z.object({ menus: z.array(menuSchema).max(8) }), response: z.object({}) },
  /** The language of menus and dialogs. */
  'window:set-language': { request: z.object({ language: languageSchema }), response: z.object({}) },
  'window:set-scale': { request: z.object({ percent: z.number().int().min(100).max(200) }), response: z.object({}) },
  /** What ended badly before this page was loaded; told once. */
  'window:restoration': {
    request: z.object({}),
    response: z.object({ after: z.enum(['page-crash', 'program-crash']).nullable() }),
  },
  /** Ends the program and starts it again: the way out once 'window:must-restart' was told. */
  'window:restart': { request: z.object({}), response: z.object({}) },
  /** Draws a part of the page as a PNG picture, and keeps it as a file to be dragged. */
  'picture:take': {
    request: z.object({ area: areaSchema, name: z.string().regex(/^[a-z0-9-]{1,40}$/) }),
    response: z.object({ png: z.instanceof(Uint8Array) }),
  },
  /** Hands the last picture to the system's drag and drop. */
  'picture:drag': { request: z.object({}), response: z.object({}) },
  /** Where this installation keeps what; paths to be read by the user. */
  'help:places': {
    request: z.object({}),
    response: z.array(z.object({ place: placeName, path: z.string() })),
  },
  /** Opens the folder in the system's file manager. */
  'help:show-place': { request: z.object({ place: placeName }), response: z.object({}) },
} as const;

export const FRAME_EVENTS = {
  /** A menu item was chosen: the command of that id. */
  'menu:command': z.object({ command: commandId }),
  /** The thread that holds the database is gone: nothing can be read or stored until the program is started again. */
  'window:must-restart': z.strictObject({}),
} as const;

export type FrameChannel = keyof typeof FRAME_CHANNELS;
export type NativeMenu = z.infer<typeof menuSchema>;
export type NativeMenuItem = NativeMenu['items'][number];
export type NativeMenuCommand = Extract<NativeMenuItem, { kind: 'command' }>;
export type PlaceName = z.infer<typeof placeName>;
