import { type Instant, type LiveEntry, parseTime, personalPrincipal, personalState } from '@mintmark/domain';
import type { DirectoryCopy } from '../../core/people/directory.ts';

/** A personal token as it is listed, judged at `now`. Its secret is in no answer but the first. */
export function personalTokenJson({ record }: LiveEntry<'personal_token'>, directory: DirectoryCopy, now: Instant) {
  const { id, body } = record;
  const creator = directory.userOf(body.user);
  const used = directory.uses.get(id);
  const state = personalState(body, creator, now, used === undefined ? undefined : parseTime(used.at));
  const over = state.status === 'REVOKED';
  const reached = !over && creator !== undefined && body.dynamicAccess ? personalPrincipal({ revision: record.createIndex, record }, creator).organizations : body.organizations;
  return {
    id,
    name: body.name,
    status: state.status,
    expiry: body.expirationTime ?? 'Never',
    dynamicAccess: body.dynamicAccess,
    organizations: reached,
    role: body.role,
    createdBy: creator?.username ?? body.user,
    createdAt: body.createTime,
    revokedAt: over ? revokedAt(body.revokedAt, body.expirationTime, state.because) : null,
    revokedReason: over ? state.because : null,
    expiresSoon: !over && body.expiryToldAt !== '',
    idleExpirySeconds: body.idleExpirySeconds,
    networks: body.networks,
    lastUsed: used === undefined ? null : { at: used.at, region: used.region },
  };
}

function revokedAt(written: string, expiry: string | null, because: string): string | null {
  if (written !== '') return written;
  return because === 'expired' ? expiry : null;
}
