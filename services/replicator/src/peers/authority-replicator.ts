import { refusalOf, replicator } from '@mintmark/contract';
import { callMetadata, callPeer, channelCredentials, createClient, type TlsFiles } from '@mintmark/kit/rpc';
import type { DigestPeer } from '../core/verify/peer.ts';

const CONNECT_WITHIN_MS = 2_000;
const WITHIN_MS = 10_000;

/** The authority's replicator over gRPC. */
export function connectAuthorityReplicator(address: string, tls: TlsFiles | 'insecure'): DigestPeer & Disposable {
  const client = createClient(replicator.ReplicatorClient, address, channelCredentials(tls));
  const options = (signal: AbortSignal) => ({
    signal,
    deadlineMs: WITHIN_MS,
    metadata: callMetadata({}),
    connectWithinMs: CONNECT_WITHIN_MS,
    toError: refusalOf("the authority's replicator", 'read'),
  });
  return {
    digest: (request, { signal }) => callPeer(client, 'digest', request, options(signal)),
    range: (request, { signal }) => callPeer(client, 'range', request, options(signal)),
    [Symbol.dispose]: () => client.close(),
  };
}
