export { readFacts, readMark } from './facts.ts';
export { type IncarnationNames, type LogNames, namesOf } from './names.ts';
export { type NatsLogReader, openNatsLog, openNatsLogReader } from './nats-log.ts';
export type { NatsConnectionOptions, NatsLogOptions, NatsLogReaderOptions } from './options.ts';
export { type NatsPermissions, type NatsUser, permissionsOf } from './permissions.ts';
