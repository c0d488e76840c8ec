import type { Command } from 'commander';
import { messageOf, parsed } from '../../client/answer.ts';
import type { GrantJson } from '../../client/clients.ts';
import { RefusedError, UsageError } from '../../client/failure.ts';
import type { ClientSettings } from '../../client/settings.ts';
import type { Environment } from '../../environment.ts';
import { readInput } from '../../input.ts';
import { calls, type FormatFlags, formatFlags } from '../calls.ts';
import { collect, leaf } from '../leaf.ts';
import { showGrant } from './show.ts';

interface Flags extends FormatFlags {
  readonly clientId?: string;
  readonly secretFile?: string;
  readonly role?: readonly string[];
}

/** `mintmark client token`: a token as the client itself gets it (RFC 6749 section 4.4). */
export function addClientToken(parent: Command, env: Environment): void {
  const command = leaf(parent, { name: 'token', about: 'get an access token as an API client does, by its ID and secret' })
    .option('--client-id <name@account>', 'the client (MINTMARK_CLIENT_ID)')
    .option('--secret-file <file>', 'file with its secret, or - for standard input (MINTMARK_CLIENT_SECRET)')
    .option('--role <name>', 'a role of the client that the token is limited to; may be given several times', collect);
  calls<Flags>(formatFlags(command), env, async ({ settings, flags }) => {
    const form = { grant_type: 'client_credentials', ...clientIn(flags, settings), ...scopeIn(flags) };
    const { connectToSignIn } = await import('../../client/person.ts');
    const doing = 'Error getting token';
    const { status, text } = await connectToSignIn(settings).ask(doing, { method: 'POST', path: '/oauth2/token', form });
    if (status !== 200) throw new RefusedError(doing, status, messageOf(text), 'client');
    showGrant(parsed<GrantJson>(doing, text), flags);
    return 0;
  });
}

function clientIn({ clientId, secretFile }: Flags, { own }: ClientSettings): { readonly client_id: string; readonly client_secret: string } {
  const id = clientId ?? own.clientId;
  if (id === undefined) throw new UsageError('give -client-id, or set MINTMARK_CLIENT_ID');
  const secret = secretFile === undefined ? own.clientSecret?.reveal() : readInput(secretFile, '-secret-file').trim();
  if (secret === undefined || secret === '') throw new UsageError('give -secret-file, or set MINTMARK_CLIENT_SECRET');
  return { client_id: id, client_secret: secret };
}

/** A scope names roles, percent-encoded, since names may hold spaces. */
function scopeIn({ role }: Flags): { readonly scope?: string } {
  return role === undefined ? {} : { scope: role.map((name) => encodeURIComponent(name)).join(' ') };
}
