import type { people } from '@mintmark/contract';
import {
  actingIn,
  digestOf,
  expiryOf,
  formatTime,
  instantOf,
  isBuiltInRole,
  isExpired,
  type LiveRecord,
  BUILT_IN_ROLES,
  type PersonalTokenBody,
  Refusal,
  type Revision,
  revision,
  roleIn,
  shortTextProblem,
  strongestRole,
  weakerOf,
} from '@mintmark/domain';
import { mintSecret } from '@mintmark/keys/secrets';
import ipaddr from 'ipaddr.js';
import type { IssuerContext } from '../../context.ts';
import { envelope, freshUuid } from '../mint.ts';
import type { Person } from './caller.ts';

const MAX_ORGANIZATIONS = 1_000;
const MAX_NETWORKS = 100;
/** Use is told to the authority once a minute, so nothing shorter can be judged. */
const MIN_IDLE_SECONDS = 300;
const MAX_IDLE_SECONDS = 3_153_600_000;
/** The secret says an index that its record is surely written by. */
const INDEX_AHEAD = 1_024;

/** A personal token that is about to be written, and its secret in clear. */
export interface DraftedPersonal {
  readonly record: LiveRecord<'personal_token'>;
  readonly secret: string;
  /** The greatest index that it may be written at. */
  readonly before: Revision;
}

type Asked = people.CreatePersonalTokenRequest;

/** A new personal token. Throws the refusals `invalid_argument`, and `permission_denied` for more than its creator has. */
export function draftPersonal(ctx: IssuerContext, asked: Asked, creator: Person): DraftedPersonal {
  const now = instantOf(ctx.world.clock.now());
  const wanted = { ...wantedOf(asked), expirationTime: expirationOf(asked, now) };
  const organizations = within(creator, wanted.role, asked);
  const position = ctx.follower.position?.revision ?? 0;
  const before = revision(position + INDEX_AHEAD);
  const secret = mintSecret({ kind: 'personal', region: ctx.region, index: before }, (count) => ctx.world.random.bytes(count));
  const body: PersonalTokenBody = {
    secret: { digest: digestOf(secret), sealed: new Uint8Array() },
    ...wanted,
    organizations,
    user: creator.user.record.id,
    createTime: formatTime(instantOf(Math.max(ctx.world.clock.now(), creator.user.record.body.tokensNotBefore + 1))),
    revokedBecause: '',
    revokedAt: '',
    expiryToldAt: '',
  };
  return { record: { kind: 'personal_token', id: freshUuid(ctx), scope: 'global', deleted: false, body, ...envelope(ctx) }, secret, before };
}

function wantedOf({ name, dynamicAccess, role, idleExpirySeconds, networks }: Asked): Pick<PersonalTokenBody, 'name' | 'dynamicAccess' | 'role' | 'idleExpirySeconds' | 'networks'> {
  const problem = shortTextProblem('name', name);
  if (problem !== undefined) throw new Refusal('invalid_argument', problem);
  if (!isBuiltInRole(role)) throw new Refusal('invalid_argument', `role must be one of: ${BUILT_IN_ROLES.join(', ')}`);
  if (idleExpirySeconds !== 0 && (idleExpirySeconds < MIN_IDLE_SECONDS || idleExpirySeconds > MAX_IDLE_SECONDS)) {
    throw new Refusal('invalid_argument', `idleExpirySeconds must be 0, or from ${MIN_IDLE_SECONDS} to ${MAX_IDLE_SECONDS}`);
  }
  if (networks.length > MAX_NETWORKS) throw new Refusal('invalid_argument', `networks must be at most ${MAX_NETWORKS}`);
  return { name, dynamicAccess, role, idleExpirySeconds, networks: networks.map(networkOf) };
}

function expirationOf({ expiry }: Asked, now: bigint): string | null {
  const expirationTime = expiryOf(expiry);
  if (expirationTime === undefined) throw new Refusal('invalid_argument', 'expiry must be Never, a date such as 2030-01-31, or an RFC 3339 time');
  if (isExpired({ expirationTime }, now)) throw new Refusal('invalid_argument', 'expiry must be in the future');
  return expirationTime;
}

/** The organizations of the token; whoever makes it must act in all of them, in a built-in role no weaker than the token's. */
function within({ user, organization: alone }: Person, role: string, { dynamicAccess, organizations: chosen }: Asked): readonly string[] {
  const { organizations: own } = user.record.body;
  const ids = dynamicAccess ? own.map(({ organization }) => organization) : [...new Set(chosen)];
  if (!dynamicAccess && ids.length === 0) throw new Refusal('invalid_argument', 'organizations must name at least one, or dynamicAccess be true');
  if (ids.length > MAX_ORGANIZATIONS) throw new Refusal('invalid_argument', `organizations must be at most ${MAX_ORGANIZATIONS}`);
  const acting = actingIn(own, alone);
  const has = ids.map((id) => roleIn(acting, id));
  if (has.includes(undefined)) throw new Refusal('permission_denied', outside(alone));
  if (!dynamicAccess && !has.every((mine) => mine !== undefined && isBuiltInRole(mine))) throw customRole();
  const strongest = dynamicAccess ? strongestRole(has as string[]) : undefined;
  if (dynamicAccess && strongest === undefined) throw customRole();
  const bounds = strongest === undefined ? has : [strongest];
  if (!isBuiltInRole(role) || !bounds.every((bound) => isBuiltInRole(bound ?? '') && weakerOf(role, bound as typeof role) === role)) {
    throw new Refusal('permission_denied', 'a token has no stronger role than its creator');
  }
  return ids;
}

function outside(alone: string): string {
  return alone === '' ? 'a token reaches no organization that its creator is not in' : 'by a session in one tenant a token is made for that tenant only: name it in organizations';
}

function customRole(): Refusal {
  return new Refusal('permission_denied', 'users with a custom role make no tokens');
}

/** A network in CIDR form; a single address stands for itself. */
function networkOf(text: string, at: number): string {
  try {
    const [address, bits] = text.includes('/') ? ipaddr.parseCIDR(text) : [ipaddr.process(text), undefined];
    return `${address.toString()}/${bits ?? (address.kind() === 'ipv4' ? 32 : 128)}`;
  } catch {
    throw new Refusal('invalid_argument', `networks[${at}] must be an address or a network such as 10.0.0.0/8`);
  }
}
