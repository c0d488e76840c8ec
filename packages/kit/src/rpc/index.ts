export { CallEnded } from '../lifecycle/ended.ts';
export { isRequestId, newRequestId } from '../telemetry/request-id.ts';
export { type CallContext, CREDENTIAL_KEY, type PeerIdentity, REQUEST_ID_KEY, type RpcCall } from './call.ts';
export type { FailedCall, FinishedCall, OnError } from './calls.ts';
export {
  callMetadata,
  callUnary,
  type ClientSettings,
  createClient,
  DEFAULT_DEADLINE_MS,
  MetadataError,
  type OutgoingOptions,
  type UnaryMethods,
  type UnaryRequest,
  type UnaryResponse,
} from './client.ts';
export { type BidiCall, type BidiMethods, type Incoming, openBidiStream, openServerStream, type ServerStreamMethods } from './client-stream.ts';
export { channelCredentials, serverCredentials, type TlsFiles } from './credentials.ts';
export type { MethodOptions } from './method.ts';
export { observedIn } from './observed.ts';
export { type CallPhase, callPeer, type PeerOptions } from './peer.ts';
export { type RpcServer, type RpcServerOptions, type RpcService, startRpcServer } from './server.ts';
export type { RpcStatus, ToStatus } from './status.ts';
export { bidiStream, serverStream, type StreamOptions } from './stream.ts';
export { fastUnary, unary } from './unary.ts';
