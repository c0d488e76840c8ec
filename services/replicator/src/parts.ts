// What a replicator is made of, for those who run one under a scheduler of their own.
export { compose, type Loop, loopsOf, type ReplicatorPorts } from './compose.ts';
export { type DigestPeer, digestOf, rangesOf } from './core/verify/peer.ts';
export { type StatusSources, statusOfReplicator } from './status.ts';
