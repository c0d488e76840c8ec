export type { Reason, ViewAdapter, ViewUnderTest } from './adapter.ts';
export { type ViewBehaviour, viewConformance } from './suite.ts';
