export type { CallOptions, Expect, Log, LogErrorCode, LogHead, LogReader, SetAside, TailBatch, TailOptions } from './log.ts';
export { LogError, MAX_RECORD_BYTES } from './log.ts';
