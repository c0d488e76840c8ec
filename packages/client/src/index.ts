export type { Dialect, Principal, Verdict } from '@mintmark/domain';
export { ClientError, type ClientErrorCode } from './error.ts';
export { credentialOf, type Incoming } from './guard/credential.ts';
export { MintmarkClient } from './http/client.ts';
export type { CallOptions, ExchangeOptions, Presented } from './http/exchange.ts';
export type {
  AclCalls,
  OneTimeSecret,
  Policy,
  PolicyStub,
  PolicyVersion,
  PolicyVersionStub,
  Role,
  RoleInput,
  Token,
  TokenInput,
  TokenStub,
} from './http/surfaces/acl.ts';
export type { DocumentCalls, DocumentInput, DocumentSaved, DocumentVersion, PolicyDocument } from './http/surfaces/documents.ts';
export type {
  AccessToken,
  ApiClient,
  ApiClientCalls,
  ApiClientInput,
  GrantedToken,
  Introspection,
  OAuthCalls,
  SigningKey,
  SigningKeyCalls,
} from './http/surfaces/oauth.ts';
export type { ListOptions, Membership, Organization, OrganizationCalls, OrganizationInput, User, UserCalls, UserInput, UserSession } from './http/surfaces/people.ts';
export type { PersonalToken, PersonalTokenCalls, PersonalTokenInput } from './http/surfaces/personal.ts';
export type { Session, SessionAudience, SessionCalls, Setting } from './http/surfaces/sessions.ts';
export type {
  Binding,
  BindingInput,
  ClusterCalls,
  Job,
  JobCalls,
  JobFilter,
  JobInput,
  Package,
  Service,
  ServiceCalls,
  ServiceInput,
} from './http/surfaces/workload.ts';
export type { Claim, Credential, Decision, Explanation, Permission, RegionStatus, Validation } from './http/types.ts';
export type { TlsOptions } from './local/channel.ts';
export { type LocalValidator, validator, type ValidatorOptions, type ValidatorState } from './local/validator.ts';
