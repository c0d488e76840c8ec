export type {
  ApplyRange,
  CallOptions,
  Change,
  ChangeBatch,
  Contact,
  ListQuery,
  MarkOptions,
  Read,
  ResetOptions,
  Source,
  View,
  ViewErrorCode,
  ViewReader,
  Watermark,
} from './view.ts';
export { ViewError } from './view.ts';
