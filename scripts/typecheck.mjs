// Type checks, one per layer (each sees only the libraries and globals its layer may use), two at a time.
import { pathToFileURL } from 'node:url';
import { runMain, runTool } from './commands.mjs';

const LAYERS = ['core', 'node', 'ipc', 'main', 'preload', 'cli', 'renderer', 'tests'];
const AT_ONCE = 2;

/**
 * @param {(line: string) => void} onMessage receiver of each layer's outcome and of the compiler's messages
 * @returns {Promise<string[]>} the layers that failed
 */
export async function typecheck(onMessage) {
  const waiting = [...LAYERS];
  const failed = [];
  const checkNext = async () => {
    for (let layer = waiting.shift(); layer !== undefined; layer = waiting.shift()) {
      const startMs = performance.now();
      const compiler = layer === 'renderer' ? 'vue-tsc/bin/vue-tsc.js' : 'typescript/bin/tsc';
      const { code, output } = await runTool(compiler, ['--noEmit', '-p', `tsconfig.${layer}.json`], { capture: true });
      const took = `${((performance.now() - startMs) / 1000).toFixed(1)} s`;
      if (code === 0) {
        onMessage(`  ${layer}: right (${took})`);
      } else {
        failed.push(layer);
        onMessage(`  ${layer}: FAILED (${took})\n${output.trim()}`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, checkNext));
  return failed;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runMain(async () => {
    const failed = await typecheck((line) => console.log(line));
    if (failed.length === 0) return 0;
    console.error(`Type checks failed in: ${failed.join(', ')}`);
    return 1;
  });
}
