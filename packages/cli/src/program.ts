import { Command } from 'commander';
import { addDev } from './commands/dev.ts';
import { addOperator } from './commands/operator.ts';
import { addServer } from './commands/server.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The `mintmark` command. */
export function createProgram(env: Environment): Command {
  const program = new Command('mintmark')
    .description('A token service for many regions: mints, checks and revokes tokens.')
    .showHelpAfterError()
    .showSuggestionAfterError();
  addDev(program);
  addServer(program, env);
  addOperator(program);
  return program;
}
