import type { Command } from 'commander';

/** A command as a shell completes it. */
export interface Node {
  /** The words that lead to it, each after a space: ` acl token`. Empty for the program itself. */
  readonly at: string;
  readonly commands: readonly Word[];
  /** Without dashes. */
  readonly flags: readonly Flag[];
}

export interface Word {
  readonly name: string;
  readonly about: string;
}

export interface Flag extends Word {
  readonly takesValue: boolean;
}

/** The program and every command below it. */
export function treeOf(program: Command): readonly Node[] {
  return below(program, '');
}

function below(command: Command, at: string): readonly Node[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command).filter((sub) => sub.name() !== 'help');
  const node: Node = {
    at,
    commands: commands.map((sub) => ({ name: sub.name(), about: sub.description() })),
    flags: help
      .visibleOptions(command)
      .flatMap(({ long, required, description }) => (long === undefined || long === null ? [] : [{ name: long.slice(2), about: description, takesValue: required }])),
  };
  return [node, ...commands.flatMap((sub) => below(sub, `${at} ${sub.name()}`))];
}

/** A text in single quotes, as all three shells read it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
