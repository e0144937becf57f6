// The import rules bite: a forbidden import planted in a copy of the layout is found, for every kind of rule.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
let copy = '';

const FILES: Readonly<Record<string, string>> = {
  'src/core/domain/a.ts': 'export const a = 1;\n',
  'src/core/math/usesDomain.ts': "import { a } from '../domain/a.ts';\nexport const b = a;\n",
  'src/core/math/usesNode.ts': "import { readFileSync } from 'node:fs';\nexport const c = readFileSync;\n",
  'src/core/preprocessing/one/index.ts': 'export const one = 1;\n',
  'src/core/preprocessing/two/index.ts': "import { one } from '../one/index.ts';\nexport const two = one;\n",
  'src/core/reports/usesPipeline.ts': "import { p } from '../pipeline/p.ts';\nexport const r = p;\n",
  'src/core/pipeline/p.ts': 'export const p = 1;\n',
  'src/core/domain/usesPackage.ts': "import { z } from 'zod';\nexport const d = z;\n",
  'src/node/n.ts': 'export const n = 1;\n',
  'src/renderer/app/usesNode.ts': "import { n } from '../../node/n.ts';\nexport const x = n;\n",
  'src/renderer/features/fit/model.ts': "import { ref } from 'vue';\nexport const y = ref;\n",
  'src/renderer/features/fit/inner.ts': 'export const inner = 1;\n',
  'src/renderer/features/study/usesInner.ts': "import { inner } from '../fit/inner.ts';\nexport const z = inner;\n",
};

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'lineshape-imports-'));
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    writeFileSync(join(copy, path), text);
  }
  for (const shared of ['node_modules', '.dependency-cruiser.cjs', 'tsconfig.base.json', 'package.json']) {
    symlinkSync(join(ROOT, shared), join(copy, shared));
  }
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe('the import rules', () => {
  it('find every planted violation, and nothing in the allowed files', () => {
    const cruise = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const args = [cruise, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src'];
    const { stdout } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8', maxBuffer: 1 << 26 });
    const { summary } = JSON.parse(stdout) as { summary: { violations: { from: string; rule: { name: string } }[] } };
    const found = summary.violations.map((v) => `${v.from} ${v.rule.name}`);
    for (const expected of [
      'src/core/math/usesDomain.ts math-imports',
      'src/core/math/usesNode.ts math-no-node',
      'src/core/preprocessing/two/index.ts preprocessing-steps-apart',
      'src/core/reports/usesPipeline.ts reports-imports',
      'src/core/domain/usesPackage.ts domain-packages',
      'src/renderer/app/usesNode.ts renderer-imports',
      'src/renderer/features/fit/model.ts feature-model-is-plain',
      'src/renderer/features/study/usesInner.ts feature-entered-through-index-by-features',
    ]) {
      expect(found).toContain(expected);
    }
    const clean = ['src/core/domain/a.ts', 'src/core/pipeline/p.ts', 'src/node/n.ts'];
    expect(found.filter((f) => clean.some((c) => f.startsWith(`${c} `)))).toEqual([]);
  });
});
