import { refusalOf, replicator } from '@mintmark/contract';
import { callMetadata, callPeer, channelCredentials, createClient, type TlsFiles } from '@mintmark/kit/rpc';
import type { DigestPeer } from '../core/verify/peer.ts';

const CONNECT_WITHIN_MS = 2_000;
const WITHIN_MS = 10_000;

/** The other regions' replicators over gRPC, each connected to when it is first needed; `undefined` for one that is not known. */
export function replicatorPeers(addresses: Readonly<Record<string, string>>, tls: TlsFiles | 'insecure', stack: AsyncDisposableStack): (region: string) => DigestPeer | undefined {
  const own = stack.use(new AsyncDisposableStack());
  const connected = new Map<string, DigestPeer>();
  return (region) => {
    const address = addresses[region] ?? '';
    const known = connected.get(region);
    if (known !== undefined || address === '') return known;
    const peer = own.use(connectReplicator(address, tls));
    connected.set(region, peer);
    return peer;
  };
}

function connectReplicator(address: string, tls: TlsFiles | 'insecure'): DigestPeer & Disposable {
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
