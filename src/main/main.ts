// The Electron main process: starts, opens the window and, in a thread beside it, the database, and ends cleanly.
import { mkdirSync } from 'node:fs';
import { basename } from 'node:path';
import { performance } from 'node:perf_hooks';
import { app, BrowserWindow, dialog, ipcMain, safeStorage, session } from 'electron';
import { StudyDbError, toErrorRecord } from '../core/domain/errors.ts';
import type { SealedFiles } from '../node/files/programFiles.ts';
import { forbidTelemetry } from '../node/inference/telemetry.ts';
import { RELEASE_MANIFEST } from '../node/files/releasedFiles.ts';
import { findKey } from '../node/study-db/openProtected.ts';
import { actAs } from './acting.ts';
import { isEmptyOpening, maintenanceOf, parseArguments, parseHandover } from './commandLine.ts';
import type { Opening } from './commandLine.ts';
import { holdDatabase } from './databaseHolder.ts';
import { appKeyAccess, maintain, systemKeychain } from './databaseKey.ts';
import { setEndMark } from './endMark.ts';
import type { EndMark } from './endMark.ts';
import { createEventLog } from './eventLog.ts';
import { createEventLoopLog } from './eventLoopLog.ts';
import { createEmit } from './emit.ts';
import { importOpening } from './importOpenings.ts';
import { createMainHandlers } from './ipcHandlers/mainHandlers.ts';
import type { MainContext } from './ipcHandlers/mainContext.ts';
import { appPaths } from './paths.ts';
import type { AppPaths } from './paths.ts';
import { createPictureFiles } from './pictures.ts';
import { picturePage, printPdf } from './printing.ts';
import type { PictureFiles } from './pictures.ts';
import { declareScheme, servePages } from './protocol.ts';
import { PAGE_ORIGIN } from './protocolPaths.ts';
import { registerHandlers } from './registrar.ts';
import { closeNetwork, hardenContents, hardenSession } from './security.ts';
import { createStudyHost, startHostThread } from './studyHost.ts';
import type { StudyHost } from './studyHost.ts';
import { MAIN_TEXTS, systemLanguage } from './texts/index.ts';
import type { Language } from './texts/index.ts';
import { openWindowAccess } from './windowAccess.ts';
import type { WindowAccess } from './windowAccess.ts';
import { openMainWindow } from './windows.ts';

// Before any thread starts: each takes its own copy of the environment.
forbidTelemetry();
const environment = process.env;
const development = !app.isPackaged;
const log = createEventLog(
  (line) => process.stderr.write(line),
  () => new Date().toISOString(),
);
const loop = createEventLoopLog(environment['LINESHAPE_EVENT_LOOP_LOG'] || null);

let mainWindow: BrowserWindow | null = null;
let host: StudyHost | null = null;
let access: WindowAccess | null = null;
/** Work that must not be lost behind the start: files given before the page can show them. */
const waiting: Opening[] = [];
let pageReady = false;
let hostDied = false;
let quitting = false;
let language: Language = 'en';
let pictures: PictureFiles | null = null;
let endMark: EndMark | null = null;
/** Told to the page once; see 'window:restoration'. */
let restoration: 'page-crash' | 'program-crash' | null = null;

const emit = createEmit(
  (event, payload) => {
    if (mainWindow !== null && !mainWindow.isDestroyed()) mainWindow.webContents.send(event, payload);
  },
  { validate: development, log },
);

function tellTiming(what: string): void {
  if (environment['LINESHAPE_TIMING'] !== '1') return;
  const sinceStartMs = Math.round(performance.timeOrigin + performance.now() - (process.getCreationTime() ?? 0));
  process.stdout.write(`${JSON.stringify({ timing: what, ms: sinceStartMs })}\n`);
}

/** Says why there can be no app, and ends it. */
function giveUp(sentence: string): void {
  endMark?.clear();
  if (environment['LINESHAPE_NO_DIALOGS']) process.stderr.write(`${sentence}\n`);
  else dialog.showErrorBox('Lineshape can’t start', sentence);
  app.exit(1);
}

