// What an issuer is made of, for those who run one under a scheduler of their own.
export { type AuthorityPeers, compose, type IssuerOverrides, type IssuerPorts } from './compose.ts';
export type { IssuerContext } from './context.ts';
export type { ForwardedCall } from './core/authority/peer.ts';
export type { Passwords } from './core/people/passwords.ts';
export { loopsOf } from './loops.ts';
export { attach } from './rpc/attach.ts';
export { issuerServer } from './rpc/index.ts';
export { oauthServer } from './rpc/oauth/index.ts';
export { workloadServer } from './rpc/workload/index.ts';
