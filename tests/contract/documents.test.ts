// The documents say what is there: every command of theirs is one that the program takes, every link and every file exists.
// Nothing is executed.
import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import type { DocumentedCommand } from '../fixtures/documents.ts';
import { brokenLinks, documentedCommands, mentionedCommands, missingFiles } from '../fixtures/documents.ts';

/** Walks down the names of commands. @returns the last command, with what follows its name */
function findCommand(args: readonly string[]): { command: Command; rest: string[] } {
  let command: Command = buildProgram();
  let used = 0;
  for (const name of args) {
    const next = command.commands.find((one) => one.name() === name);
    if (next === undefined) break;
    command = next;
    used++;
  }
  return { command, rest: args.slice(used) };
}

/** @returns what commander would refuse; null where it would run the command */
function refusal({ args }: DocumentedCommand, complete: boolean): string | null {
  const { command, rest } = findCommand(args);
  if (command.commands.length > 0)
    return complete ? 'names no command' : rest[0] === undefined ? null : `no ${rest[0]}`;
  try {
    const { operands, unknown } = command.parseOptions(rest.filter((word) => word !== '…'));
    if (unknown.length > 0) return `does not know ${unknown.join(' ')}`;
    return complete ? missing(command, operands) : null;
  } catch (error) {
    return complete ? (error as Error).message : null;
  }
}

function missing(command: Command, operands: readonly string[]): string | null {
  const expected = command.registeredArguments;
  const required = expected.filter((argument) => argument.required).length;
  if (operands.length < required) return `${operands.length} arguments of ${required}`;
  if (!expected.some((argument) => argument.variadic) && operands.length > expected.length) return 'too many arguments';
  const absent = command.options.find(
    (option) => option.mandatory && command.getOptionValue(option.attributeName()) === undefined,
  );
  return absent === undefined ? null : `lacks ${absent.long}`;
}

const refused = (commands: readonly DocumentedCommand[], complete: boolean): string[] =>
  commands.flatMap((one) => {
    const why = refusal(one, complete);
    return why === null ? [] : [`${one.file}:${one.line}: lineshape ${one.args.join(' ')}: ${why}`];
  });

it('every command in a code block can be run as it stands', () => {
  const commands = documentedCommands();
  // Fewer would mean that they are not found any more.
  expect(commands.length).toBeGreaterThan(40);
  expect(refused(commands, true)).toEqual([]);
});

it('every command that a sentence names is there, with the options that are named', () => {
  expect(refused(mentionedCommands(), false)).toEqual([]);
});

it('commands that are not there are found out', () => {
  const wrong = ['study mend --db x.db', 'quantify a.dat --no-such', 'basis', 'study verify', 'info'];
  const places = wrong.map((text) => ({ file: 'page', line: 1, text, args: text.split(' ') }));
  expect(refused(places, true).length).toBe(wrong.length);
});

it('links lead to pages and headings that exist', () => {
  expect(brokenLinks()).toEqual([]);
});

it('files and folders that are named exist', () => {
  expect(missingFiles()).toEqual([]);
});
