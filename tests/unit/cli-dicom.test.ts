// lineshape dicom as a user types it: settings, a receiver that is killed, and the way of a study from an archive through a
// rule's report back to it.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMrs, writeDicomMrs } from '../../src/core/formats/index.ts';
import { defaultRecipeFor, runPreprocessing } from '../../src/core/pipeline/index.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import { newDicomUid } from '../../src/node/files/reportDicom.ts';
import { findKey, openProtected } from '../../src/node/study-db/openProtected.ts';
import { NEVER_CANCELLED } from '../../src/node/workers/cancellation.ts';
import { bundleCli } from '../fixtures/bundleCli.ts';
import type { CliBundle } from '../fixtures/bundleCli.ts';
import { HAS_DCMTK, runTool } from '../fixtures/dcmtk.ts';
import { freePorts, listens, until } from '../fixtures/loopback.ts';
import { HAS_ORTHANC, startOrthanc } from '../fixtures/orthanc.ts';
import type { MadeInstance } from '../fixtures/receivedInstances.ts';
import { receivedSlice, receivedSpectrum } from '../fixtures/receivedInstances.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

const folder = makeTempFolder();
let cli: CliBundle;
let serial = 0;

beforeAll(async () => {
  cli = await bundleCli();
});
afterAll(() => {
  cli.remove();
  rmSync(folder, { recursive: true });
});

const database = (): string => join(folder, `studies${serial++}.db`);
const dicom = (...args: string[]): ReturnType<CliBundle['run']> => cli.run(['dicom', ...args]);

async function json<T>(...args: string[]): Promise<T> {
  const { stdout, stderr, code } = await dicom(...args, '--json');
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  return JSON.parse(stdout) as T;
}

/** The database of a command that has ended, by the key that lies beside it. */
async function openStore(db: string): Promise<StudyStore> {
  const now = (): string => new Date().toISOString();
  const access = { keychain: null, givenPassphrase: null, passphrase: () => Promise.resolve(null), now };
  return openProtected(db, await findKey(db, access, false), { now });
}

function filesOf(instances: readonly MadeInstance[]): string[] {
  const sent = join(folder, `sent${serial++}`);
  mkdirSync(sent);
  return instances.map(({ bytes }, i) => {
    const path = join(sent, `${String(i).padStart(4, '0')}.dcm`);
    writeFileSync(path, bytes);
    return path;
  });
}

interface Serving {
  readonly child: ChildProcess;
  readonly lines: () => string[];
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>;
}

