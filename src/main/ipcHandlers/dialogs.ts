// The system's file dialogs. They belong to the window, while there is one.
import { dialog } from 'electron';
import type { BrowserWindow, OpenDialogOptions, SaveDialogOptions } from 'electron';

/** What a dialog offers to show. */
export interface FileKind {
  readonly name: string;
  readonly extensions: string[];
}

async function open(window: BrowserWindow | null, options: OpenDialogOptions): Promise<readonly string[]> {
  const answer = window === null ? await dialog.showOpenDialog(options) : await dialog.showOpenDialog(window, options);
  return answer.canceled ? [] : answer.filePaths;
}

/** @returns paths; none if the user cancelled */
export function chooseFiles(
  window: BrowserWindow | null,
  title: string,
  kind: FileKind,
  count: 'one' | 'several',
): Promise<readonly string[]> {
  return open(window, {
    title,
    properties: count === 'one' ? ['openFile'] : ['openFile', 'multiSelections'],
    filters: [kind, { name: 'All files', extensions: ['*'] }],
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
export async function chooseTarget(
  window: BrowserWindow | null,
  title: string,
  defaultPath: string,
  kind: FileKind,
): Promise<string | null> {
  const options: SaveDialogOptions = {
    title,
    defaultPath,
    filters: [kind],
    properties: ['showOverwriteConfirmation', 'createDirectory'],
  };
  const answer = window === null ? await dialog.showSaveDialog(options) : await dialog.showSaveDialog(window, options);
  return answer.canceled || !answer.filePath ? null : answer.filePath;
}
