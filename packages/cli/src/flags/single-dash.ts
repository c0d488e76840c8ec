import type { Command, Option } from 'commander';

/**
 * The arguments with flags written as the library reads them: `-name=x` and `-name x` as `--name x`, and Go's `-json=true` and `-json=false` as the flag
 * or nothing. What follows `--`, and the value of a flag that takes one, stays as it is. One letter alone (`-t`, `-h`) is a short flag.
 */
export function withDoubleDashes(program: Command, args: readonly string[]): string[] {
  const given = [...args];
  const written: string[] = [];
  let command = program;
  for (let arg = given.shift(); arg !== undefined; arg = given.shift()) {
    if (arg === '--') return [...written, arg, ...given];
    if (!isFlag(arg)) {
      command = command.commands.find((sub) => sub.name() === arg || sub.aliases().includes(arg as string)) ?? command;
      written.push(arg);
      continue;
    }
    const { name, value } = parted(arg);
    const option = optionOf(command, name);
    written.push(...flag(name, value, option));
    if (value === undefined && option?.required === true && given[0] !== undefined) written.push(given.shift() as string);
  }
  return written;
}

function isFlag(arg: string): boolean {
  return /^--?[a-zA-Z]/.test(arg);
}

function parted(arg: string): { readonly name: string; readonly value: string | undefined } {
  const [, name = '', value] = /^--?([^=]*)(?:=([\s\S]*))?$/.exec(arg) ?? [];
  return { name, value };
}

function optionOf(command: Command, name: string): Option | undefined {
  return command.options.find(({ long, short }) => long === `--${name}` || short === `-${name}`);
}

function flag(name: string, value: string | undefined, option: Option | undefined): string[] {
  const written = name.length === 1 ? `-${name}` : `--${name}`;
  if (value === undefined) return [written];
  const takesNone = option !== undefined && !option.required && !option.optional;
  if (takesNone && GO_TRUE.has(value)) return [written];
  if (takesNone && GO_FALSE.has(value)) return [];
  return option?.required === true ? [written, value] : [`${written}=${value}`];
}

/** What Go reads as a truth value. */
const GO_TRUE: ReadonlySet<string> = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const GO_FALSE: ReadonlySet<string> = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);
