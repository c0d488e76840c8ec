export type { LogUnderTest, OpenOptions, Reason } from './adapter.ts';
export { aBootstrap, again, aOneTimeToken, aPolicy, aRole, aToken, entryAt, freshId, freshWriteId, gone, type Wanted } from './records.ts';
export { type LogAdapterUnderTest, type LogBehaviour, logConformance } from './suite.ts';
