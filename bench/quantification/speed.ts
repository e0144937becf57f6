// How long 10 000 spectra take, everything between a FID and its amounts included; and one spectrum alone.
import type { JsonObject } from '../../src/core/domain/json.ts';
import { median } from '../../src/core/math/robustStatistics.ts';
import type { FitInput, FitRunner } from '../../src/core/ports/fitRunner.ts';
import { rounded } from './figures.ts';
import { runMethod } from './runMethods.ts';
import { makeSet, setsOf } from './sets.ts';
import type { MadeSet } from './sets.ts';
import type { BenchMethod, Variant } from './variants.ts';

const SPECTRA = 10_000;
/** Drawn; each is met again and again in the batch. */
const DISTINCT_SHARE = 0.5;
/** A fit's time a spectrum is known from fewer. */
const FITTED = 300;
const SINGLES = 15;

function repeated(set: MadeSet, count: number): MadeSet {
  const inputs: FitInput[] = Array.from({ length: count }, (_, i) => ({
    ...(set.inputs[i % set.inputs.length] as FitInput),
    voxel: i,
    // Estimating it is part of the work.
    noiseSd: null,
  }));
  return { ...set, inputs };
}

async function timed(runner: FitRunner, method: BenchMethod, variant: Variant, set: MadeSet): Promise<number | null> {
  return (await runMethod(runner, method, variant, set))?.wallMs ?? null;
}

async function speedOf(runner: FitRunner, method: BenchMethod, variant: Variant, set: MadeSet): Promise<JsonObject> {
  const count = method.card === null || method.id === 'hybrid' ? FITTED : SPECTRA;
  // The first run opens the network and warms the threads.
  await timed(runner, method, variant, repeated(set, 20));
  const singles: number[] = [];
  for (let i = 0; i < SINGLES; i++) singles.push((await timed(runner, method, variant, repeated(set, 1))) ?? NaN);
  const wallMs = await timed(runner, method, variant, repeated(set, count));
  return {
    spectra: count,
    wallS: rounded(wallMs === null ? null : wallMs / 1000),
    msPerSpectrum: rounded(wallMs === null ? null : wallMs / count),
    secondsFor10000: rounded(wallMs === null ? null : (wallMs / count) * (SPECTRA / 1000)),
    medianSingleMs: rounded(median(singles)),
  };
}

/** @returns by method, in the order given */
export async function speedFigures(
  runner: FitRunner,
  methods: readonly BenchMethod[],
  variant: Variant,
): Promise<JsonObject> {
  const [spec] = setsOf('dq');
  if (spec === undefined) return {};
  const set = makeSet(spec, variant.basis, null, DISTINCT_SHARE);
  const rows: JsonObject = {};
  for (const method of methods) rows[method.id] = await speedOf(runner, method, variant, set);
  return rows;
}
