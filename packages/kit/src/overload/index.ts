export { type Bound, type BoundReason, showBounds } from './bound.ts';
export { type Passage, PeerBusy, PeerGate, type PeerGateOptions, type PeerGates, peerGates } from './peer-gate.ts';
export { type NoPlace, Places, type PlacesOptions } from './places.ts';
