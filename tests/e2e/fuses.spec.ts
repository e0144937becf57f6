// The fuses of a packaged app, set on a copy of the program file at hand and read back from it; and that they hold.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { packagedFuses, readFuses, setFuses } from '../../scripts/fuses.mjs';
import { expect, test } from './launch.ts';

const ORIGINAL = process.env['LINESHAPE_ELECTRON'] as string;
let folder = '';
let program = '';

test.beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'lineshape-fuses-'));
  const [from, name] = [path.dirname(ORIGINAL), path.basename(ORIGINAL)];
  program = path.join(folder, name);
  for (const entry of await readdir(from))
    if (entry !== name) await symlink(path.join(from, entry), path.join(folder, entry));
  await copyFile(ORIGINAL, program);
});
test.afterAll(() => rm(folder, { recursive: true, force: true }));

/** Whether the program, asked to be a plain Node, writes a file. */
async function runsAsNode(executable: string, marker: string): Promise<boolean> {
  const script = `require('node:fs').writeFileSync(${JSON.stringify(marker)}, '')`;
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1', LINESHAPE_NO_DIALOGS: '1' };
  const child = spawn(executable, ['-e', script], { env, cwd: folder, stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  const timer = setTimeout(() => child.kill('SIGKILL'), 4000);
  await ended;
  clearTimeout(timer);
  return existsSync(marker);
}

test('are set, read back, and keep the program from being a plain Node', async () => {
  const before = await readFuses(program);
  expect(before['RunAsNode']).toBe(true);
  expect(await runsAsNode(program, path.join(folder, 'before'))).toBe(true);

  await setFuses(program, packagedFuses(process.platform));
  expect(await readFuses(program)).toEqual({
    RunAsNode: false,
    EnableCookieEncryption: true,
    EnableNodeOptionsEnvironmentVariable: false,
    EnableNodeCliInspectArguments: false,
    EnableEmbeddedAsarIntegrityValidation: process.platform !== 'linux',
    OnlyLoadAppFromAsar: true,
    LoadBrowserProcessSpecificV8Snapshot: false,
    GrantFileProtocolExtraPrivileges: false,
  });
  expect(await runsAsNode(program, path.join(folder, 'after'))).toBe(false);
});

test('differ in the debugger alone where the app is to be driven by tests', () => {
  for (const platform of ['linux', 'win32', 'darwin'] as const) {
    const released = packagedFuses(platform);
    expect(packagedFuses(platform, { inspect: true })).toEqual({ ...released, EnableNodeCliInspectArguments: true });
    expect(released['EnableEmbeddedAsarIntegrityValidation']).toBe(platform !== 'linux');
  }
});
