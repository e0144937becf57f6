// bench quantificationReal: every method on the short-TE 3 T scans of the reference data (LINESHAPE_DATA), as `quantify` runs them,
// beside LCModel's tables where they lie there: ratios to tCr, and which the networks find unlike what they know. Results are kept
// in bench/results/quantificationReal.json, from which `bench quantification --write-tables` makes the tables of bench/README.md.
//   --method M[,M…] (the others' results stay)  --case N (only scans whose name begins so)
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { AppError, UsageError } from '../src/core/domain/errors.ts';
import type { JsonObject } from '../src/core/domain/json.ts';
import type { MetaboliteEstimate, QuantificationResult } from '../src/core/domain/quantification.ts';
import { lcmodelCsvResults, readLcmodelCsv } from '../src/core/quantification/lcmodel/index.ts';
import { METHOD_IDS } from '../src/core/quantification/index.ts';
import type { CommonOptions } from '../src/cli/options.ts';
import { quantifyScans } from '../src/cli/quantifyScans.ts';
import { withSession } from '../src/cli/session.ts';
import type { Session } from '../src/cli/session.ts';
import { merged, readResults, writeResults } from './quantification/resultsFile.ts';
import { realCasesIn } from './quantification/realCases.ts';
import type { RealCase } from './quantification/realCases.ts';
import { METHODS_IN_ORDER } from './quantification/variants.ts';

const RESULTS_FILE = fileURLToPath(new URL('../../bench/results/quantificationReal.json', import.meta.url));
/** Each with its spread; all over tCr. */
export const RATIOS = ['tNAA', 'tCho', 'Ins', 'Glx'] as const;
/** The fit with LCModel's own basis set. */
const OWN_BASIS = 'nlls-lcmodel-basis';
const DIGITS = 3;

const rounded = (value: number | null | undefined): number | null =>
  value === null || value === undefined || !Number.isFinite(value) ? null : Number(value.toPrecision(DIGITS));

function ratioOf({ metabolites, combined }: QuantificationResult, name: string): MetaboliteEstimate | null {
  return [...combined, ...metabolites].find((estimate) => estimate.name === name) ?? null;
}

/** SD of a ratio: by the amplitudes' covariance, where the result has it. */
const spreadOf = ({ ratios }: MetaboliteEstimate): number | null =>
  ratios?.find(({ reference }) => reference === 'tCr')?.sd ?? null;

function ratiosOf(result: QuantificationResult): JsonObject {
  const failedChecks = result.doubt?.checks.filter(({ passed }) => !passed).map(({ check }) => check);
  const ratios = RATIOS.map((name) => {
    const found = ratioOf(result, name);
    return [name, found === null ? null : [rounded(found.ratioToTCr), rounded(spreadOf(found))]];
  });
  return {
    ...(Object.fromEntries(ratios) as JsonObject),
    status: result.status,
    ...(failedChecks === undefined ? {} : { failedChecks, model: result.doubt?.model.id ?? null }),
  };
}

async function methodOn(
  { file, water, echoTimeMs }: RealCase,
  method: string,
  basis: string | undefined,
  session: Session,
): Promise<JsonObject> {
  const options = {
    ...{ method, preprocess: true },
    ...(water === undefined ? {} : { water }),
    ...(basis === undefined ? {} : { basis }),
    ...(echoTimeMs === undefined ? {} : { teMs: String(echoTimeMs) }),
  };
  try {
    const [scan] = await quantifyScans([file], options, session);
    const result = scan?.analyses[0]?.voxels[0]?.result;
    return result === undefined ? { refused: 'No voxel was quantified.' } : ratiosOf(result);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { refused: error.code };
  }
}

function lcmodelOn(path: string): JsonObject {
  const fileName = basename(path);
  const csv = readLcmodelCsv(new Uint8Array(readFileSync(path)), fileName);
  const [voxel] = lcmodelCsvResults(csv, { fileName });
  return voxel === undefined ? {} : ratiosOf(voxel.result);
}

async function runCase(real: RealCase, methods: readonly string[], session: Session): Promise<JsonObject> {
  const results: JsonObject = real.lcmodel === undefined ? {} : { lcmodel: lcmodelOn(real.lcmodel) };
  for (const method of methods) {
    results[method] = await methodOn(real, method, undefined, session);
    if (method === 'nlls' && real.basis !== undefined) {
      results[OWN_BASIS] = await methodOn(real, method, real.basis, session);
    }
  }
  return { methods: results };
}

interface Chosen {
  readonly methods: readonly string[];
  readonly cases: string;
}

function chosenOf(args: readonly string[]): Chosen {
  const option = { type: 'string' } as const;
  const { method, case: cases } = parseArgs({ args: [...args], options: { method: option, case: option } }).values;
  const known = METHODS_IN_ORDER.filter((id) => METHOD_IDS.includes(id));
  const methods = method?.split(',') ?? known;
  const unknown = methods.find((id) => !known.includes(id));
  if (unknown !== undefined) throw new UsageError(`--method takes ${known.join(', ')}, not "${unknown}".`);
  return { methods, cases: cases ?? '' };
}

/** The benchmark; `lineshape bench quantificationReal` calls it from dist/bench. */
export async function run(options: CommonOptions, args: readonly string[]): Promise<JsonObject> {
  const { methods, cases } = chosenOf(args);
  const dataDir = process.env['LINESHAPE_DATA'] ?? join('..', 'shared', 'data');
  const all = realCasesIn(dataDir);
  const order = { keys: all.map(({ alias }) => alias), methods: ['lcmodel', 'nlls', OWN_BASIS, ...METHODS_IN_ORDER] };
  const entries: Record<string, JsonObject> = {};
  await withSession(options, async (session) => {
    for (const real of all.filter(({ alias }) => alias.startsWith(cases))) {
      const entry = await runCase(real, methods, session);
      entries[real.alias] = entry;
      // Kept scan by scan: another run may have written meanwhile, and this one may be stopped.
      const before = { ...readResults(RESULTS_FILE), ratios: [...RATIOS] };
      writeResults(RESULTS_FILE, merged(before, 'scans', { [real.alias]: entry }, order));
    }
  });
  return { bench: 'quantificationReal', ratios: [...RATIOS], scans: entries };
}
