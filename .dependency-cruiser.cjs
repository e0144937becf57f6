// The import rules of docs/architecture.md: what is not listed is forbidden.
const core = (folder) => `^src/core/${folder}/`;

/** A layer may import itself, the listed layers, and the listed npm packages; nothing else. */
function layer(name, path, allowed, packages = [], builtins = false) {
  const targets = [path, ...allowed];
  const rules = [
    {
      name: `${name}-imports`,
      severity: 'error',
      comment: `${name} may import only: itself${allowed.length ? ', ' + allowed.join(', ') : ''}`,
      from: { path },
      to: { path: '^(src|tests|scripts|bench|training)/', pathNot: targets },
    },
    {
      name: `${name}-packages`,
      severity: 'error',
      from: { path },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-peer', 'npm-optional', 'npm-no-pkg', 'npm-unknown'],
        ...(packages.length ? { pathNot: packages.map((p) => `node_modules/${p}(/|$)`) } : {}),
      },
    },
  ];
  if (!builtins) {
    rules.push({ name: `${name}-no-node`, severity: 'error', from: { path }, to: { dependencyTypes: ['core'] } });
  }
  return rules;
}

const D = core('domain');
const M = core('math');
const P = core('ports');
const B = core('basis');
const ALL_CORE = '^src/core/';
const STEPS = '[^/]+';

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    ...layer('domain', D, []),
    ...layer('math', M, [], ['fft\\.js']),
    ...layer('ports', P, [D]),
    ...layer('reports', core('reports'), [D]),
    ...layer('formats', core('formats'), [D, M], ['nifti-reader-js', 'fflate', 'dicom-parser']),
    ...layer('basis', B, [D, M]),
    ...layer('quality', core('quality'), [D, M]),
    ...layer('geometry', core('geometry'), [D, M]),
    ...layer('preprocessing', core('preprocessing'), [D, M, P]),
    ...layer('quantification', core('quantification'), [D, M, P, B]),
    {
      name: 'preprocessing-steps-apart',
      severity: 'error',
      comment: 'Steps never import each other; only pipeline orders them.',
      from: { path: `^src/core/preprocessing/(${STEPS})/` },
      to: { path: '^src/core/preprocessing/[^/]+/', pathNot: '^src/core/preprocessing/$1/' },
    },
    {
      name: 'quantification-methods-apart',
      severity: 'error',
      from: {
        path: `^src/core/quantification/(${STEPS})/`,
        pathNot: '^src/core/quantification/(dynamicSeries|hybrid)/',
      },
      to: {
        path: '^src/core/quantification/[^/]+/',
        pathNot: ['^src/core/quantification/$1/', '^src/core/quantification/shared/'],
      },
    },
    {
      // A series is the NLLS model over many spectra at once: it builds on that method's parts, and on no other's.
      name: 'quantification-series-on-nlls',
      severity: 'error',
      from: { path: '^src/core/quantification/dynamicSeries/' },
      to: {
        path: '^src/core/quantification/[^/]+/',
        pathNot: '^src/core/quantification/(dynamicSeries|nlls|shared)/',
      },
    },
    {
      // The hybrid is the NLLS fit from the universal network's start: it builds on those two.
      name: 'quantification-hybrid-on-nlls-and-universal',
      severity: 'error',
      from: { path: '^src/core/quantification/hybrid/' },
      to: {
        path: '^src/core/quantification/[^/]+/',
        pathNot: '^src/core/quantification/(hybrid|nlls|universal|shared)/',
      },
    },
    ...layer('pipeline', core('pipeline'), [ALL_CORE]),
    ...layer(
      'node',
      '^src/node/',
      [ALL_CORE],
      ['libsql', 'onnxruntime-node', '@node-rs/argon2', 'zod', 'dcmjs-dimse'],
      true,
    ),
    ...layer('ipc', '^src/ipc/', [D], ['zod']),
    ...layer('main', '^src/main/', ['^src/node/', ALL_CORE, '^src/ipc/'], ['electron', 'zod'], true),
    ...layer('cli', '^src/cli/', ['^src/node/', ALL_CORE], ['commander', 'zod'], true),
    ...layer('preload', '^src/preload/', ['^src/ipc/'], ['electron']),
    ...layer(
      'renderer',
      '^src/renderer/',
      ['^src/ipc/', D, M, core('geometry'), core('reports')],
      ['vue', 'pinia', '@niivue/niivue', 'reka-ui', 'splitpanes', '@vue', 'vue-i18n'],
    ),
    {
      name: 'feature-entered-through-index',
      severity: 'error',
      from: { path: '^src/renderer/(app|charts)/' },
      to: { path: '^src/renderer/features/', pathNot: '^src/renderer/features/[^/]+/index\\.ts$' },
    },
    {
      name: 'feature-entered-through-index-by-features',
      severity: 'error',
      from: { path: '^src/renderer/features/([^/]+)/' },
      to: {
        path: '^src/renderer/features/',
        pathNot: ['^src/renderer/features/$1/', '^src/renderer/features/[^/]+/index\\.ts$'],
      },
    },
    {
      name: 'feature-model-is-plain',
      severity: 'error',
      comment: "A feature's model.ts imports neither Vue nor Pinia.",
      from: { path: '^src/renderer/features/[^/]+/model\\.ts$' },
      to: { path: 'node_modules/(vue|pinia|@vue)(/|$)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.vue', '.js', '.mjs'] },
  },
};