/** @throws StudyDbError in words */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    const message = 'The folder for Lineshape’s study database can’t be made; check the rights of your home folder.';
    throw new StudyDbError('STUDY_DB_FAILED', message, {}, error);
  }
}

function startHost(paths: AppPaths, databaseKey: string | null, inferenceRuntime: SealedFiles | null): StudyHost {
  const { database, resources, workers, userBases } = paths;
  const thread = startHostThread(paths.studyHost, {
    database,
    databaseKey,
    resources,
    manifest: RELEASE_MANIFEST,
    userBases,
    workers,
    inferenceRuntime,
    appVersion: app.getVersion(),
  });
  const started = createStudyHost(
    thread,
    (event, payload) => {
      if (event === 'job:finished') loop.endJob();
      emit(event, payload);
    },
    { print: ({ html, paper, as }) => (as === 'pdf' ? printPdf(html, paper) : picturePage(html, paper)) },
    (error) => {
      log.failure('host-died', { code: 'BUG' }, error);
      hostDied = true;
      emit('window:must-restart', {});
    },
  );
  started.ready.then(
    () => {
      tellTiming('database-open');
      void handleOpenings();
    },
    (error: unknown) => giveUp(toErrorRecord(error).message),
  );
  return started;
}

/** The page asks as soon as it can show what is opened. */
function takeRestoration(): typeof restoration {
  const told = restoration;
  restoration = null;
  pageReady = true;
  if (hostDied) emit('window:must-restart', {});
  void handleOpenings();
  return told;
}

/** Without the host nothing can be closed cleanly: the mark of a bad end stays, so that the next start offers to go on. */
function restart(): void {
  log.warn('restart', {});
  app.relaunch();
  app.exit(0);
}

function showAbout(): void {
  app.setAboutPanelOptions({
    applicationName: 'Lineshape',
    applicationVersion: app.getVersion(),
    copyright: MAIN_TEXTS[language].about,
  });
}

function registerChannels(
  studyHost: StudyHost,
  who: WindowAccess['session'],
  paths: AppPaths,
  pictureFiles: PictureFiles,
  databaseProtection: MainContext['databaseProtection'],
): void {
  const { database, userBases, resources, chromiumLicences } = paths;
  const handlers = createMainHandlers(
    {
      host: studyHost,
      access: who,
      window: () => mainWindow,
      texts: () => MAIN_TEXTS[language],
      emit,
      appVersion: app.getVersion(),
      databaseName: basename(database),
      databaseProtection,
      onJobStart: loop.beginJob,
    },
    {
      setLanguage: (chosen) => {
        language = chosen;
        showAbout();
      },
      sendCommand: (command) => emit('menu:command', { command }),
      development,
      takeRestoration,
      restart,
      pictures: pictureFiles,
      places: { database, basis: userBases, resources, licences: chromiumLicences },
    },
  );
  const mainPage = (): number | null =>
    mainWindow === null || mainWindow.isDestroyed() ? null : mainWindow.webContents.id;
  registerHandlers(ipcMain, handlers, {
    ...{ origin: PAGE_ORIGIN, mainPage, validateResponses: development, log },
    access: who,
  });
}

/** Imports what the command line or the file manager named, once there is a page to show it. */
async function handleOpenings(): Promise<void> {
  if (!pageReady || host === null || access === null) return;
  const [studyHost, who] = [host, await access.session()];
  if (!who.isOpen()) return;
  for (const { demo, files } of waiting.splice(0)) {
    try {
      await actAs(who.user(), () => openAll(studyHost, { demo, files }));
    } catch (error) {
      emit('app:error', toErrorRecord(error));
    }
  }
}

async function openAll(studyHost: StudyHost, { demo, files }: Opening): Promise<void> {
  if (demo) emit('import:finished', await studyHost.ask('import:demo', {}));
  if (files.length > 0) await importOpening(studyHost, emit, files);
}

function receive(opening: Opening): void {
  if (isEmptyOpening(opening)) return;
  waiting.push(opening);
  void handleOpenings();
}

