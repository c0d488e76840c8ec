import type { Command, CommanderError } from 'commander';

export interface Leaf {
  readonly name: string;
  readonly about: string;
  /** Arguments as usage shows them: `<name>` is needed, `[path]` is not. */
  readonly takes?: readonly string[];
}

/** A command that does something, below a group. Called wrongly it says how it is called, on standard error, and ends the program with code 1. */
export function leaf(group: Command, { name, about, takes = [] }: Leaf): Command {
  const command = group.command(name).description(about).allowExcessArguments(false).showHelpAfterError(false);
  for (const argument of takes) command.argument(argument);
  return command.configureOutput({ outputError: () => undefined }).exitOverride((error) => {
    if (error.exitCode !== 0) process.stderr.write(`${complaint(error, takes)}\nFor additional help try '${pathOf(command)} -help'\n`);
    throw error;
  });
}

/** A command that only holds others. */
export function group(parent: Command, name: string, about: string): Command {
  return parent.command(name).description(about);
}

/** Flags that take a value as often as they are given. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

const ABOUT_ARGUMENTS: ReadonlySet<string> = new Set(['commander.missingArgument', 'commander.excessArguments']);
const NUMBERS = ['no', 'one', 'two', 'three'] as const;

function complaint({ code, message }: CommanderError, takes: readonly string[]): string {
  if (!ABOUT_ARGUMENTS.has(code)) return withoutValues(message);
  if (takes.length === 0) return 'This command takes no arguments';
  const [first = ''] = takes;
  if (first.startsWith('[') && takes.length === 1) return 'This command takes up to one argument';
  if (takes.some((argument) => argument.endsWith('...]') || argument.endsWith('...>'))) return `This command takes arguments: ${takes.join(' ')}`;
  return `This command takes ${NUMBERS[takes.length] ?? takes.length} argument${takes.length === 1 ? '' : 's'}: ${takes.join(' ')}`;
}

/** A misspelt `-tokne=SECRET` must not show the secret. */
function withoutValues(message: string): string {
  return message.replace(/^error: /, '').replaceAll(/(--?[\w-]+)=[^']*/g, '$1');
}
