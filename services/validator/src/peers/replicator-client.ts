import { refusalOf, replicator } from '@mintmark/contract';
import { callMetadata, callPeer, channelCredentials, createClient, type TlsFiles } from '@mintmark/kit/rpc';

const CONNECT_WITHIN_MS = 2_000;

/** The region's replicator over gRPC. */
export interface ReplicatorConnection extends Disposable {
  /** Compares the region's stores, and its copy with the authority, or joins who does so already: the work goes on when the signal aborts. Throws the refusal `unavailable`. */
  verify(signal: AbortSignal): Promise<replicator.VerifyResponse>;
}

export function connectReplicator(address: string, tls: TlsFiles | 'insecure'): ReplicatorConnection {
  const client = createClient(replicator.ReplicatorClient, address, channelCredentials(tls));
  const options = (signal: AbortSignal) => ({ signal, deadlineMs: 60_000, metadata: callMetadata({}), connectWithinMs: CONNECT_WITHIN_MS, toError: refusalOf("the region's replicator", 'read') });
  return {
    verify: (signal) => callPeer(client, 'verify', {}, options(signal)),
    [Symbol.dispose]: () => client.close(),
  };
}
