// What the main process's own handlers are given.
import type { BrowserWindow } from 'electron';
import type { StudyHost } from '../studyHost.ts';
import type { MainTexts } from '../texts/index.ts';

export interface MainContext {
  readonly host: StudyHost;
  /** Dialogs belong to it; null once it is closed. */
  readonly window: () => BrowserWindow | null;
  /** In the language of the window. */
  readonly texts: () => MainTexts;
  readonly appVersion: string;
  readonly databaseName: string;
  readonly onJobStart: () => void;
}
