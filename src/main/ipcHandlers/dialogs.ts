// The system's file dialogs. They belong to the window, while there is one.
import { basename, extname } from 'node:path';
import { dialog } from 'electron';
import type { BrowserWindow, OpenDialogOptions, SaveDialogOptions } from 'electron';
import { atomicWrite } from '../../node/files/atomicWrite.ts';
import type { MainTexts } from '../texts/index.ts';

/** What a dialog offers to show. */
export interface FileKind {
  readonly name: string;
  readonly extensions: string[];
}

/** The last choice of every dialog that names a kind of file. */
export const allFiles = ({ dialogs }: MainTexts): FileKind => ({ name: dialogs.allFiles, extensions: ['*'] });

async function open(window: BrowserWindow | null, options: OpenDialogOptions): Promise<readonly string[]> {
  const answer = window === null ? await dialog.showOpenDialog(options) : await dialog.showOpenDialog(window, options);
  return answer.canceled ? [] : answer.filePaths;
}

/** @returns paths; none if the user cancelled */
export function chooseFiles(
  window: BrowserWindow | null,
  title: string,
  kinds: readonly FileKind[],
  count: 'one' | 'several',
): Promise<readonly string[]> {
  return open(window, {
    title,
    properties: count === 'one' ? ['openFile'] : ['openFile', 'multiSelections'],
    filters: [...kinds],
  });
}

/**
 * Scans of any name: scanners also write files without an extension. macOS has one dialog for files and folders.
 * @returns paths; none if the user cancelled
 */
export function chooseScans(
  window: BrowserWindow | null,
  title: string,
  what: 'files' | 'folder',
): Promise<readonly string[]> {
  const both = process.platform === 'darwin';
  return open(window, {
    title,
    properties: [
      ...(both || what === 'files' ? (['openFile'] as const) : []),
      ...(both || what === 'folder' ? (['openDirectory'] as const) : []),
      'multiSelections',
    ],
  });
}

/** @returns a folder; null if the user cancelled */
export async function chooseFolder(window: BrowserWindow | null, title: string): Promise<string | null> {
  const [folder] = await open(window, { title, properties: ['openDirectory', 'createDirectory'] });
  return folder ?? null;
}

/** @returns the file to write; null if the user cancelled */
async function chooseTarget(
  window: BrowserWindow | null,
  title: string,
  defaultPath: string,
  kinds: readonly FileKind[],
): Promise<string | null> {
  const options: SaveDialogOptions = {
    title,
    defaultPath,
    filters: [...kinds],
    properties: ['showOverwriteConfirmation', 'createDirectory'],
  };
  const answer = window === null ? await dialog.showSaveDialog(options) : await dialog.showSaveDialog(window, options);
  return answer.canceled || !answer.filePath ? null : answer.filePath;
}

/** What a page learns of a file that was to be saved: its base name, no path. */
export interface SavedFile {
  readonly saved: boolean;
  readonly fileName: string | null;
}

export const NOT_SAVED: SavedFile = { saved: false, fileName: null };

/** What is asked for one file. */
interface SaveQuestion {
  readonly title: string;
  /** With its extension. */
  readonly suggestedName: string;
}

/**
 * Asks where to save one file, and writes it.
 * @param content made once the user has chosen; null: there is nothing to save
 */
export function saveFile(
  window: BrowserWindow | null,
  { kind, ...question }: SaveQuestion & { readonly kind: FileKind },
  content: () => Promise<string | Uint8Array | null>,
): Promise<SavedFile> {
  return saveAs(window, { ...question, kinds: [kind] }, content);
}

/**
 * As saveFile, where the name that the user gives says of which kind the file is.
 * @param content is given the name's ending: ".json"
 */
export async function saveAs(
  window: BrowserWindow | null,
  { title, suggestedName, kinds }: SaveQuestion & { readonly kinds: readonly FileKind[] },
  content: (ending: string) => Promise<string | Uint8Array | null>,
): Promise<SavedFile> {
  const target = await chooseTarget(window, title, suggestedName, kinds);
  const bytes = target === null ? null : await content(extname(target).toLowerCase());
  if (target === null || bytes === null) return NOT_SAVED;
  await atomicWrite(target, bytes);
  return { saved: true, fileName: basename(target) };
}
