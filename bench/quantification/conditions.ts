// What a run of bench quantification is asked for on the command line.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { UsageError } from '../../src/core/domain/errors.ts';
import { wholeNumber } from '../../src/cli/options.ts';
import { SET_PARTS } from './sets.ts';
import { VARIANT_IDS } from './variants.ts';
import type { VariantId } from './variants.ts';

export const PARTS = [...SET_PARTS, 'speed'] as const;
export type Part = (typeof PARTS)[number];

export interface Conditions {
  readonly parts: readonly Part[];
  /** null: each part's usual one. */
  readonly variant: VariantId | null;
  /** null: all that there are. */
  readonly methods: readonly string[] | null;
  /** Folder of networks beside the program's own. */
  readonly models: string | null;
  readonly threads: number;
  /** Part of every set's cases that is run; a try with less than all is not kept. */
  readonly share: number;
  /** Whether only the tables of bench/README.md are to be written anew. */
  readonly onlyTables: boolean;
}

function listOf<T extends string>(option: string, text: string | undefined, known: readonly T[]): readonly T[] | null {
  if (text === undefined) return null;
  return text.split(',').map((name) => {
    const found = known.find((id) => id === name.trim());
    if (found === undefined) throw new UsageError(`${option} takes ${known.join(', ')}, not "${name}".`);
    return found;
  });
}

function shareOf(text: string | undefined): number {
  const share = Number(text ?? '1');
  if (!(share > 0 && share <= 1)) throw new UsageError(`--share takes a number above 0 and up to 1, not "${text}".`);
  return share;
}

function parsed(args: readonly string[]) {
  const option = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...{ part: option, basis: option, method: option, models: option, share: option },
        'write-tables': { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`bench quantification: ${(error as Error).message}`);
  }
}

/** @throws UsageError naming what is known */
export function conditionsOf(args: readonly string[], threads: string | undefined): Conditions {
  const { part, basis, method, models, share, 'write-tables': onlyTables } = parsed(args);
  return {
    parts: listOf('--part', part, PARTS) ?? PARTS,
    variant: listOf('--basis', basis, VARIANT_IDS)?.[0] ?? null,
    methods: method?.split(',').map((id) => id.trim()) ?? null,
    models: models ?? null,
    threads: threads === undefined ? availableParallelism() : wholeNumber('--threads', threads, 1),
    share: shareOf(share),
    onlyTables: onlyTables ?? false,
  };
}
