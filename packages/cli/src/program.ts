import { Command, CommanderError } from 'commander';
import about from '../package.json' with { type: 'json' };
import { addAccessToken } from './commands/access-token/index.ts';
import { addAcl } from './commands/acl/index.ts';
import { addClient } from './commands/client/index.ts';
import { addCluster } from './commands/cluster/index.ts';
import { addCompletion } from './commands/completion.ts';
import { addDev } from './commands/dev.ts';
import { addOperator } from './commands/operator.ts';
import { addOrg } from './commands/org/index.ts';
import { addPolicyFiles } from './commands/policy/index.ts';
import { addPipeline } from './commands/pipeline.ts';
import { addRegion } from './commands/region/index.ts';
import { addServer } from './commands/server.ts';
import { addSession } from './commands/session/index.ts';
import { addUser } from './commands/user/index.ts';
import { addAuthorize } from './commands/verdict/authorize.ts';
import { addValidate } from './commands/verdict/validate.ts';
import type { Environment } from './environment.ts';
import { withDoubleDashes } from './flags/single-dash.ts';

/** Runs `mintmark` with these arguments. The exit code is set, not awaited: the process ends when nothing is left to do. */
export async function runProgram(args: readonly string[], env: Environment): Promise<void> {
  process.stdout.once('error', endQuietly);
  const program = createProgram(env);
  try {
    await program.parseAsync(withDoubleDashes(program, args), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode;
  }
}

/** Whoever read the output has seen enough (`mintmark … | head`). */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}

/** The `mintmark` command. Its commands load what runs services only when they are called, so that all others start fast. */
export function createProgram(env: Environment): Command {
  const program = new Command('mintmark')
    .description('A token service for many regions: mints, checks and revokes tokens.')
    .version(about.version, '-v, --version', 'print the version')
    .exitOverride()
    .enablePositionalOptions()
    .showHelpAfterError()
    .showSuggestionAfterError();
  addAcl(program, env);
  addUser(program, env);
  addOrg(program, env);
  addClient(program, env);
  addAccessToken(program, env);
  addSession(program, env);
  addAuthorize(program, env);
  addValidate(program, env);
  addPolicyFiles(program, env);
  addCluster(program, env);
  addCompletion(program);
  addDev(program, env);
  addServer(program, env);
  addPipeline(program, env);
  addRegion(program, env);
  addOperator(program, env);
  return program;
}
