// What the main process's own handlers are given.
import type { BrowserWindow } from 'electron';
import type { KeyMethod } from '../../node/study-db/keys/keyFile.ts';
import type { AccessSession } from '../accessSession.ts';
import type { Emit } from '../emit.ts';
import type { StudyHost } from '../studyHost.ts';
import type { MainTexts } from '../texts/index.ts';

export interface MainContext {
  readonly host: StudyHost;
  /** Who is at the window; known once the database is open. */
  readonly access: () => Promise<AccessSession>;
  /** Dialogs belong to it; null once it is closed. */
  readonly window: () => BrowserWindow | null;
  /** In the language of the window. */
  readonly texts: () => MainTexts;
  /** Tells the page. */
  readonly emit: Emit;
  readonly appVersion: string;
  readonly databaseName: string;
  /** How its key is kept ('file': by nothing but the rights of its folder), and the account's keychain, if it has one. */
  readonly databaseProtection: { readonly methods: readonly KeyMethod[]; readonly backend: string | null };
  readonly onJobStart: () => void;
}
