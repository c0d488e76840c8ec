import type { CatchUp } from '@mintmark/oauth';
import type { ValidatorConfig } from './config.ts';
import type { OAuthParts } from './compose-oauth.ts';
import type { OAuthContext } from './core/oauth/context.ts';
import { WorkloadAuthenticator } from './core/workload/authenticate.ts';
import type { WorkloadContext } from './core/workload/context.ts';
import { connectWorkload } from './peers/workload.ts';

export type WorkloadParts = Pick<OAuthParts, 'view' | 'world' | 'tokens'> & Pick<OAuthContext, 'memory'> & { readonly catchUp: CatchUp | undefined };

/** Puts the part of a validator together that answers about jobs, services and bindings. What has to be disposed of goes onto the stack. */
export function composeWorkload({ issuer }: ValidatorConfig, { view, world, tokens, memory, catchUp }: WorkloadParts, stack: AsyncDisposableStack): WorkloadContext {
  return {
    authenticator: new WorkloadAuthenticator({ tokens, memory, view, catchUp, clock: world.clock }),
    issuer: stack.use(connectWorkload(issuer.address, issuer.tls)),
  };
}
