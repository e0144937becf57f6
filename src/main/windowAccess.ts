// Who is at the window, from the database's rules; it is locked when nobody has touched it, or the computer is left.
import { Menu, powerMonitor } from 'electron';
import type { BrowserWindow } from 'electron';
import { toErrorRecord } from '../core/domain/errors.ts';
import { createAccessSession } from './accessSession.ts';
import type { AccessSession } from './accessSession.ts';
import type { Emit } from './emit.ts';
import type { EventLog } from './eventLog.ts';
import { createIdleLock } from './idleLock.ts';
import { lockWindow } from './ipcHandlers/accessRequests.ts';
import type { StudyHost } from './studyHost.ts';

export interface WindowAccess {
  /** Known once the database is open. @throws StudyDbError where it can't be */
  readonly session: () => Promise<AccessSession>;
  /** What is typed and moved in the window keeps it open. */
  readonly watch: (window: BrowserWindow) => void;
}

interface AccessPorts {
  readonly host: StudyHost;
  readonly emit: Emit;
  readonly log: EventLog;
  readonly onChange: () => void;
  /** The page must be loaded anew. */
  readonly onLeft: () => void;
}

/** The menus name studies; the page brings them again when somebody is there. */
function emptyMenus(): void {
  const mac = process.platform === 'darwin';
  Menu.setApplicationMenu(mac ? Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }]) : null);
}

/** @param ports the study host, the way to the page, and who else wants to know */
export function openWindowAccess({ host, emit, log, onChange, onLeft }: AccessPorts): WindowAccess {
  const lock = async (how: 'lock' | 'idleLock'): Promise<void> => {
    try {
      await lockWindow({ host, access: session }, how);
    } catch (error) {
      log.failure('lock-not-recorded', { code: toErrorRecord(error).code }, error);
    }
  };
  const open = async (): Promise<AccessSession> => {
    const { rules, look } = await host.ask('host:access', null);
    const idle = createIdleLock(
      () => void lock('idleLock'),
      () => performance.now(),
    );
    const opened: AccessSession = createAccessSession({
      ...{ rules, look, idle },
      onChange: (state) => {
        emit('access:changed', state);
        if (!opened.isOpen()) emptyMenus();
        onChange();
      },
      onLeft,
    });
    return opened;
  };
  const opening = open();
  opening.catch(() => undefined); // told to whoever asks
  const session = (): Promise<AccessSession> => opening;
  powerMonitor.on('lock-screen', () => void lock('lock'));
  powerMonitor.on('suspend', () => void lock('lock'));
  return {
    session,
    watch: (window) => {
      // An event comes with every movement of the mouse: it must cost nothing.
      let touch: () => void = () => undefined;
      void opening.then((opened) => (touch = opened.touch)).catch(() => undefined);
      window.webContents.on('input-event', () => touch());
    },
  };
}
