import { issuer, refusalOf } from '@mintmark/contract';
import { type BidiCall, callMetadata, callPeer, MetadataError, openBidiStream, type TlsFiles, channelCredentials, createClient } from '@mintmark/kit/rpc';
import { Refusal } from '@mintmark/domain';
import type { PeerGates } from '@mintmark/kit/overload';
import type { SecretKind } from '../core/resolver.ts';
import type { IssuerCall, IssuerCalls } from '../core/types.ts';
import { type PeopleCalls, peopleCalls } from './people.ts';

const CONNECT_WITHIN_MS = 2_000;
const WRITE_WITHIN_MS = 12_000;
const READ_WITHIN_MS = 3_000;
/** A region that is promoted may have to catch up first. */
const PROMOTE_WITHIN_MS = 30_000;

/** The region's issuer over gRPC. */
export interface IssuerConnection extends Disposable {
  readonly calls: IssuerCalls;
  readonly people: PeopleCalls;
  resolveSecret(kind: SecretKind, digest: string, signal: AbortSignal): Promise<issuer.ResolveSecretResponse>;
  /** Opens the stream by which a validator tells how far it has heard of changes, at once. It lasts until either side ends it. */
  attach(signal: AbortSignal): BidiCall<issuer.Coverage, issuer.Attached>;
}

export function connectIssuer(address: string, tls: TlsFiles | 'insecure', gates: PeerGates): IssuerConnection {
  const client = createClient(issuer.IssuerClient, address, channelCredentials(tls));
  const write = (call: IssuerCall) => ({ ...options(call, 'write'), gate: gates.write, deadlineMs: WRITE_WITHIN_MS });
  const read = (call: IssuerCall) => ({ ...options(call, 'read'), gate: gates.read, deadlineMs: READ_WITHIN_MS });
  return {
    calls: {
      bootstrapToken: async (request, call) => callPeer(client, 'bootstrapToken', request, write(call)),
      upsertToken: async (request, call) => callPeer(client, 'upsertToken', request, write(call)),
      deleteToken: async (request, call) => callPeer(client, 'deleteToken', request, write(call)),
      createOneTimeToken: async (request, call) => callPeer(client, 'createOneTimeToken', request, write(call)),
      exchangeOneTimeToken: async (request, call) => callPeer(client, 'exchangeOneTimeToken', request, write(call)),
      upsertPolicy: async (request, call) => callPeer(client, 'upsertPolicy', request, write(call)),
      deletePolicy: async (request, call) => callPeer(client, 'deletePolicy', request, write(call)),
      restorePolicy: async (request, call) => callPeer(client, 'restorePolicy', request, write(call)),
      upsertRole: async (request, call) => callPeer(client, 'upsertRole', request, write(call)),
      deleteRole: async (request, call) => callPeer(client, 'deleteRole', request, write(call)),
      promote: async (request, call) => callPeer(client, 'promote', request, { ...write(call), deadlineMs: PROMOTE_WITHIN_MS }),
      revealSecret: async (request, call) => callPeer(client, 'revealSecret', request, read(call)),
    },
    people: peopleCalls(client, write),
    resolveSecret: (kind, digest, signal) =>
      callPeer(client, 'resolveSecret', { digest: Buffer.from(digest, 'hex'), kind }, read({ requestId: 'resolve', signal })),
    attach: (signal) => openBidiStream(client, 'attach', { signal }),
    [Symbol.dispose]: () => client.close(),
  };
}

function options(call: IssuerCall, effect: 'read' | 'write') {
  return {
    signal: call.signal,
    metadata: metadataOf(call),
    connectWithinMs: CONNECT_WITHIN_MS,
    toError: refusalOf("the region's issuer", effect),
  };
}

/** A credential that no header can carry belongs to nobody. */
function metadataOf(call: IssuerCall) {
  try {
    return callMetadata(call);
  } catch (error) {
    if (error instanceof MetadataError) throw new Refusal('permission_denied', 'Permission denied', { cause: error });
    throw error;
  }
}
