import type { CatchUp } from '@mintmark/oauth';
import type { OAuthParts } from './compose-oauth.ts';
import type { OAuthContext } from './core/oauth/context.ts';
import { WorkloadAuthenticator } from './core/workload/authenticate.ts';
import type { WorkloadContext } from './core/workload/context.ts';
import type { WorkloadCalls } from './peers/workload.ts';

export type WorkloadParts = Pick<OAuthParts, 'view' | 'world' | 'tokens'> & Pick<OAuthContext, 'memory'> & { readonly catchUp: CatchUp | undefined; readonly calls: WorkloadCalls };

/** Puts the part of a validator together that answers about jobs, services and bindings. */
export function composeWorkload({ view, world, tokens, memory, catchUp, calls }: WorkloadParts): WorkloadContext {
  return {
    authenticator: new WorkloadAuthenticator({ tokens, memory, view, catchUp, clock: world.clock }),
    issuer: calls,
  };
}
