import { createHash } from 'node:crypto';
import { type Kind, parseSessionToken, type Principal, sessionId, SETTINGS } from '@mintmark/domain';
import type { Change } from '@mintmark/view';

/** What verdicts about credentials rest on. */
const KINDS: ReadonlySet<Kind> = new Set<Kind>(['token', 'session', 'api_client', 'user', 'organization', 'setting', 'denied', 'signing_key', 'job']);
const MARK_BYTES = 6;

const marks = new WeakMap<Change, number>();

/** The change's mark; `undefined` where no verdict rests on such records. Made once, however many watch. */
export function markOf(change: Change): number | undefined {
  if (!KINDS.has(change.kind)) return undefined;
  let mark = marks.get(change);
  if (mark === undefined) {
    mark = markFor(change.kind, change.id);
    marks.set(change, mark);
  }
  return mark;
}

/**
 * Marks of the records on which it rests that this credential stands for this principal, beside the time until which it does. Empty where more than records
 * counts: a personal token's word depends on the address and on its last use.
 */
export function restsOn(value: string, principal: Principal): readonly number[] {
  const id = principal.subject.slice(principal.subject.indexOf(':') + 1);
  const organizations = principal.organizations.map((organization) => markFor('organization', organization));
  switch (principal.dialect) {
    case 'acl':
      return [markFor('token', id)];
    case 'session':
      return [markFor('session', sessionId(id, guidOf(value))), markFor('user', id), ...organizations, ...Object.keys(SETTINGS).map((name) => markFor('setting', name))];
    case 'oauth': {
      const { kid, jti } = namesIn(value);
      return [markFor('api_client', id), markFor('signing_key', kid), markFor('denied', jti), ...organizations];
    }
    case 'workload': {
      const { kid, jti, id: bearer } = namesIn(value);
      return [markFor('job', bearer), markFor('user', bearer), markFor('signing_key', kid), markFor('denied', jti)];
    }
    default:
      return [];
  }
}

function markFor(kind: Kind, id: string): number {
  return createHash('sha256').update(`${kind}.${id}`).digest().readUIntBE(0, MARK_BYTES);
}

/** The session's own id. */
function guidOf(value: string): string {
  const [guid = ''] = Buffer.from(parseSessionToken(value) ?? '', 'base64').toString('latin1').split('|');
  return guid;
}

/** Of a token that was found good. */
function namesIn(token: string): { readonly kid: string; readonly jti: string; readonly id: string } {
  const [header = '', claims = ''] = token.split('.', 2);
  const { kid = '' } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { readonly kid?: string };
  const { jti = '', id = '' } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { readonly jti?: string; readonly id?: string };
  return { kid, jti, id };
}
