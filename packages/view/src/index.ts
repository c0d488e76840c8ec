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
export { type FollowedPosition, Follower, type FollowerEvents, type FollowerWorld } from './follower.ts';
export { asidesOf, maySucceed } from './asides.ts';
export { KnownAuthority } from './authority.ts';
export { Mirror, type Mirrored, type MirrorWorld } from './mirror.ts';
export { type OnRefused, type RecordJudge, verifiedView } from './verified.ts';
