import { type Command, Option } from 'commander';
import { messageOf } from '../../client/answer.ts';
import { RefusedError, UsageError } from '../../client/failure.ts';
import type { Api } from '../../client/http.ts';
import type { SessionJson } from '../../client/people.ts';
import type { ClientSettings } from '../../client/settings.ts';
import type { Environment } from '../../environment.ts';
import { readInput } from '../../input.ts';
import { json } from '../../output/json.ts';
import { print } from '../../output/print.ts';
import { block } from '../../output/table.ts';
import { calls, type FormatFlags, formatFlags } from '../calls.ts';
import { group, leaf } from '../leaf.ts';

const PATH = '/authentication/api/v1/sessions';
const SCOPES = ['soc', 'developer', 'account'] as const;

interface CreateFlags extends FormatFlags {
  readonly username?: string;
  readonly passwordFile?: string;
  readonly scope: string;
  readonly tenant?: string;
}

/** `mintmark session`: signing in and out. */
export function addSession(program: Command, env: Environment): void {
  const session = group(program, 'session', 'sign in and out');
  addCreate(session, env);
  addDelete(session, env);
}

function addCreate(parent: Command, env: Environment): void {
  const command = leaf(parent, { name: 'create', about: 'sign in: begin a session, whose token MINTMARK_SESSION can hold' })
    .option('--username <name>', 'the username (MINTMARK_USERNAME)')
    .option('--password-file <file>', 'file with the password, or - for standard input (MINTMARK_PASSWORD)')
    .addOption(new Option('--scope <scope>', 'the API that it is for').choices(SCOPES).default('account'))
    .option('--tenant <alias>', 'the alias of the organization; needed by those who are in several');
  calls<CreateFlags>(formatFlags(command), env, async ({ settings, flags }) => {
    const { connectToSignIn } = await import('../../client/person.ts');
    const body = { ...loginOf(flags, settings), ...(flags.tenant === undefined ? {} : { tenantAlias: flags.tenant }) };
    const begun = await connectToSignIn(settings).write<SessionJson>('Error creating session', `${PATH}/${flags.scope}`, body);
    const lines = block([['Session', begun.ApprendaSessionToken], ['URL', begun.href]]);
    print(flags.json === true ? json(begun) : lines);
    return 0;
  });
}

function loginOf({ username, passwordFile }: CreateFlags, { own }: ClientSettings): { readonly username: string; readonly password: string } {
  const name = username ?? own.username;
  if (name === undefined) throw new UsageError('give -username, or set MINTMARK_USERNAME');
  const password = passwordFile === undefined ? own.password?.reveal() : readInput(passwordFile, '-password-file').replace(/\r?\n$/, '');
  if (password === undefined) throw new UsageError('give -password-file, or set MINTMARK_PASSWORD');
  return { username: name, password };
}

function addDelete(parent: Command, env: Environment): void {
  const command = leaf(parent, { name: 'delete', about: 'sign out: end the session of MINTMARK_SESSION, or the one whose token is in a file (or -)', takes: ['[path]'] });
  calls(command, env, async ({ settings }, path) => {
    const token = path === undefined ? settings.own.session?.reveal() : readInput(path, 'the session token').trim();
    if (token === undefined || token === '') throw new UsageError('set MINTMARK_SESSION, or give the path of a file that holds the token, or - for standard input');
    const { connectToSignIn } = await import('../../client/person.ts');
    await end(connectToSignIn(settings), plain(token));
    print('Session successfully ended');
    return 0;
  });
}

/** Raw, whether it was kept as the body or as the link has it. */
function plain(token: string): string {
  return token.replaceAll(/%3d/gi, '=');
}

/** A token does not say what it is for. */
async function end(api: Api, token: string): Promise<void> {
  const doing = 'Error deleting session';
  for (const scope of SCOPES) {
    const { status, text } = await api.ask(doing, { method: 'DELETE', path: `${PATH}/${scope}/${encodeURIComponent(token)}` });
    if (status === 204) return;
    if (status !== 404) throw new RefusedError(doing, status, messageOf(text), 'person');
  }
  throw new RefusedError(doing, 404, 'there is no such session', 'person');
}
