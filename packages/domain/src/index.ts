export { isGrantName, type PolicyDraft, policyProblems, type RoleDraft, roleProblems } from './acl/grant-rules.ts';
export { type HashedFields, policyHash, roleHash, tokenHash } from './acl/hash.ts';
export { invalid } from './acl/invalid.ts';
export { KEPT_POLICY_VERSIONS, policyVersionId, policyVersionOf, policyVersionPrefix } from './acl/policy-history.ts';
export { authorityResource, clientResource, keyResource, policyResource, roleResource, tokenResource } from './acl/resources.ts';
export {
  creationProblems,
  type ExpiryLimits,
  type FrozenMembers,
  MAX_NAME_BYTES,
  type TokenDraft,
  updateProblems,
} from './acl/token-rules.ts';
export { formatDuration, type ParsedDuration, parseDuration } from './duration.ts';
export { isOlder, restrictedBy, type Said, type SetAsideBody } from './authority/set-aside.ts';
export { activeEpoch, AUTHORITY_KEY, type AuthorityBody, authorityFrom, type Decided, decidedAt, isFollowed, lastActive, succeeds, type Succession, wasHandedOver } from './authority/succession.ts';
export { type Freshness, formatFreshness, parseFreshness } from './freshness.ts';
export { keyOf, keyText, parseKey, type RecordKey } from './key.ts';
export { type OrganizationDraft, organizationProblem, organizationResource } from './people/organization.ts';
export {
  expiryOf,
  isToBeTold,
  mayManage,
  type PersonalState,
  personalPrincipal,
  personalState,
  type RevokedBecause,
  strongestRole,
  type TokenManager,
} from './people/personal-token.ts';
export { ACCOUNT_OWNER, BUILT_IN_ROLES, type BuiltInRole, isBuiltInRole, ORGANIZATION_ADMIN, roleIn, weakerOf } from './people/roles.ts';
export {
  actingIn,
  isSessionAudience,
  PLATFORM_OPERATOR,
  SESSION_AUDIENCES,
  type SessionAudience,
  sessionId,
  sessionPrincipal,
  sessionState,
  type Standing,
} from './people/session.ts';
export { parseSessionToken, sessionToken, shownSessionToken } from './people/session-token.ts';
export { isSettingName, type SettingName, SETTINGS, settingValue } from './people/settings.ts';
export { shortTextProblem } from './people/text.ts';
export { membershipsProblem, usernameProblem, userResource } from './people/user.ts';
export {
  type DenyReason,
  DIALECTS,
  type Dialect,
  isExpired,
  type Principal,
  principalOf,
  type UnknownReason,
  type Verdict,
} from './principal.ts';
export type {
  BootstrapBody,
  JobAcl,
  OneTimeTokenBody,
  PolicyApplies,
  PolicyBody,
  PolicyVersionBody,
  RoleBody,
  TokenBody,
  TokenType,
} from './acl/records.ts';
export { type ApiClientBody, type ClientSecret, type DeniedBody, SIGNING_ALGORITHMS, type SigningAlgorithm, type SigningKeyBody, type SigningSecretBody } from './oauth/records.ts';
export type { Membership, OrganizationBody, PersonalTokenBody, SessionBody, SettingBody, TokenUseBody, UserBody } from './people/records.ts';
export {
  type Bodies,
  type Entry,
  isKind,
  type Kind,
  KINDS,
  type LiveEntry,
  liveOf,
  type LiveRecord,
  type MintRecord,
  type Origin,
  type RecordOf,
  type RecordSignature,
  type Scope,
  type Tombstone,
} from './record.ts';
export { distrusted } from './distrusted.ts';
export type { SecretAtRest } from './secret.ts';
export { Refusal, type RefusalCode, type RefusalDetails } from './refusal.ts';
export { laterOf, NO_REVISION, type Revision, revision } from './revision.ts';
export { digestOf } from './secret.ts';
export { formatTime, type Instant, instantOf, parseTime } from './time.ts';
export { clientName, type UniqueIndex, type UniqueKey, uniqueKeysOf } from './unique.ts';
export { isUuid, uuidFrom } from './uuid.ts';
export { type Fqn, fqnProblem, parseFqn, type WorkloadType } from './workload/fqn.ts';
export {
  ASKED_STATES,
  bindingKey,
  bindingPrefix,
  defaultBindingName,
  isPipelineName,
  JOB_STATES,
  type JobDraft,
  jobProblem,
  type JobState,
  pipelineName,
} from './workload/job.ts';
export type { BindingBody, JobBody, ServiceBody } from './workload/records.ts';
export { HTTP_SERVICE, OUTSIDE_SERVICE, SYSTEM_PACKAGES, SYSTEM_SERVICES, type SystemPackage } from './workload/system.ts';
export {
  clientProblem,
  DEFAULT_EXPIRATION_S,
  expirationProblem,
  MAX_EXPIRATION_S,
  PREDEFINED_ROLES,
  TEMPORARY_EXPIRATION_S,
} from './oauth/client-rules.ts';
