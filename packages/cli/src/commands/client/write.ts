import { type Command, Option } from 'commander';
import { CLIENTS, type ClientJson, clientPath } from '../../client/clients.ts';
import { UsageError } from '../../client/failure.ts';
import type { Environment } from '../../environment.ts';
import { readInput } from '../../input.ts';
import type { FormatFlags } from '../calls.ts';
import { collect, leaf } from '../leaf.ts';
import { timeOr } from '../moment.ts';
import { administers } from './administration.ts';
import { secondsOf } from './seconds.ts';
import { showClient } from './show.ts';

interface Flags extends FormatFlags {
  readonly name?: string;
  readonly account?: string;
  readonly description?: string;
  readonly expiration?: string;
  readonly role?: readonly string[];
  readonly dpop?: string;
  /** `false` for `-no-roles`. */
  readonly roles?: false;
  readonly jwksFile?: string;
  /** `false` for `-no-jwks`. */
  readonly jwks?: false;
}

function writeFlags(command: Command): Command {
  return command
    .option('--name <name>', 'the name, unique in its account')
    .option('--description <text>', 'a description')
    .option('--expiration <time>', 'how long its tokens count: a number of seconds, or 90s, 5m, 3h (default 5m)')
    .option('--role <name>', 'a role; may be given several times', collect)
    .addOption(new Option('--dpop <yes>', 'whether its tokens are bound to a key (RFC 9449)').choices(['true', 'false']))
    .option('--jwks-file <file>', 'file with the public keys (JWK set) that it signs in with (RFC 7523), or - for standard input');
}

/** `mintmark client create`: the secret is shown this once. */
export function addClientCreate(parent: Command, env: Environment): void {
  const command = leaf(parent, { name: 'create', about: 'create an API client; its secret is shown this once' });
  writeFlags(command).option('--account <alias>', 'the account that it belongs to (default: that of MINTMARK_USERNAME)');
  administers<Flags>(command, env, async (api, flags) => {
    if (flags.name === undefined) throw new UsageError('-name must be given');
    const body = { ...bodyOf(flags), ...(flags.account === undefined ? {} : { account: flags.account }) };
    showClient(await api.write<ClientJson>('Error creating API client', CLIENTS, body), flags);
  });
}

/** `mintmark client update`: what is not given stays. */
export function addClientUpdate(parent: Command, env: Environment): void {
  const command = leaf(parent, { name: 'update', about: 'change an API client; what is not given stays, roles that are given replace all', takes: ['<client>'] });
  writeFlags(command).option('--no-roles', 'it has no role').option('--no-jwks', 'it has no keys');
  administers<Flags>(command, env, async (api, flags, which) => {
    if (flags.roles === false && flags.role !== undefined) throw new UsageError('-role and -no-roles exclude each other');
    if (flags.jwks === false && flags.jwksFile !== undefined) throw new UsageError('-jwks-file and -no-jwks exclude each other');
    const body = { ...bodyOf(flags), ...(flags.roles === false ? { roles: [] } : {}), ...(flags.jwks === false ? { jwks: null } : {}) };
    if (Object.keys(body).length === 0) throw new UsageError('Please provide at least one flag to update the API client');
    showClient(await api.replace<ClientJson>('Error updating API client', await clientPath(api, which), body), flags);
  });
}

/** `mintmark client enable` and `disable`. */
export function addClientSwitches(parent: Command, env: Environment): void {
  for (const [name, enabled, about] of [
    ['enable', true, 'let a disabled API client in again; tokens of before stay refused'],
    ['disable', false, 'keep an API client out: every token of it ends'],
  ] as const) {
    administers(leaf(parent, { name, about, takes: ['<client>'] }), env, async (api, flags, which) => {
      showClient(await api.replace<ClientJson>('Error updating API client', await clientPath(api, which), { enabled }), flags);
    });
  }
}

/** `mintmark client not-before`: ends its tokens of both kinds at once. */
export function addClientNotBefore(parent: Command, env: Environment): void {
  const about = 'refuse its tokens that were issued before a time, or before now; never goes back';
  administers(leaf(parent, { name: 'not-before', about, takes: ['<client>', '[time]'] }), env, async (api, flags, which, time) => {
    showClient(await api.replace<ClientJson>('Error updating API client', await clientPath(api, which), { notBefore: await timeOr(time) }), flags);
  });
}

function bodyOf({ name, description, expiration, role, dpop, jwksFile }: Flags): object {
  const defaultExpirationSeconds = expiration === undefined ? undefined : secondsOf('-expiration', expiration);
  const jwks = jwksFile === undefined ? undefined : keysIn(readInput(jwksFile, '-jwks-file'));
  const all = { name, description, defaultExpirationSeconds, roles: role, dpop: dpop === undefined ? undefined : dpop === 'true', jwks };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function keysIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError('-jwks-file: it is not JSON; a JWK set is needed: {"keys": [...]}');
  }
}
