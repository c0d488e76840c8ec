export type { CallOptions, Expect, Log, LogErrorCode, LogHead, LogReader, SetAside, TailBatch, TailOptions } from './log.ts';
export { LogError } from './log.ts';
