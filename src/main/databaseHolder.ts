// One app at a time on a database: two would each take the other's running jobs for ones that a crash left. The command line,
// which leaves jobs alone, may use it beside the app.
import { createHash } from 'node:crypto';
import { existsSync, realpathSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { StudyDbError } from '../core/domain/errors.ts';

/** The same for every name of a file. */
function placeOf(database: string): string {
  const path = resolve(database);
  const folder = dirname(path);
  const inFolder = existsSync(folder) ? join(realpathSync(folder), basename(path)) : path;
  const real = existsSync(path) ? realpathSync(path) : inFolder;
  return createHash('sha256').update(real).digest('hex').slice(0, 32);
}

/** Where Linux and Windows let a name go with the process that held it, nothing has to be tidied up after a crash. */
function addressOf(database: string): string {
  const name = `lineshape-${placeOf(database)}`;
  if (process.platform === 'linux') return `\0${name}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

/** @returns null where another holds the address */
function listen(address: string): Promise<Server | null> {
  return new Promise((done, failed) => {
    // Whoever asks learns only that somebody is there.
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? done(null) : failed(error)));
    server.listen(address, () => {
      server.unref();
      done(server);
    });
  });
}

function answers(address: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(address);
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}

/**
 * Holds a database for this process, until it ends.
 * @returns gives it up
 * @throws StudyDbError where another Lineshape has it open
 */
export async function holdDatabase(database: string): Promise<() => void> {
  const address = addressOf(database);
  let server = await listen(address);
  const isStale = server === null && process.platform === 'darwin' && !(await answers(address));
  if (isStale) {
    rmSync(address, { force: true });
    server = await listen(address);
  }
  if (server === null) {
    const file = basename(database);
    const message = `The study database ${file} is open in another Lineshape; work in that one, or close it first.`;
    throw new StudyDbError('STUDY_DB_FAILED', message, { file });
  }
  const held = server;
  return () => void held.close();
}
