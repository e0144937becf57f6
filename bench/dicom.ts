// bench dicom [instances]: `lineshape dicom serve` with an encrypted database receives 1000 MR images of 0.5 MB and a spectrum from
// dcmtk's storescu: seconds, instances and megabytes a second, memory of the receiving process, and the import that follows.
// Needs a build, dcmtk, and Linux (/proc). Prints one JSON document.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '../src/core/domain/json.ts';
import { receivedSlice, receivedSpectrum } from '../tests/fixtures/receivedInstances.ts';

const INSTANCES = 1000;
const SERIES = 10;
/** 512 × 512 × 16 bit: 0.5 MB. */
const SIDE = 512;
const QUIET_S = 2;
const MB = 2 ** 20;
const PROGRAM = fileURLToPath(new URL('../../bin/lineshape.mjs', import.meta.url));

/** Resident memory of a process, now and at its highest. [MB] */
function memoryMB(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (name: string): number => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
  return { now: of('VmRSS'), peak: of('VmHWM') };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.once('connect', () => resolve((socket.destroy(), true)));
    socket.once('error', () => resolve(false));
  });

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}

function writeInstances(folder: string, count: number): string[] {
  mkdirSync(folder);
  const spectrum = join(folder, 'spectrum.dcm');
  writeFileSync(spectrum, receivedSpectrum().bytes);
  const perSeries = Math.ceil(count / SERIES);
  const slices = Array.from({ length: count }, (_, i) => {
    const series = `2.25.7001.${100 + Math.floor(i / perSeries)}`;
    const path = join(folder, `${i}.dcm`);
    writeFileSync(path, receivedSlice(i % perSeries, { series, size: SIDE }).bytes);
    return path;
  });
  return [spectrum, ...slices];
}

interface Received {
  readonly seconds: number;
  /** Of the receiving process. [MB] */
  readonly memory: {
    readonly atStart: number;
    readonly after100: number;
    readonly afterAll: number;
    readonly peak: number;
  };
}

/** Sends the files in one association, and looks at the receiver meanwhile. */
async function send(files: readonly string[], port: number, pid: number): Promise<Received> {
  const atStart = memoryMB(pid).now;
  const began = performance.now();
  const child = spawn('storescu', ['-v', '-aet', 'SENDER', '-aec', 'LINESHAPE', '127.0.0.1', String(port), ...files]);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let [stored, after100] = [0, 0];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      stored += text.toString().split('(Success)').length - 1;
      if (stored >= 100 && after100 === 0) after100 = memoryMB(pid).now;
    });
  }
  const code = await ended;
  const seconds = (performance.now() - began) / 1000;
  if (code !== 0 || stored !== files.length)
    throw new Error(`Only ${stored} of ${files.length} instances were stored.`);
  const { now, peak } = memoryMB(pid);
  return { seconds, memory: { atStart, after100, afterAll: now, peak } };
}

function startServer(db: string, port: number): { child: ChildProcess; output: () => string } {
  const args = [PROGRAM, 'dicom', 'serve', '--db', db, '--port', String(port), '--allow', 'SENDER', '--json'];
  const child = spawn(process.execPath, [...args, '--quiet-s', String(QUIET_S)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout?.on('data', (text: Buffer) => (output += text.toString()));
  return { child, output: () => output };
}

const rounded = (value: number): number => Number(value.toFixed(1));

/** The benchmark; `lineshape bench dicom` calls it from dist/bench. */
export async function run(_options: unknown, args: readonly string[]): Promise<JsonObject> {
  const count = Number(args[0] ?? INSTANCES);
  const folder = mkdtempSync(join(tmpdir(), 'lineshape-dicom-'));
  try {
    const files = writeInstances(join(folder, 'files'), count);
    const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
    const [db, port] = [join(folder, 'studies.db'), await freePort()];
    const { child, output } = startServer(db, port);
    await until(() => answers(port));
    const pid = child.pid ?? 0;
    const received = await send(files, port, pid);
    const released = performance.now();
    await until(() => output().includes('"event":"imported"'));
    const importS = (performance.now() - released) / 1000 - QUIET_S;
    const { peak: peakOfImport, now: afterImport } = memoryMB(pid);
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    await ended;
    return {
      ...{ benchmark: 'dicom', instances: files.length, megabytes: Math.round(bytes / MB) },
      receiving: {
        seconds: rounded(received.seconds),
        instancesPerS: rounded(files.length / received.seconds),
        megabytesPerS: rounded(bytes / MB / received.seconds),
        memoryMB: received.memory,
      },
      importing: { seconds: rounded(importS), peakMB: peakOfImport, afterMB: afterImport },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
