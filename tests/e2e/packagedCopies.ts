// Copies of the package under test, to change a file in: all others are linked, as they are large.
import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { appCommand, packagedProgram } from './launch.ts';

/** The package's folder. */
export const packageFolder = (): string => path.dirname(packagedProgram());

/** @returns the program of a copy in `folder` */
export async function copyOfPackage(folder: string): Promise<string> {
  const from = packageFolder();
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    const target = path.join(folder, path.relative(from, file));
    await mkdir(path.dirname(target), { recursive: true });
    await link(file, target);
  }
  return path.join(folder, path.basename(packagedProgram()));
}

/**
 * Changes one byte of a file; one that is linked is replaced, so that its other names keep the content.
 * @param at the byte's place; or what gives it
 * @returns puts the file back as it was
 */
export async function changeByte(file: string, at: (bytes: Buffer) => number): Promise<() => Promise<void>> {
  const whole = await readFile(file);
  const changed = Buffer.from(whole);
  const place = at(changed);
  changed[place] = (changed[place] as number) ^ 1;
  const write = async (bytes: Buffer): Promise<void> => {
    await rm(file);
    await writeFile(file, bytes, { mode: 0o755 });
  };
  await write(changed);
  return () => write(whole);
}

const LIMIT_MS = 60_000;

/**
 * Starts a package without a driver and waits for its end.
 * @param done ends it once it has said this; without it the program is to end by itself
 */
export async function runOf(
  program: string,
  userData: string,
  options: { readonly args?: readonly string[]; readonly done?: RegExp } = {},
): Promise<{ readonly code: number | null; readonly said: string }> {
  const { executable, args } = appCommand(options.args, { packagedProgram: program });
  const env = { ...process.env, LINESHAPE_USER_DATA: userData, LINESHAPE_NO_DIALOGS: '1', LINESHAPE_TIMING: '1' };
  const child = spawn(executable, args, { env });
  let said = '';
  const listen = (chunk: Buffer): void => {
    said += chunk.toString();
    if (options.done?.test(said)) child.kill('SIGTERM');
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const code = await new Promise<number | null>((resolve) => child.on('exit', resolve));
  clearTimeout(timer);
  return { code, said };
}
