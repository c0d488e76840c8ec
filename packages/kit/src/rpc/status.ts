import { Metadata, status } from '@grpc/grpc-js';

/** What goes out on the wire when a call fails. */
export interface RpcStatus {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;
}

/** Turns whatever a handler threw into a status. Must not throw; an unknown error becomes an opaque `INTERNAL`. */
export type ToStatus = (error: unknown) => RpcStatus;

/** Longer details would not fit the header block that carries them. */
const MAX_DETAILS = 1024;

/** A status made by this kit itself: no deadline, an undecodable message, a server that stops. */
export function ownStatus(code: status, details: string): RpcStatus {
  return { code, details, metadata: new Metadata() };
}

/** The status as it can be sent: bounded, and without lone surrogates, which the percent-encoding of details cannot express. */
export function sendable(from: RpcStatus): RpcStatus {
  const details = from.details.length > MAX_DETAILS ? `${from.details.slice(0, MAX_DETAILS)}…` : from.details;
  return { code: from.code, details: details.toWellFormed(), metadata: from.metadata };
}

/** The mapping where the caller gives none: everything is opaque. */
export const opaque: ToStatus = () => ownStatus(status.INTERNAL, 'internal error');
