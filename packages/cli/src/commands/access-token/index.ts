import type { Command } from 'commander';
import { UsageError } from '../../client/failure.ts';
import { segment } from '../../client/path.ts';
import type { AccessTokenJson } from '../../client/people.ts';
import type { Environment } from '../../environment.ts';
import { json } from '../../output/json.ts';
import { print } from '../../output/print.ts';
import { calls, type FormatFlags, formatFlags } from '../calls.ts';
import { collect, group, leaf } from '../leaf.ts';
import { accessTokenTable, showAccessToken } from './show.ts';

const PATH = '/api/v3/accessToken';

interface CreateFlags extends FormatFlags {
  readonly name?: string;
  readonly expiry: string;
  readonly dynamic?: true;
  readonly org?: readonly string[];
  readonly role?: string;
  readonly idleExpiry?: string;
  readonly network?: readonly string[];
}

/** `mintmark access-token`: one's own tokens. They are managed in person, by a session or by name and password. */
export function addAccessToken(program: Command, env: Environment): void {
  const token = group(program, 'access-token', "one's own tokens, managed by MINTMARK_SESSION, or MINTMARK_USERNAME and MINTMARK_PASSWORD");
  for (const add of [addCreate, addList, addInfo, addRevoke]) add(token, env);
}

function addCreate(parent: Command, env: Environment): void {
  const command = leaf(parent, { name: 'create', about: "make a token of one's own; it is shown this once" })
    .option('--name <text>', 'a name for people')
    .option('--expiry <date>', 'a date, an RFC 3339 time, or Never', 'Never')
    .option('--dynamic', 'for all organizations that you are in, now and later')
    .option('--org <id>', 'an organization by ID; may be given several times', collect)
    .option('--role <role>', 'at most your own')
    .option('--idle-expiry <seconds>', 'ends when it was not used for so long')
    .option('--network <cidr>', 'counts from there only; may be given several times', collect);
  calls<CreateFlags>(formatFlags(command), env, async ({ settings, flags }) => {
    const body = bodyOf(flags);
    const { connectInPerson } = await import('../../client/person.ts');
    showAccessToken(await connectInPerson(settings).write<AccessTokenJson>('Error creating access token', PATH, body), flags);
    return 0;
  });
}

function bodyOf({ name, expiry, dynamic: all, org = [], role, idleExpiry, network = [] }: CreateFlags): object {
  if (name === undefined || role === undefined) throw new UsageError('-name and -role must be given');
  const dynamic = all === true;
  if (dynamic === org.length > 0) throw new UsageError('give -dynamic, or at least one -org');
  if (idleExpiry !== undefined && !/^\d{1,9}$/.test(idleExpiry)) throw new UsageError('-idle-expiry must be a number of seconds');
  return { name, expiry, dynamicAccess: dynamic, organizations: org, role, networks: network, ...(idleExpiry === undefined ? {} : { idleExpirySeconds: Number(idleExpiry) }) };
}

function addList(parent: Command, env: Environment): void {
  calls<FormatFlags>(formatFlags(leaf(parent, { name: 'list', about: "list one's own tokens, and those of organizations that one administers" })), env, async ({ settings, flags }) => {
    const { connectInPerson } = await import('../../client/person.ts');
    const tokens = await connectInPerson(settings).read<readonly AccessTokenJson[]>('Error listing access tokens', PATH);
    print(flags.json === true ? json(tokens) : accessTokenTable(tokens));
    return 0;
  });
}

function addInfo(parent: Command, env: Environment): void {
  calls<FormatFlags>(formatFlags(leaf(parent, { name: 'info', about: 'show a token', takes: ['<token_id>'] })), env, async ({ settings, flags }, id = '') => {
    const { connectInPerson } = await import('../../client/person.ts');
    showAccessToken(await connectInPerson(settings).read<AccessTokenJson>('Error reading access token', `${PATH}/${segment(id)}`), flags);
    return 0;
  });
}

function addRevoke(parent: Command, env: Environment): void {
  calls<FormatFlags>(formatFlags(leaf(parent, { name: 'revoke', about: 'revoke a token for good', takes: ['<token_id>'] })), env, async ({ settings, flags }, id = '') => {
    const { connectInPerson } = await import('../../client/person.ts');
    showAccessToken(await connectInPerson(settings).write<AccessTokenJson>('Error revoking access token', `${PATH}/${segment(id)}/revoke`, {}), flags);
    return 0;
  });
}
