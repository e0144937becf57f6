#!/usr/bin/env node
// The command `lineshape`: runs the built command line of dist/.
import { existsSync } from 'node:fs';

const program = new URL('../dist/cli/lineshape.js', import.meta.url);
if (existsSync(program)) {
  await import(program.href);
} else {
  process.stderr.write('lineshape: it is not built yet; type: npm ci && npm run build\n');
  process.exitCode = 1;
}