/** `dicom serve` in a process of its own; it listens when this returns. */
async function serve(db: string, port: number, ...args: string[]): Promise<Serving> {
  const all = ['dicom', 'serve', '--db', db, '--port', String(port), '--json', ...args];
  const child = spawn(process.execPath, [cli.program, ...all], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [output, complaints] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr.on('data', (text: Buffer) => (complaints += text.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  await until(`serve listening: ${complaints}`, () => {
    if (child.exitCode !== null) throw new Error(complaints);
    return listens(port);
  });
  return {
    child,
    lines: () => output.split('\n').filter((line) => line !== ''),
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

describe('lineshape dicom settings and node', () => {
  it('set up a machine without a window, and show it without a password', async () => {
    const db = database();
    const changed = await json('settings', '--db', db, '--aet', 'MRS1', '--port', '11113', '--allow', 'SCANNER@10.0.0.1', '--allow', 'PACS', '--receive', 'on', '--quiet-s', '2'); // prettier-ignore
    expect(changed).toMatchObject({ aeTitle: 'MRS1', port: 11113, isReceiving: true, quietForS: 2 });
    process.env['LINESHAPE_DICOM_PASSWORD'] = 'a secret word';
    const added = await dicom('node', 'add', 'Archive', '--db', db, '--peer', 'https://pacs.example.org/dicom-web', '--user', 'reader'); // prettier-ignore
    delete process.env['LINESHAPE_DICOM_PASSWORD'];
    expect(added.code).toBe(0);
    expect((await dicom('node', 'add', 'Second', '--db', db, '--peer', 'PACS2@10.0.0.2:104', '--worklist')).code).toBe(
      0,
    );
    const { nodes } = await json<{ nodes: readonly { name: string; fetchBy: string }[] }>('node', 'list', '--db', db);
    expect(nodes).toMatchObject([
      { name: 'Archive', fetchBy: 'wado-rs', sendBy: 'stow-rs', dimse: null },
      { name: 'Second', fetchBy: 'c-get', isWorklist: true, web: null },
    ]);
    expect(JSON.stringify(nodes)).not.toContain('a secret word');
    const rules = join(folder, 'rules.json');
    const rule = {
      ...{ name: 'Short echo', when: { echoTimeToMs: 40, sequenceContains: 'press' } },
      ...{ quantify: { method: 'auto' }, send: { to: ['Archive'], what: ['structured-report'] } },
    };
    writeFileSync(rules, JSON.stringify([rule]));
    const withRules = await json<{ rules: readonly unknown[] }>('settings', '--db', db, '--rules', rules);
    expect(withRules.rules).toMatchObject([{ name: 'Short echo', isOn: true, when: { echoTimeToS: 0.04 } }]);
    expect((await dicom('settings', '--db', db)).stdout).toContain(
      'Rule "Short echo": quantifies, sends structured-report',
    );
    expect((await dicom('node', 'remove', 'Second', '--db', db)).stdout).toBe('Second was removed.\n');
  });

  it.each([
    [['settings', '--aet', 'MUCH TOO LONG AE TITLE'], /1 to 16 plain characters/],
    [['settings', '--allow', 'A@nowhere'], /AET or AET@ADDRESS with an IP address/],
    [['node', 'add', 'X', '--peer', 'nonsense'], /--peer takes AET@HOST:PORT/],
    [['node', 'remove', 'X'], /There is no DICOM node "X"/],
    [['serve', '--port', '0'], /have to know the port/],
    [['send', '--peer', 'A@localhost:1'], /Name DICOM files, or a --study/],
    [['get', '1.2.3', '--peer', 'nobody'], /There is no DICOM node "nobody"/],
  ])('%j is refused in one sentence', async (args, words) => {
    const db = database();
    await dicom('settings', '--db', db, '--quiet-s', '5');
    const { code, stdout, stderr } = await dicom(...args, '--db', db);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(words);
  });

  it('says which part of a rule is wrong', async () => {
    const [db, rules] = [database(), join(folder, 'wrong.json')];
    for (const [rule, words] of [
      [{ name: 'A', when: { echoTime: 30 } }, /rule 1 can't be used: "echoTime" is not known/],
      [{ name: 'A', send: { to: [], what: [] } }, /quantifies first/],
      [{ name: 'A', quantify: {}, send: { to: ['X'], what: ['report-pdf'] } }, /there is no DICOM node "X"/],
    ] as const) {
      writeFileSync(rules, JSON.stringify([rule]));
      const { code, stderr } = await dicom('settings', '--db', db, '--rules', rules);
      expect([code, stderr]).toEqual([2, expect.stringMatching(words)]);
    }
  });

  it('says in words where nobody answers', async () => {
    const [port] = (await freePorts(1)) as [number];
    const { code, stdout } = await dicom('echo', '--peer', `PACS@127.0.0.1:${port}`, '--json');
    expect(code).not.toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'NETWORK_FAILED' } });
  });
});

interface Sending {
  readonly output: () => string;
  readonly ended: Promise<number | null>;
}

/** `storescu` whose output can be read while it runs. */
function startSending(aeTitle: string, port: number, files: readonly string[]): Sending {
  const child = spawn('storescu', ['-v', '-aet', aeTitle, '-aec', 'LINESHAPE', '127.0.0.1', String(port), ...files]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
  return { output: () => output, ended: new Promise((resolve) => child.once('close', resolve)) };
}

/** UIDs of what a `storescu -v` was told is stored. */
function acknowledged(output: string, instances: readonly MadeInstance[], files: readonly string[]): string[] {
  const sent = output.split(/I: Sending file: /).slice(1);
  return sent.flatMap((part) => {
    const at = files.findIndex((file) => part.startsWith(file));
    return part.includes('Received Store Response (Success)') ? (instances[at]?.sopInstanceUid ?? []) : [];
  });
}

describe.skipIf(!HAS_DCMTK)('lineshape dicom serve (skipped where dcmtk is not installed)', () => {
  it('killed in the middle of 200 instances of two senders, has every acknowledged one whole, and takes the rest later', async () => {
    const db = database();
    const [port] = (await freePorts(1)) as [number];
    const senders = ['2.25.7201', '2.25.7202'].map((study) => {
      const slices = Array.from({ length: 99 }, (_, i) => receivedSlice(i, { study, series: `${study}.2`, size: 128 }));
      return [receivedSpectrum(1, { study, series: `${study}.1` }), ...slices];
    });
    const files = senders.map(filesOf);
    const send = (i: number): Sending => startSending(`SENDER${i}`, port, files[i]!);
    const options = ['--allow', 'SENDER0', '--allow', 'SENDER1', '--quiet-s'];
    const first = await serve(db, port, ...options, '600');
    const runs = [send(0), send(1)];
    const successes = (): number =>
      runs.map(({ output }) => output().split('(Success)').length - 1).reduce((a, b) => a + b);
    await until('some acknowledged', () => successes() >= 40);
    await first.end('SIGKILL');
    await Promise.all(runs.map(({ ended }) => ended));
    const outputs = runs.map(({ output }) => output());
    const told = senders.flatMap((instances, i) => acknowledged(outputs[i]!, instances, files[i]!));
    expect(told.length).toBeGreaterThan(0);
    expect(told.length).toBeLessThan(200);
    const store = await openStore(db);
    const waiting = store.waitingStudies().flatMap(({ instances }) => instances);
    const kept = new Set(waiting.map(({ sopInstanceUid }) => sopInstanceUid));
    expect(told.filter((uid) => !kept.has(uid))).toEqual([]);
    const sizes = waiting.map(({ id }) => store.readWaiting(id).length);
    expect(sizes).toEqual(waiting.map(({ sizeBytes }) => sizeBytes));
    store.close();
    const second = await serve(db, port, ...options, '1');
    expect(await Promise.all([send(0).ended, send(1).ended])).toEqual([0, 0]);
    await until('both studies', () => second.lines().filter((line) => line.includes('"imported"')).length >= 2);
    expect(await second.end('SIGTERM')).toBe(0);
    const after = await openStore(db);
    expect(after.waitingCount()).toBe(0);
    expect(after.listStudies().map(({ id }) => after.listDatasets(id).at(-1)?.description.grid)).toEqual([
      [128, 128, 99],
      [128, 128, 99],
    ]);
    after.close();
    expect(second.lines().join('\n')).not.toMatch(/Test|T-1/);
  });
});

const DEMO = join(import.meta.dirname, '../../resources/demo');
const STUDY = '2.25.7300';

/** The demo's voxel, combined and averaged, as a scanner would send it. */
async function demoSpectrum(): Promise<Uint8Array> {
  const read = (name: string): ReturnType<typeof readMrs> =>
    readMrs([{ name, bytes: new Uint8Array(readFileSync(join(DEMO, name))) }]);
  const scan = read('svs_press_te30.nii.gz');
  const stamp = { program: 'test', version: '0', now: () => '2026-01-01T00:00:00Z' };
  const context = { stamp, cancellation: NEVER_CANCELLED, onProgress: () => undefined };
  const { dataset } = await runPreprocessing(scan, read('svs_water.nii.gz'), defaultRecipeFor(scan), context);
  const header = { ...dataset.header, StudyInstanceUID: { Value: STUDY, Description: '' } };
  const patient = { ...dataset.patient, id: 'DEMO-7', name: 'Demo^Synthetic' };
  return writeDicomMrs({ ...dataset, header, patient }, { uid: newDicomUid });
}

interface OrthancInstance {
  readonly MainDicomTags: { readonly SOPInstanceUID: string };
}

describe.skipIf(!HAS_DCMTK || !HAS_ORTHANC)('with an archive (skipped where dcmtk or Orthanc is not installed)', () => {
  it('finds and gets a study, and by rule quantifies what it receives and sends the report to the same study', async () => {
    const [port] = (await freePorts(1)) as [number];
    const spectrum = await demoSpectrum();
    const archive = await startOrthanc();
    try {
      const db = database();
      const peer = `${archive.aeTitle}@127.0.0.1:${archive.dicomPort}`;
      await archive.store(spectrum);
      const { studies } = await json<{ studies: readonly { studyInstanceUid: string }[] }>('find', '--peer', peer, '--patient-id', 'DEMO-7'); // prettier-ignore
      expect(studies.map(({ studyInstanceUid }) => studyInstanceUid)).toEqual([STUDY]);
      const got = await json<{ instances: number; studyIds: readonly string[] }>('get', STUDY, '--peer', peer, '--db', db); // prettier-ignore
      expect(got).toMatchObject({ instances: 1, studyIds: [expect.any(String)] });

      const second = database();
      expect((await dicom('node', 'add', 'Archive', '--db', second, '--peer', peer)).code).toBe(0);
      const rules = join(folder, 'archive-rules.json');
      const rule = { name: 'PRESS', when: { echoTimeFromMs: 25, echoTimeToMs: 35 }, quantify: { method: 'nlls' }, send: { to: ['Archive'], what: ['structured-report'] } }; // prettier-ignore
      writeFileSync(rules, JSON.stringify([rule]));
      expect((await dicom('settings', '--db', second, '--rules', rules)).code).toBe(0);
      const serving = await serve(second, port, '--allow', 'SCANNER', '--quiet-s', '0.5');
      const scan = join(folder, 'scan.dcm');
      writeFileSync(scan, spectrum);
      const to = ['-aet', 'SCANNER', '-aec', 'LINESHAPE', '127.0.0.1', String(port)];
      expect((await runTool('storescu', [...to, scan])).code).toBe(0);
      await until('the report sent', () => serving.lines().some((line) => line.includes('"state":"sent"')), 120_000);
      expect(await serving.end('SIGINT')).toBe(0);
      const said = serving.lines().map((line) => JSON.parse(line) as { event: string; message?: string | null });
      expect(said.find(({ event }) => event === 'processed')).toMatchObject({ message: null });
      expect(serving.lines().join('\n')).not.toMatch(/DEMO-7|Demo\^Synthetic/);

      const found = (await (await archive.get('/instances?expand')).json()) as readonly OrthancInstance[];
      expect(found).toHaveLength(2);
      const dumps = join(folder, 'dumps');
      mkdirSync(dumps);
      const reports: string[] = [];
      for (const { MainDicomTags } of found) {
        const path = join(dumps, `${MainDicomTags.SOPInstanceUID}.dcm`);
        writeFileSync(path, await archive.fileOf(MainDicomTags.SOPInstanceUID));
        const { output } = await runTool('dcmdump', [path]);
        if (output.includes('ComprehensiveSRStorage')) reports.push(output);
      }
      expect(reports).toHaveLength(1);
      expect(reports[0]).toContain(`[${STUDY}]`);
      expect(reports[0]).toMatch(/\(0010,0020\) LO \[DEMO-7 ?\]/);
    } finally {
      await archive.stop();
    }
  });
});
