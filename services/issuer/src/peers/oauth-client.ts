import { FORWARDED_FROM, oauth, refusalOf } from '@mintmark/contract';
import { callMetadata, callPeer, channelCredentials, createClient, type TlsFiles } from '@mintmark/kit/rpc';
import type { ForwardedCall } from '../core/authority.ts';
import type { OAuthPeer } from '../core/oauth/authority.ts';

const CONNECT_WITHIN_MS = 2_000;

/** The authority's issuer over gRPC, in matters of keys and clients. */
export function connectOAuthAuthority(address: string, tls: TlsFiles | 'insecure', region: string): OAuthPeer & Disposable {
  const client = createClient(oauth.OAuthClient, address, channelCredentials(tls));
  const options = (call: ForwardedCall) => {
    const metadata = callMetadata(call);
    metadata.set(FORWARDED_FROM, region);
    const { signal, deadline } = call;
    return { signal, deadline, metadata, connectWithinMs: CONNECT_WITHIN_MS, toError: refusalOf('the authority', 'write') };
  };
  return {
    publishKey: (request, call) => callPeer(client, 'publishKey', request, options(call)),
    withdrawKey: (request, call) => callPeer(client, 'withdrawKey', request, options(call)),
    [Symbol.dispose]: () => client.close(),
  };
}
