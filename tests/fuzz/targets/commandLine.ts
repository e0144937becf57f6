// The command line: the built program itself, with arguments that nobody would type, over small files; a process a case.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../../src/core/domain/errors.ts';
import { findResources } from '../../../src/node/files/resourcePaths.ts';
import { NIFTI } from '../../fixtures/scanFiles.ts';
import { messageFault } from '../engine/findings.ts';
import type { FuzzCase, FuzzFile, FuzzTarget } from '../engine/fuzzCase.ts';
import { scratchFolder } from './scratch.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/lineshape.mjs', import.meta.url));
/** Of one command, a fit included. [ms] */
const LONGEST_MS = 60_000;
/** Refusals of usage, input, processing and model; see src/cli/exitCodes.ts. */
const REFUSED = [2, 3, 4, 5];
const BASIS = 'lineshape-3t-press-te30-123mhz';
/** Run for minutes by design, or to look after a database that a case would have to bring along. */
const LEFT_OUT = ['bench', 'demo'];

const LINES: readonly string[] = [
  'info a.nii --json',
  'info a.nii',
  'convert a.nii b.nii.gz --deidentify',
  'convert a.nii b.RAW',
  'preprocess a.nii --fpc robust-sr --denoise none -o c.nii.gz --json',
  'preprocess a.nii --recipe recipe.json -o c.nii.gz',
  `quantify a.nii --basis ${BASIS} --method nlls,quest --ppm 0.2,4.2 --json`,
  `quantify a.nii --basis ${BASIS} --fit-option baseline=none --tissue 0.6,0.3,0.1 --ratios tCr,water --threads 1`,
  'quantify a.nii --method amares --prior-knowledge prior.json --quality-thresholds consensus --intervals none',
  'report a.nii -o r.html --format html',
  'series a.nii --dim DIM_DYN --bin 2 -o s',
  `simulate --basis ${BASIS} --n 2 --seed 1 --snr 40,60 -o set`,
  `evaluate --set set --basis ${BASIS} --method nlls`,
  'compare a.json b.json --methods nlls,quest',
  'lcmodel write a.nii -o l',
  'lcmodel import a.coord --json',
  'basis list --json',
  `basis info ${BASIS}`,
  'basis simulate --field 3 --sequence press --te 35 --metabolites NAA,Cr --points 512 -o basis',
  `basis convert ${BASIS} x.basis --format lcmodel`,
  'models info dcrr --json',
  'study list --db s.db --json',
  'study import a.nii --db s.db',
  'study show 1 --db s.db',
  'study audit --db s.db --format atna --since 2026-01-01',
  'study verify --db s.db --head 00',
];

const seeds = (): FuzzCase[] =>
  LINES.map((line) => ({
    files: [{ name: 'arguments.txt', bytes: new TextEncoder().encode(line.replaceAll(' ', '\n')) }],
  }));

/** One a line; paths that lead out of the case's folder are left out, as is what no shell can hand over. */
function argumentsIn(file: FuzzFile | undefined, folder: string): string[] {
  const lines = new TextDecoder().decode(file?.bytes).split('\n');
  const isInside = (text: string): boolean => {
    const path = text.replace(/^--?[\w-]+=/, '');
    return !path.includes('..') && (!path.startsWith('/') || resolve(path).startsWith(`${folder}/`));
  };
  return lines.filter((text) => !text.includes('\0') && isInside(text));
}

function freshFolder(): string {
  const folder = join(scratchFolder(), 'command-line');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  writeFileSync(join(folder, 'a.nii'), NIFTI);
  copyFileSync(join(findResources() ?? '', 'demo', 'svs_press_te30.nii.gz'), join(folder, 'demo.nii.gz'));
  writeFileSync(join(folder, 'a.json'), '{"schema":"lineshape.quantification/1"}');
  return folder;
}

/** What is said on the standard error: one sentence at its end, and no place in the program. */
function requireWords(errors: string): void {
  if (/^\s+at .+:\d+:\d+/m.test(errors)) throw new Error(`a stack is shown: ${errors.slice(-2000)}`);
  const sentence = errors.trim().split('\n').at(-1) ?? '';
  const fault = messageFault(sentence.replace(/^lineshape: /, ''), []);
  if (fault !== null) throw new Error(`the command ends with ${fault}`);
}

function run([file]: readonly FuzzFile[]): void {
  const folder = freshFolder();
  const args = argumentsIn(file, folder);
  if (args.some((text) => LEFT_OUT.includes(text))) return;
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
    cwd: folder,
    encoding: 'utf8',
    timeout: LONGEST_MS,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status !== 0 && !REFUSED.includes(status ?? 1)) throw new Error(`ended with ${status ?? signal}: ${stderr.slice(-2000)}`); // prettier-ignore
  // With --help or --version the text is asked for; with --json alone it is one document.
  if (
    args.includes('--json') &&
    stdout.trim() !== '' &&
    !args.some((text) => /^(-h|--help|-V|--version|help)$/.test(text))
  ) {
    JSON.parse(stdout);
  }
  if (status === 0) return;
  requireWords(stderr);
  throw new AppError('USAGE', 'The command was refused in words.');
}

export const COMMAND_LINE_TARGETS: readonly FuzzTarget[] = [
  { name: 'command-line', refusals: ['AppError'], seeds, longestMs: LONGEST_MS, run },
];
