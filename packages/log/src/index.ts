export type { AppendOptions, CallOptions, Expect, Log, LogErrorCode, LogHead, LogReader, RewriteOptions, Seen, SetAside, TailBatch, TailOptions } from './log.ts';
export { LogError, MAX_RECORD_BYTES } from './log.ts';
