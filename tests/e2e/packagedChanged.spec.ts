// One changed byte in the package, wherever it is: refused in one sentence, before what was changed is used.
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { extractFile } from '@electron/asar';
import { fitByKey, openDemo } from './demo.ts';
import { expect, test } from './launch.ts';
import { changeByte, copyOfPackage, runOf } from './packagedCopies.ts';

const BASIS = 'lineshape-3t-press-te30-123mhz';
const MODEL = 'dsr';
const middle = (bytes: Buffer): number => Math.floor(bytes.length / 2);
const refusalOf = (place: string): RegExp =>
  new RegExp(
    `^The file ${place} is not the one that came with this Lineshape: .*; please install the program again\\.$`,
    'm',
  );

let program = '';
let resources = '';

test.beforeAll(async ({}, info) => {
  const folder = path.join(info.project.outputDir, 'changed-package');
  await rm(folder, { recursive: true, force: true });
  program = await copyOfPackage(folder);
  resources = path.join(folder, 'resources');
});

/** Which byte of the archive belongs to one of its files. @param at place within that file */
async function inArchive(file: string, at: (text: Buffer) => number): Promise<(archive: Buffer) => number> {
  const content = extractFile(path.join(resources, 'app.asar'), file);
  return (archive) => {
    const start = archive.indexOf(content);
    if (start < 0 || at(content) < 0) throw new Error(`${file} was not found in the archive.`);
    return start + at(content);
  };
}

/** What the changed program says at its start. */
async function startOf(userData: string): Promise<string> {
  const { code, said } = await runOf(program, userData);
  expect(code, said).toBe(1);
  return said;
}

for (const [what, place] of [
  ['study host', 'dist/main/studyHost.worker.js'],
  ['thread that fits', 'dist/workers/task.worker.js'],
  ['thread of the networks', 'dist/workers/inference.worker.js'],
  ['thread of the sockets', 'dist/workers/dicomNetwork.worker.js'],
  ['database’s library', 'node_modules/@libsql/linux-x64-gnu/index.node'],
  ['script that loads a library', 'node_modules/onnxruntime-node/dist/binding.js'],
  ['command line', 'dist/cli/lineshape.js'],
] as const)
  test(`of the ${what}: the program does not start`, async ({ userDataFolder }) => {
    const restore = await changeByte(path.join(resources, 'app.asar.unpacked', ...place.split('/')), middle);
    try {
      expect(await startOf(userDataFolder)).toMatch(refusalOf(place));
    } finally {
      await restore();
    }
  });

test('of the archive, wherever its content is: the program does not start', async ({ userDataFolder }) => {
  const archive = path.join(resources, 'app.asar');
  const page = (await readFile(archive, 'latin1')).match(/niivue-[\w-]+\.js/)?.[0] ?? '';
  const places: readonly [string, (text: Buffer) => number][] = [
    [`dist/renderer/assets/${page}`, middle],
    ['dist/preload/preload.cjs', middle],
    ['dist/main/main.js', (text) => text.indexOf('// src/main/main.ts')],
    ['dist/main/start.js', (text) => text.indexOf('// src/main/start.ts') + 5],
    ['dist/renderer/index.html', middle],
  ];
  for (const [file, at] of places) {
    const restore = await changeByte(archive, await inArchive(file, at));
    expect(await startOf(userDataFolder), file).toMatch(refusalOf(file));
    await restore();
  }
});

test('of the archive’s header: the program does not start', async ({ userDataFolder }) => {
  const archive = path.join(resources, 'app.asar');
  // A digit of the hash of a file that nobody would miss.
  const ofHash = (bytes: Buffer): number => bytes.indexOf('"hash":"', bytes.indexOf('"LICENSE"')) + 8;
  const restore = await changeByte(archive, ofHash);
  expect(await startOf(userDataFolder)).toMatch(refusalOf('\\S*LICENSE'));
  await restore();
});

test('a file put beside the program’s own: the program does not start', async ({ userDataFolder }) => {
  const folder = path.join(resources, 'app.asar.unpacked', 'dist', 'node_modules', 'libsql');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'index.js'), 'process.exit(7);');
  expect(await startOf(userDataFolder)).toMatch(
    /^The file dist\/node_modules\/libsql\/index\.js beside the program did not come with this Lineshape and is not used; .*\.$/m,
  );
  await rm(path.dirname(folder), { recursive: true });
});

/** Asks a channel from inside the page. @returns the answer's value, or the sentence of its refusal */
function ask(page: Page, channel: string, request: unknown): Promise<unknown> {
  return page.evaluate(
    async ({ name, payload }) => {
      type Call = Record<string, (request: unknown) => Promise<{ ok: boolean; value?: unknown; error?: Error }>>;
      const { call } = (window as unknown as { lineshape: { call: Call } }).lineshape;
      const answer = await call[name]?.(payload);
      return answer?.ok ? answer.value : answer?.error?.message;
    },
    { name: channel, payload: request },
  );
}

interface Verdict {
  readonly id: string;
  readonly ok: boolean;
  readonly reason: string | null;
}

/** Every network, checked and run once. */
async function verdicts(page: Page): Promise<readonly Verdict[]> {
  const answer = await ask(page, 'models:verify', { token: randomUUID() });
  const all = (answer as { verdicts: readonly Verdict[] }).verdicts;
  expect(all.length).toBeGreaterThan(30);
  return all;
}

test('of a basis set or a network: that one is refused, the others are used', async ({ launchApp }) => {
  const basis = `basis/${BASIS}.nii.gz`;
  const model = `models/${MODEL}.onnx`;
  const restore = [
    await changeByte(path.join(resources, 'resources', basis), middle),
    await changeByte(path.join(resources, 'resources', model), middle),
  ];
  const { window: page } = await launchApp({ packagedProgram: program });
  expect(await ask(page, 'basis:spectra', { basisId: BASIS })).toMatch(refusalOf(basis));
  expect(await ask(page, 'basis:spectra', { basisId: 'lineshape-3t-press-te35-123mhz' })).toBeInstanceOf(Object);
  const refused = (await verdicts(page)).filter(({ ok }) => !ok);
  const sentence = expect.stringMatching(/^The network file dsr\.onnx is not the one its card describes: .*\.$/);
  expect(refused.map(({ id, reason }) => [id, reason])).toEqual([[MODEL, sentence]]);
  for (const one of restore) await one();
});

test('of the networks’ library: studies are read and fitted, no network is run', async ({ launchApp }) => {
  const place = 'node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1';
  const restore = await changeByte(path.join(resources, 'app.asar.unpacked', ...place.split('/')), middle);
  const { window: page } = await launchApp({ packagedProgram: program });
  await openDemo(page);
  await fitByKey(page);
  const sentence = expect.stringMatching(refusalOf(place));
  for (const { id, ok, reason } of await verdicts(page)) expect([id, ok, reason]).toEqual([id, false, sentence]);
  await restore();
});

test('of the study database: nothing is written to it', async ({ launchApp, userDataFolder }) => {
  const app = await launchApp({ packagedProgram: program });
  await openDemo(app.window);
  await app.close();
  // The head of the fourth page, an index: the cipher garbles 16 bytes there.
  const restore = await changeByte(path.join(userDataFolder, 'lineshape.db'), () => 3 * 16_384 + 1);
  expect(await startOf(userDataFolder)).toMatch(
    /^The study database lineshape\.db (is damaged|can't be used: it is damaged) .*\.$/m,
  );
  await restore();
});
