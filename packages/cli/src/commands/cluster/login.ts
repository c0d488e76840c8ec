import type { Command } from 'commander';
import { UsageError } from '../../client/failure.ts';
import type { Api } from '../../client/http.ts';
import type { Environment } from '../../environment.ts';
import { readInput } from '../../input.ts';
import { print } from '../../output/print.ts';
import { leaf } from '../leaf.ts';
import { readDotApc, writeDotApc } from './dot-apc.ts';
import { targeted, told, workingNamespace } from './session.ts';

interface Flags {
  readonly appAuth?: true;
  readonly username?: string;
  readonly passwordFile?: string;
}

interface Issued {
  readonly access_token: string;
}

/** `mintmark login`: as the job whose pipeline is the target, or as a user. */
export function addLogin(program: Command, env: Environment): void {
  leaf(program, { name: 'login', about: 'log in to the target and keep the token in .apc' })
    .option('--app-auth', "as the job whose pipeline the target is: only inside the cluster, and only where policy gives the job a token")
    .option('--username <name>', 'as a user')
    .option('--password-file <file>', "file with the user's password, or - for standard input", '-')
    .action((flags: Flags) => told(() => login(env, flags)));
}

async function login(env: Environment, flags: Flags): Promise<void> {
  const { api, target } = await targeted(env);
  print(`Connecting to ${target}...`);
  const { access_token } = await issued(api, target, flags);
  const apc = readDotApc(env);
  writeDotApc(env, { ...apc, tokens: { ...apc.tokens, [target]: `Bearer ${access_token}` } });
  print('Success!');
  await workingNamespace((await targeted(env)).api);
}

async function issued(api: Api, target: string, { appAuth, username, passwordFile = '-' }: Flags): Promise<Issued> {
  if (appAuth === true) {
    if (target.startsWith('https:')) throw new UsageError('app tokens do not work over HTTPS: target the pipeline with http://');
    return api.write('Error logging in', '/v1/oauth2/apptoken', {});
  }
  if (username === undefined) throw new UsageError('give --app-auth or --username');
  return api.write('Error logging in', '/v1/oauth2/token', { username, password: readInput(passwordFile, '--password-file').replace(/\r?\n$/, '') });
}
