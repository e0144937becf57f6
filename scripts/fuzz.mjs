// Coverage-guided fuzzing of everything that takes files, settings or requests: `npm run fuzz -- [minutes] [options]`.
//   minutes                of fuzzing over all targets together, 30 where not given
//   --targets=a,b          these only
//   --seed=N               another sequence of cases
//   --executions=N         as many cases a target instead of minutes; with --fresh repeatable to the last case
//   --fresh                nothing is kept, and nothing of earlier runs is taken
//   --processes=N          targets at a time, 2 where not given
//   --replay=FILE          one found case, on the target whose name the file's begins with
// Cases that reached something new are kept in the user's cache folder, as they may come from public scans; faults are written
// to test-artefacts/fuzz. Prints one JSON document.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { build as buildProgram } from './build.mjs';
import { REPO_ROOT, runMain, SetUpError } from './commands.mjs';
import { cacheFolder } from './electronRuntime.mjs';
import { buildFuzzTargets } from './fuzzBuild.mjs';

const FOLDER = path.join(REPO_ROOT, 'dist', 'fuzz');
const FINDINGS = path.join(REPO_ROOT, 'test-artefacts', 'fuzz');
const DATA = process.env.LINESHAPE_DATA ?? path.resolve(REPO_ROOT, '../shared/data');
/** A case that takes this long is ended with its process; long enough for the first request, which makes a database and a fit. */
const HANG_S = 120;
/** Of the head of the file that holds the case that runs; see tests/fuzz/fuzzProcess.ts. */
const HEAD_BYTES = 16;
/** What V8 may hold: a case that needs more ends its process, and is found. [MiB] */
const HEAP_MIB = 3072;

const onMessage = (line) => console.error(line);

function readArguments(args) {
  const flag = (name) => args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  const number = (name, otherwise) => {
    const value = Number(flag(name) ?? otherwise);
    if (!(value > 0)) throw new SetUpError(`--${name} takes a number above 0.`);
    return value;
  };
  const minutes = Number(args.find((arg) => !arg.startsWith('--')) ?? 30);
  if (!(minutes > 0)) throw new SetUpError('The fuzzing time is a number of minutes, such as 30.');
  return {
    minutes,
    targets: flag('targets')?.split(',') ?? null,
    seed: number('seed', 1),
    executions: flag('executions') === undefined ? null : number('executions', 1),
    processes: number('processes', 2),
    fresh: args.includes('--fresh'),
    replay: flag('replay') ?? null,
  };
}

/** The case that a process was at when it ended, or null where it had not begun. */
async function caseUnderWay(file) {
  const content = await readFile(file).catch(() => Buffer.alloc(0));
  if (content.length < HEAD_BYTES) return null;
  const length = content.readUInt32LE(8);
  return { serial: content.readUInt32LE(0), encoded: content.subarray(HEAD_BYTES, HEAD_BYTES + length) };
}

async function storeAbort(target, kind, underWay, words) {
  await mkdir(FINDINGS, { recursive: true });
  const hash = createHash('sha256')
    .update(underWay?.encoded ?? '')
    .digest('hex')
    .slice(0, 10);
  const name = path.join(FINDINGS, `${target}-${kind}-${hash}`);
  if (underWay !== null) await writeFile(`${name}.case`, underWay.encoded);
  await writeFile(`${name}.txt`, `${kind}\n${words}\n`);
  onMessage(`${target}: ${kind}`);
}

