// bench largeFiles: how much memory reading a large Siemens raw file takes, by the command line and by the app's study host,
// each step in a process of its own. Writes a file of about a gigabyte and two databases to the temporary folder. Needs a
// whole build. Prints one JSON document.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { JsonObject } from '../src/core/domain/json.ts';
import type { FromHost, HostStart } from '../src/main/hostMessages.ts';
import { writeLargeTwix } from '../tests/fixtures/largeTwix.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Readouts of 1.05 MB. */
const READOUTS = 1000;
/** Tells a child process that it is the app's study host. */
const HOST_VARIABLE = 'LINESHAPE_BENCH_HOST';
const RSS_VARIABLE = 'LINESHAPE_BENCH_RSS';
const MB = 1e6;
/** The database is encrypted, as the app's is. */
const DATABASE_KEY = '5a'.repeat(32);

interface Measured {
  readonly seconds: number;
  readonly peakBytes: number;
}

/** Runs Node to its end; a module loaded before the program says at the end how much memory it took. */
async function measured(folder: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Measured> {
  const watch = join(folder, 'watch.mjs');
  const answer = join(folder, 'rss.txt');
  const code = `import { isMainThread } from 'node:worker_threads';
    import { writeFileSync } from 'node:fs';
    if (isMainThread) process.on('exit', () =>
      writeFileSync(process.env.${RSS_VARIABLE}, String(process.resourceUsage().maxRSS)));`;
  writeFileSync(watch, code);
  const began = performance.now();
  const child = spawn(process.execPath, ['--import', pathToFileURL(watch).href, ...args], {
    env: { ...process.env, ...env, [RSS_VARIABLE]: answer },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exit = await new Promise<number | null>((resolve) => child.on('exit', resolve));
  if (exit !== 0) throw new Error(`${args.join(' ')} ended with ${exit}.`);
  return { seconds: (performance.now() - began) / 1000, peakBytes: 1024 * Number(readFileSync(answer, 'utf8')) };
}

/** The app's study host without a window: requests by name, as the page asks them. */
async function asHost(database: string, scan: string): Promise<void> {
  const start: HostStart = {
    database,
    databaseKey: DATABASE_KEY,
    resources: join(ROOT, 'resources'),
    manifest: null,
    userBases: join(ROOT, 'no-bases'),
    workers: join(ROOT, 'dist', 'workers'),
    appVersion: '0',
  };
  const worker = new Worker(join(ROOT, 'dist', 'main', 'studyHost.worker.js'), { workerData: start });
  const next = (id: number): Promise<never> =>
    new Promise((resolve, reject) => {
      const listen = (message: FromHost): void => {
        if (message.kind === 'refusal' || message.kind === 'unusable') reject(new Error(message.error.message));
        if (message.kind === 'ready' ? id === 0 : message.kind === 'answer' && message.id === id) {
          worker.off('message', listen);
          resolve((message.kind === 'answer' ? message.value : null) as never);
        }
      };
      worker.on('message', listen);
    });
  let id = 0;
  const ask = (name: string, request: unknown): Promise<unknown> => {
    const answer = next(++id);
    worker.postMessage({ id, name, request });
    return answer;
  };
  await next(0);
  if (scan !== '') {
    await ask('import:inspect-paths', { token: 'bench', paths: [scan] });
    const choices = { roles: {}, deidentify: false };
    const imported = (await ask('import:commit', { token: 'bench', choices })) as { studies: { studyId: string }[] };
    const studyId = imported.studies[0]?.studyId;
    const { datasets } = (await ask('study:open', { studyId })) as { datasets: { id: string }[] };
    const view = { datasetId: datasets[0]?.id, waterDatasetId: null, stage: 'raw', voxel: 0, coil: 0, transient: 0 };
    await ask('dataset:signal', view);
  }
  await ask('host:close', null);
  await worker.terminate();
}

/** The benchmark; `lineshape bench largeFiles` calls it from dist/bench. */
export async function run(): Promise<JsonObject> {
  const host = process.env[HOST_VARIABLE];
  if (host !== undefined) {
    const [database = '', scan = ''] = JSON.parse(host) as string[];
    await asHost(database, scan);
    return {};
  }
  const folder = mkdtempSync(join(tmpdir(), 'lineshape-large-'));
  try {
    const scan = join(folder, 'meas_large.dat');
    const size = writeLargeTwix(scan, READOUTS);
    const program = join(ROOT, 'bin', 'lineshape.mjs');
    const cli = (...args: string[]): Promise<Measured> => measured(folder, [program, ...args]);
    const app = (...given: string[]): Promise<Measured> =>
      measured(folder, [program, 'bench', 'largeFiles'], { [HOST_VARIABLE]: JSON.stringify(given) });
    const report = ({ seconds, peakBytes }: Measured, empty: Measured): JsonObject => ({
      seconds: Number(seconds.toFixed(1)),
      peakMB: Math.round(peakBytes / MB),
      timesFile: Number((peakBytes / size).toFixed(2)),
      timesFileLessEmptyProgram: Number(((peakBytes - empty.peakBytes) / size).toFixed(2)),
    });
    const emptyCli = await cli('--version');
    const emptyApp = await app(join(folder, 'empty.db'));
    return {
      benchmark: 'largeFiles',
      fileMB: Math.round(size / MB),
      emptyProgramMB: { cli: Math.round(emptyCli.peakBytes / MB), app: Math.round(emptyApp.peakBytes / MB) },
      info: report(await cli('info', scan), emptyCli),
      studyImport: report(await cli('study', 'import', '--db', join(folder, 'cli.db'), scan), emptyCli),
      appImportAndOpen: report(await app(join(folder, 'app.db'), scan), emptyApp),
      convertNii: report(await cli('convert', scan, join(folder, 'scan.nii')), emptyCli),
      convertNiiGz: report(await cli('convert', scan, join(folder, 'scan.nii.gz')), emptyCli),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
