// bench quantification: every quantification method on the same simulated sets: accuracy on the papers' protocols and on tumours,
// how often networks notice spectra unlike those they know, coverage of the stated intervals, speed. Results are kept in
// bench/results/quantification.json, part by part, and the tables of bench/README.md are written from there.
//   --part P[,P…]  --basis press30|press35|slaser28|challenge  --method M[,M…]  --models DIR (networks of the challenge's basis)
//   --share 0.1 (a try, not kept)  --write-tables (nothing is run)
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BasisSet } from '../src/core/domain/basisSet.ts';
import type { JsonObject } from '../src/core/domain/json.ts';
import type { FitRunner } from '../src/core/ports/fitRunner.ts';
import type { CommonOptions } from '../src/cli/options.ts';
import { modelsDir } from '../src/cli/inferenceSession.ts';
import { loadBundledBasis } from '../src/node/files/basisLibrary.ts';
import { resourcesDir } from '../src/node/files/resourcePaths.ts';
import { conditionsOf } from './quantification/conditions.ts';
import type { Conditions, Part } from './quantification/conditions.ts';
import { COLUMNS, distributionFigures, figuresOf, LEVEL_COLUMNS, rounded } from './quantification/figures.ts';
import { merged, readResults, writeResults } from './quantification/resultsFile.ts';
import type { Section } from './quantification/resultsFile.ts';
import { runMethod, withFitRunner } from './quantification/runMethods.ts';
import { firstOfSet, makeSet, SET_PARTS, setsOf, SIMULATION_BASES, usualVariant } from './quantification/sets.ts';
import type { SetSpec } from './quantification/sets.ts';
import { speedFigures } from './quantification/speed.ts';
import { writeTables } from './quantification/tables.ts';
import { loadVariant, METHODS_IN_ORDER, VARIANT_IDS } from './quantification/variants.ts';
import type { BenchMethod, Variant, VariantId } from './quantification/variants.ts';

const BENCH = fileURLToPath(new URL('../../bench/', import.meta.url));
const RESULTS_FILE = join(BENCH, 'results', 'quantification.json');
const REAL_RESULTS_FILE = join(BENCH, 'results', 'quantificationReal.json');
const README_FILE = join(BENCH, 'README.md');

interface Bench {
  readonly chosen: Conditions;
  readonly runner: FitRunner;
  readonly variantOf: (id: VariantId) => Promise<Variant>;
  readonly foreignBases: ReadonlyMap<string, BasisSet>;
}

const methodsFor = (spec: SetSpec | null, { methods }: Variant, chosen: Conditions): BenchMethod[] =>
  methods.filter(
    ({ id, card, trainedOn }) =>
      (chosen.methods === null || chosen.methods.includes(id)) &&
      (spec?.part !== 'distribution' || card !== null) &&
      (spec?.onlyTrainedOnIt !== true || trainedOn.length === 0 || trainedOn.includes(spec.preset)),
  );

/** @returns what a set's entry in the file is: its conditions and one object a method */
async function runSet(spec: SetSpec, variant: Variant, { chosen, runner, foreignBases }: Bench): Promise<JsonObject> {
  const foreign = spec.simulatedWith === undefined ? null : (foreignBases.get(spec.simulatedWith) ?? null);
  const set = makeSet(spec, variant.basis, foreign, chosen.share);
  const methods: JsonObject = {};
  for (const method of methodsFor(spec, variant, chosen)) {
    const own = firstOfSet(set, spec.fitCases[method.id] ?? Infinity);
    const run = await runMethod(runner, method, variant, own);
    if (run === null) continue;
    const figures = spec.part === 'distribution' ? distributionFigures(run) : figuresOf(run, own);
    if (figures !== null) methods[method.id] = figures;
    console.error(`${variant.id}/${spec.id}, ${method.id}: ${(run.wallMs / 1000).toFixed(1)} s`);
  }
  const { title, preset, changes, cases, simulatedWith } = spec;
  return {
    ...{ title, preset, changes: JSON.parse(JSON.stringify(changes)) as JsonObject[], casesOfEach: cases },
    ...{ basis: variant.basis.id, simulatedWith: simulatedWith ?? variant.basis.id, methods },
  };
}

async function runSpeed(variant: Variant, { chosen, runner }: Bench): Promise<JsonObject> {
  const load = loadavg()[0];
  const methods = await speedFigures(runner, methodsFor(null, variant, chosen), variant);
  const machine = { threads: chosen.threads, processor: cpus()[0]?.model ?? 'unknown' };
  return { ...machine, loadBefore: rounded(load), methods };
}

/** The entries of a part, by key "variant/set". */
async function runPart(part: Part, bench: Bench): Promise<Section> {
  const usual = part === 'speed' ? 'press30' : usualVariant(part);
  const variant = await bench.variantOf(bench.chosen.variant ?? usual);
  if (part === 'speed') return { [variant.id]: await runSpeed(variant, bench) };
  const section: Section = {};
  for (const spec of setsOf(part)) section[`${variant.id}/${spec.id}`] = await runSet(spec, variant, bench);
  return section;
}

const sectionName = (part: Part): string =>
  part === 'speed' || part === 'distribution' || part === 'coverage' ? part : 'accuracy';

const ORDER = {
  keys: VARIANT_IDS.flatMap((variant) => [variant, ...SET_PARTS.flatMap(setsOf).map(({ id }) => `${variant}/${id}`)]),
  methods: METHODS_IN_ORDER,
};

async function runAll(bench: Bench): Promise<JsonObject> {
  const columns = { columns: [...COLUMNS], levelColumns: [...LEVEL_COLUMNS] };
  const ran: Record<string, Section> = {};
  for (const part of bench.chosen.parts) {
    const section = await runPart(part, bench);
    const name = sectionName(part);
    ran[name] = { ...ran[name], ...section };
    // Read anew: another run may have written its part meanwhile.
    if (bench.chosen.share === 1) {
      writeResults(RESULTS_FILE, merged({ ...readResults(RESULTS_FILE), ...columns }, name, section, ORDER));
    }
  }
  return { bench: 'quantification', ...columns, ...ran };
}

/** The benchmark; `lineshape bench quantification` calls it from dist/bench. */
export async function run(options: CommonOptions, args: readonly string[]): Promise<JsonObject> {
  const chosen = conditionsOf(args, options.threads);
  if (chosen.onlyTables) {
    return writeTables(readResults(RESULTS_FILE), readResults(REAL_RESULTS_FILE), README_FILE);
  }
  const resources = resourcesDir();
  const dataDir = process.env['LINESHAPE_DATA'] ?? join('..', 'shared', 'data');
  const folders = [...(chosen.models === null ? [] : [chosen.models]), modelsDir()];
  const foreign = await Promise.all(SIMULATION_BASES.map((id) => loadBundledBasis(resources, id)));
  const foreignBases = new Map(foreign.map((basis) => [basis.id, basis]));
  const variantOf = (id: VariantId): Promise<Variant> => loadVariant(id, resources, dataDir, folders);
  return withFitRunner(chosen.threads, chosen.models, (runner) => runAll({ chosen, runner, variantOf, foreignBases }));
}
