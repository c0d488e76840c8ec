export { type LogNames, namesOf, permissionsOf } from './names.ts';
export { openNatsLog, openNatsLogReader } from './nats-log.ts';
export type { NatsConnectionOptions, NatsLogOptions, NatsLogReaderOptions } from './options.ts';
