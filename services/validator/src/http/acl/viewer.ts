import type { LiveEntry } from '@mintmark/domain';
import type { Topic } from '../../core/types.ts';
import { callerOf, isForeign } from './caller.ts';
import type { Exchange } from './exchange.ts';
import type { Listed } from './listing.ts';
import { recordById } from './reading.ts';
import type { AclServices } from './services.ts';

/** The policy that holds for whoever presents no credential, and that anybody may read (specs 4.5). */
export const ANONYMOUS_POLICY = 'anonymous';

/** Whoever looks at policies and roles. Without a token it is somebody who presented no credential. */
export interface Viewer {
  readonly token?: LiveEntry<'token'>;
  readonly management: boolean;
  readonly roleIds: readonly string[];
  /** Held now, directly or through a role, whether they exist or not; empty for management, who needs none. */
  readonly policies: ReadonlySet<string>;
  /** What has changed the above. */
  readonly index: number;
  /** The state in which it was seen. */
  readonly seenAt: number;
}

/** Throws the refusals of 1.0.2. */
export async function viewerOf(services: AclServices, exchange: Exchange): Promise<Viewer> {
  const heardOf = services.feed.state().position?.revision ?? 0;
  const caller = await callerOf(services.authenticator, exchange, false);
  if (caller === undefined) return { management: false, roleIds: [], policies: new Set([ANONYMOUS_POLICY]), index: 0, seenAt: heardOf };
  const { token, management } = caller;
  const { roleIds, policies } = token.record.body;
  const roles = await Promise.all(roleIds.map((id) => recordById(services, 'role', id, exchange)));
  return {
    ...{ token, management, roleIds },
    policies: new Set([...(policies ?? []), ...roles.flatMap(({ value }) => value?.record.body.policies ?? [])]),
    index: Math.max(isForeign(caller) ? 0 : token.revision, ...roles.map(({ tableIndex }) => tableIndex)),
    seenAt: Math.min(heardOf, ...roles.map(({ watermark }) => watermark.revision)),
  };
}

/** The changes of roles that change what a viewer holds. */
export function roleTopics({ roleIds }: Viewer): readonly Topic[] {
  return roleIds.map((id) => ({ kind: 'role', id }));
}

/**
 * A list of what a viewer holds. It changes with the viewer's token and roles too, so its index follows them; but it is never greater than the oldest
 * state that went into it, so that whatever is missing in the list has a greater one (P4).
 */
export function ownList(viewer: Viewer, listed: Listed): Listed {
  const moved = Math.max(viewer.index, listed.index);
  return { ...listed, index: Math.min(moved, viewer.seenAt, listed.watermark.revision) };
}

/** Lists of policies and roles never stand at 0 (specs 3). */
export function floored(listed: Listed): Listed {
  return { ...listed, index: Math.max(1, listed.index) };
}