/** Runs one process to its end, or ends it where one case takes too long. */
function startProcess(order) {
  return new Promise((resolve) => {
    const program = path.join(FOLDER, 'fuzzProcess.js');
    const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MIB}`, program, JSON.stringify(order)], {
      cwd: path.dirname(order.current),
      env: { ...process.env, LINESHAPE_DATA: existsSync(DATA) ? DATA : '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => {
      errors = (errors + chunk).slice(-8000);
      if (order.verbose) process.stderr.write(chunk);
    });
    let last = { serial: 0, since: Date.now() };
    let hangs = false;
    const watch = setInterval(async () => {
      const serial = (await caseUnderWay(order.current))?.serial ?? 0;
      if (serial !== last.serial || serial === 0) last = { serial, since: Date.now() };
      else if (Date.now() - last.since > HANG_S * 1000) {
        hangs = true;
        child.kill('SIGKILL');
      }
    }, 1000);
    child.on('close', (code, signal) => {
      clearInterval(watch);
      resolve({ code, signal, hangs, output, errors });
    });
  });
}

const lastLine = (text) => text.trim().split('\n').at(-1) ?? '';

/** Fuzzes one target; where a case ends the process, the next process goes on with another seed. */
async function fuzzTarget(name, options, seconds) {
  const scratch = await mkdtemp(path.join(os.tmpdir(), `lineshape-fuzz-${name}-`));
  const corpus = options.fresh ? null : path.join(cacheFolder(), 'fuzz', name);
  let aborts = 0;
  let left = seconds;
  try {
    for (let part = 0; left > 1 && part < 20; part++) {
      const began = Date.now();
      const run = await startProcess({
        target: name,
        seed: options.seed + 1000 * part,
        seconds: options.executions === null ? left : null,
        executions: options.executions,
        corpus,
        findings: FINDINGS,
        current: path.join(scratch, 'current'),
        result: path.join(scratch, 'result.json'),
        replay: null,
      });
      left -= (Date.now() - began) / 1000;
      const result = await readFile(path.join(scratch, 'result.json'), 'utf8').catch(() => null);
      if (result !== null) return { name, aborts, result: JSON.parse(result) };
      aborts++;
      const kind = run.hangs ? 'hang' : 'abort';
      await storeAbort(
        name,
        kind,
        await caseUnderWay(path.join(scratch, 'current')),
        `${run.code} ${run.signal}\n${run.errors}`,
      );
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return { name, aborts, result: null };
}

const union = new Map();

/** Which counters were reached by any target, file by file. */
function noteReached({ files, map }) {
  const bits = Buffer.from(map, 'base64');
  let at = 0;
  for (const [file, counters] of files) {
    const held = union.get(file) ?? new Uint8Array(counters);
    for (let i = 0; i < counters; i++) held[i] |= bits[at + i];
    union.set(file, held);
    at += counters;
  }
}

/** By folder, for the folders that hold what is fuzzed. */
function reachedByFolder() {
  const folders = new Map();
  for (const [file, held] of union) {
    const reached = held.reduce((sum, bit) => sum + bit, 0);
    if (reached === 0) continue;
    const folder = file
      .split('/')
      .slice(0, file.startsWith('src/core') ? 3 : 2)
      .join('/');
    const { reached: r, counters: n } = folders.get(folder) ?? { reached: 0, counters: 0 };
    folders.set(folder, { reached: r + reached, counters: n + held.length });
  }
  return [...folders].sort().map(([folder, figures]) => ({ folder, ...figures }));
}

function rowOf({ name, aborts, result }) {
  if (result === null) return { target: name, aborts };
  const { coverage, seconds, ...figures } = result;
  noteReached(coverage);
  return { target: name, ...figures, seconds: Math.round(seconds), aborts };
}

async function replay(file) {
  const names = (await targetNames()).sort((a, b) => b.length - a.length);
  const target = names.find((name) => path.basename(file).startsWith(`${name}-`));
  if (target === undefined) throw new SetUpError(`No target has the name that ${path.basename(file)} begins with.`);
  const scratch = await mkdtemp(path.join(os.tmpdir(), 'lineshape-fuzz-'));
  const run = await startProcess({ target, replay: path.resolve(file), current: path.join(scratch, 'current') });
  await rm(scratch, { recursive: true, force: true });
  console.log(run.code === 0 ? lastLine(run.output) : `${run.code} ${run.signal}\n${run.errors}`);
}

async function targetNames() {
  return JSON.parse(await readFile(path.join(FOLDER, 'names.json'), 'utf8'));
}

await runMain(async () => {
  const options = readArguments(process.argv.slice(2));
  await buildProgram({ only: 'all', onMessage });
  await buildFuzzTargets(FOLDER);
  if (options.replay !== null) return replay(options.replay);
  const names = options.targets ?? (await targetNames());
  await rm(FINDINGS, { recursive: true, force: true });
  const seconds = options.executions === null ? (options.minutes * 60) / names.length : Infinity;
  const waiting = [...names];
  const rows = [];
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      rows.push(rowOf(await fuzzTarget(name, options, seconds)));
      onMessage(JSON.stringify(rows.at(-1)));
    }
  };
  await Promise.all(Array.from({ length: options.processes }, work));
  const sum = (key) => rows.reduce((total, row) => total + (row[key] ?? 0), 0);
  const document = {
    benchmark: 'fuzz',
    seed: options.seed,
    minutes: Number((sum('seconds') / 60).toFixed(1)),
    executions: sum('executions'),
    findings: sum('findings'),
    aborts: sum('aborts'),
    rows: rows.sort((a, b) => names.indexOf(a.target) - names.indexOf(b.target)),
    reached: reachedByFolder(),
  };
  console.log(JSON.stringify(document, null, 1));
  if (document.findings + document.aborts > 0) process.exitCode = 1;
});
