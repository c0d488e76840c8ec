export { ATTACH_EVERY_MS, ATTACH_LEASE_MS } from './attach.ts';
export * as issuer from './gen/mintmark/v1/issuer.ts';
export * as recordWire from './gen/mintmark/v1/record.ts';
export * as replicator from './gen/mintmark/v1/replicator.ts';
export * as validator from './gen/mintmark/v1/validator.ts';
export { FORWARDED_FROM } from './forwarding.ts';
export { MalformedRecord } from './malformed.ts';
export { decodeRecord, encodeRecord, fromWire, RECORD_VERSION, toWire } from './record.ts';
export { CODE_TRAILER, refusalOf, RETRY_TRAILER, statusOf } from './status.ts';
