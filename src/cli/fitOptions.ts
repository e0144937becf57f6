// Options of the fit methods on the command line: --fit-option key=value, and --prior-knowledge for AMARES.
import type { Command } from 'commander';
import { UsageError } from '../core/domain/errors.ts';
import type { JsonObject, JsonValue } from '../core/domain/json.ts';
import type { MrsDataset } from '../core/domain/mrsDataset.ts';
import { SHIPPED_PRIOR_KNOWLEDGE } from '../core/quantification/index.ts';
import { checkMethodOptions, methodDefaults } from '../core/quantification/methodOptions.ts';
import { isPriorKnowledgeFile, readPriorKnowledgeFile } from '../node/files/priorKnowledgeFile.ts';
import { collect, ppmRangeOf } from './options.ts';

export interface FitOptionFlags {
  readonly fitOption?: readonly string[];
  readonly priorKnowledge?: string;
}

const SHIPPED = Object.keys(SHIPPED_PRIOR_KNOWLEDGE);

/** Adds the two options to a command. */
export function addFitOptions(command: Command): Command {
  return command
    .option(
      '--fit-option <key=value>',
      'an option of the method, such as baseline=none; may be given several times',
      collect,
      [],
    )
    .option(
      '--prior-knowledge <p>',
      `peaks for amares: ${SHIPPED.join(', ')}, or a .json or .csv file (docs/prior-knowledge.md)`,
    );
}

interface Assignment {
  readonly key: string;
  readonly text: string;
}

function assignmentOf(text: string): Assignment {
  const at = text.indexOf('=');
  const key = text.slice(0, at).trim();
  if (at < 0 || key === '') {
    throw new UsageError(`--fit-option takes NAME=VALUE (for example baseline=none), not "${text}".`);
  }
  return { key, text: text.slice(at + 1).trim() };
}

function jsonOf(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

/** What a text may mean: JSON ("3", "[0.2,4]"), itself, or a list of what stands between its commas. */
function readingsOf(text: string): JsonValue[] {
  const parts = text === '' ? [] : text.split(',').map((p) => p.trim());
  return [jsonOf(text), text, parts.map(jsonOf), parts];
}

/** The first reading that the method takes. @throws UsageError of the method where it takes none */
function valueOf(method: string, { key, text }: Assignment): JsonValue {
  const readings = readingsOf(text);
  const accepted = readings.find((value) => {
    try {
      checkMethodOptions(method, { [key]: value });
      return true;
    } catch (error) {
      if (error instanceof UsageError) return false;
      throw error;
    }
  });
  if (accepted === undefined) checkMethodOptions(method, { [key]: readings[0] as JsonValue });
  return accepted as JsonValue;
}

/** @throws UsageError where no method has the option, or a method that has it doesn't take its value */
function assignedOptions(methods: readonly string[], texts: readonly string[]): Map<string, JsonObject> {
  const options = new Map<string, JsonObject>(methods.map((m) => [m, {}]));
  for (const assignment of texts.map(assignmentOf)) {
    const { key } = assignment;
    const owners = methods.filter((m) => Object.hasOwn(methodDefaults(m), key));
    if (owners.length === 0) {
      const known = methods.map((m) => `${m}: ${Object.keys(methodDefaults(m)).join(', ')}`).join('; ');
      throw new UsageError(`There is no fit option "${key}"; there are ${known}.`);
    }
    for (const method of owners) (options.get(method) as JsonObject)[key] = valueOf(method, assignment);
  }
  return options;
}

/**
 * The window of --ppm, for those of the methods that have one: networks look at what they were trained on.
 * @throws UsageError for what is no range, or where no method has a window
 */
export function windowsFor(text: string | undefined, methods: readonly string[]): ReadonlyMap<string, JsonObject> {
  if (text === undefined) return new Map();
  const ppmRange = [...ppmRangeOf(text)];
  const owners = methods.filter((method) => Object.hasOwn(methodDefaults(method), 'ppmRange'));
  if (owners.length === 0) {
    throw new UsageError(`--ppm is for methods with a fitted range, and ${methods.join(', ')} has none.`);
  }
  return new Map(owners.map((method) => [method, { ppmRange }]));
}

/**
 * Checks what can be checked before any file is read.
 * @param methods those named; null where the recipe chooses
 * @throws UsageError
 */
export function checkFitOptions(flags: FitOptionFlags, methods: readonly string[] | null): void {
  if (methods === null) flags.fitOption?.forEach(assignmentOf);
  else assignedOptions(methods, flags.fitOption ?? []);
  const named = flags.priorKnowledge;
  if (named === undefined) return;
  if (methods !== null && !methods.includes('amares')) {
    throw new UsageError('--prior-knowledge is for the method amares; name it with --method amares.');
  }
  if (!isPriorKnowledgeFile(named) && !SHIPPED.includes(named)) {
    throw new UsageError(`There is no prior knowledge "${named}"; there is ${SHIPPED.join(', ')}, or name a .json or .csv file.`); // prettier-ignore
  }
}

/**
 * The options that the command line gives each of the methods.
 * @throws UsageError, ReaderError
 */
export async function fitOptionsFor(
  flags: FitOptionFlags,
  methods: readonly string[],
  dataset: MrsDataset,
): Promise<ReadonlyMap<string, JsonObject>> {
  checkFitOptions(flags, methods);
  const options = assignedOptions(methods, flags.fitOption ?? []);
  const amares = options.get('amares');
  const named = flags.priorKnowledge;
  if (named !== undefined && amares !== undefined) {
    amares['priorKnowledge'] = isPriorKnowledgeFile(named)
      ? await readPriorKnowledgeFile(named, dataset.spectrometerFrequencyMHz)
      : named;
  }
  return options;
}
