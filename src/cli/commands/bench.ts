// lineshape bench NAME: one benchmark, one JSON document. The benchmarks are bundled apart, as dist/bench/NAME.js.
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { BugError, UsageError } from '../../core/domain/errors.ts';
import { addCommonOptions } from '../options.ts';
import type { CommonOptions } from '../options.ts';
import { printJson } from '../terminal.ts';

interface BenchModule {
  /**
   * @param args what stands after the benchmark's name and is none of the command's own options
   * @returns the benchmark's document
   */
  readonly run?: (options: CommonOptions, args: readonly string[]) => unknown;
}

const FOLDER = new URL('../bench/', import.meta.url);

function known(): string[] {
  const folder = fileURLToPath(FOLDER);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((f) => f.endsWith('.js'))
    .map((f) => f.slice(0, -3));
}

export function addBenchCommand(program: Command): void {
  const command = program
    .command('bench')
    .description('run a benchmark, print one JSON document')
    .argument('<name>', known().join(', '))
    .argument('[options...]', "the benchmark's own, said at the head of its file")
    .allowUnknownOption();
  addCommonOptions(command).action(async (name: string, args: readonly string[], options: CommonOptions) => {
    if (!known().includes(name)) {
      const list = known().join(', ') || 'none in this build';
      throw new UsageError(`There is no benchmark "${name}"; there is ${list}.`);
    }
    const module = (await import(new URL(`${name}.js`, FOLDER).href)) as BenchModule;
    if (module.run === undefined) throw new BugError(`The benchmark ${name} exports no function "run".`);
    // Most benchmarks take no options of their own, and none passes by one that is meant for it.
    if (args.length > 0 && module.run.length < 2) {
      throw new UsageError(`The benchmark ${name} takes no options of its own, and was given "${args.join(' ')}".`);
    }
    printJson(await module.run(options, args));
  });
}
