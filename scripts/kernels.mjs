// Builds the SIMD kernels: src/core/math/simd/assembly (AssemblyScript) → kernels.generated.ts beside it, which is kept in
// the repository so that no build step stands before a test; tests/unit/simd-kernels.test.ts builds it anew and compares.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { REPO_ROOT, runMain, SetUpError } from './commands.mjs';

const FOLDER = path.join(REPO_ROOT, 'src', 'core', 'math', 'simd');
const ENTRY = 'assembly/index.ts';
const GENERATED = path.join(FOLDER, 'kernels.generated.ts');
const FLAGS = ['-O3', '--enable', 'simd', '--runtime', 'stub', '--noAssert', '--initialMemory', '1'];

/**
 * Compiles the kernels.
 * @returns {Promise<string>} the text of kernels.generated.ts
 * @throws {SetUpError} where they don't compile
 */
export async function compileKernels() {
  const { default: asc } = await import('assemblyscript/asc');
  let wasm = null;
  const { error, stderr } = await asc.main([ENTRY, '--outFile', 'kernels.wasm', ...FLAGS], {
    readFile: (name) => readFile(path.join(FOLDER, name), 'utf8').catch(() => null),
    writeFile: (_name, content) => (wasm = content),
    listFiles: () => [],
  });
  if (error !== null || wasm === null) throw new SetUpError(`the SIMD kernels do not compile.\n${stderr.toString()}`);
  const lines = Buffer.from(wasm)
    .toString('base64')
    .match(/.{1,110}/g)
    .map((line) => `  '${line}'`);
  return [
    '// Generated from assembly/ by `npm run kernels`; do not edit. WebAssembly, base64.',
    'export const KERNELS_WASM: string =',
    `${lines.join(' +\n')};`,
    '',
  ].join('\n');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runMain(async () => {
    await writeFile(GENERATED, await compileKernels());
    console.log(`Kernels: ${path.relative(REPO_ROOT, GENERATED)}`);
    return 0;
  });
}