function openWindow(paths: AppPaths): void {
  pageReady = false;
  mainWindow = openMainWindow({
    preload: paths.preload,
    userData: paths.userData,
    developerTools: development,
    log,
    onRevived: () => {
      pageReady = false;
      restoration = 'page-crash';
    },
    onLoaded: () => {
      tellTiming('did-finish-load');
    },
  });
  access?.watch(mainWindow);
  mainWindow.once('ready-to-show', () => tellTiming('ready-to-show'));
  mainWindow.on('closed', () => {
    mainWindow = null;
  });
}

async function start(inferenceRuntime: SealedFiles | null): Promise<void> {
  const paths = appPaths(app, environment);
  const keychain = systemKeychain(safeStorage, process.platform);
  const keyAccess = appKeyAccess(keychain, environment);
  const maintenance = maintenanceOf(process.argv);
  if (maintenance !== null) {
    process.stdout.write(`${await maintain(maintenance, paths.database, keyAccess)}\n`);
    app.exit(0);
    return;
  }
  await holdDatabase(paths.database);
  const unlocked = await findKey(paths.database, keyAccess, false);
  language = systemLanguage(app.getPreferredSystemLanguages());
  endMark = setEndMark(paths.userData);
  if (endMark.endedBadly) restoration = 'program-crash';
  hardenSession(session.defaultSession, development);
  servePages(paths.renderer);
  // The thread opens the database while the window loads.
  host = startHost(paths, unlocked.key, inferenceRuntime);
  access = openWindowAccess({
    ...{ host, emit, log },
    onChange: () => void handleOpenings(),
    onLeft: () => {
      pageReady = false;
      mainWindow?.webContents.reload();
    },
  });
  pictures = createPictureFiles(app.getPath('temp'), Date.now());
  const protection = { methods: unlocked.methods, backend: keychain?.backend ?? null };
  registerChannels(host, access.session, paths, pictures, protection);
  // The page brings the menus; until then there are none whose commands could go astray.
  openWindow(paths);
  showAbout();
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) openWindow(paths);
  });
}

/** Cancels the jobs and closes the database, then really quits. */
async function finish(): Promise<void> {
  try {
    await host?.close();
    loop.close();
    pictures?.clean();
    endMark?.clear();
  } catch (error) {
    log.failure('close-failed', { code: 'BUG' }, error);
  }
  app.exit(0);
}

/**
 * Starts the app; start.ts calls it once the program's files are known to be its own.
 * @param inferenceRuntime files that are compared before the first network is run; null: none
 */
export function startApp(inferenceRuntime: SealedFiles | null): void {
  if (environment['LINESHAPE_USER_DATA']) app.setPath('userData', environment['LINESHAPE_USER_DATA']);
  const asked = parseArguments(process.argv, app.getAppPath(), process.cwd());
  try {
    makeFolder(app.getPath('userData'));
  } catch (error) {
    giveUp(toErrorRecord(error).message);
    return;
  }
  // The lock lies in the userData folder: two of them may be open in two instances.
  if (!app.requestSingleInstanceLock({ demo: asked.demo, files: [...asked.files] })) {
    app.exit(0);
    return;
  }
  declareScheme();
  closeNetwork(app);
  hardenContents(app);
  receive(asked);
  app.on('second-instance', (_event, _argv, _cwd, data) => {
    const opening = parseHandover(data);
    if (opening !== null) receive(opening);
    if (mainWindow?.isMinimized()) mainWindow.restore();
    mainWindow?.focus();
  });
  app.on('open-file', (event, path) => {
    event.preventDefault();
    receive({ demo: false, files: [path] });
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  app.on('will-quit', (event) => {
    if (quitting) return;
    quitting = true;
    event.preventDefault();
    void finish();
  });
  process.on('uncaughtException', (error) => {
    log.failure('uncaught', { code: 'BUG' }, error);
    emit('app:error', { code: 'BUG', message: `Internal error: ${error.message}`, details: {} });
  });
  process.on('unhandledRejection', (error) => log.failure('unhandled', { code: 'BUG' }, error));
  app
    .whenReady()
    .then(() => start(inferenceRuntime))
    .catch((error: unknown) => {
      log.failure('start-failed', { code: 'BUG' }, error);
      giveUp(toErrorRecord(error).message);
    });
}
