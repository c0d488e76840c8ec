import type { oauth } from '@mintmark/contract';
import type { IssuerContext } from '../../context.ts';
import { methodsOf } from '../method.ts';
import { publishKey } from './publish-key.ts';
import { rotateKeys } from './rotate-keys.ts';
import { withdrawKey } from './withdraw-key.ts';

/** The gRPC surface of keys, clients and signed tokens. */
export function oauthServer(ctx: IssuerContext): oauth.OAuthServer {
  const method = methodsOf(ctx);
  return {
    publishKey: method('PublishKey', (request, call) => publishKey(ctx, request, call)),
    rotateKeys: method('RotateKeys', (_request, call) => rotateKeys(ctx, call)),
    withdrawKey: method('WithdrawKey', (request, call) => withdrawKey(ctx, request, call)),
  };
}
