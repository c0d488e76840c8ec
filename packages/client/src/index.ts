export type { Dialect, Principal, Verdict } from '@mintmark/domain';
export { ClientError, type ClientErrorCode } from './error.ts';
export { credentialOf, type Incoming } from './guard/credential.ts';
export { AclCalls, type CallOptions, MintmarkClient } from './http/client.ts';
export type { ExchangeOptions, Presented } from './http/exchange.ts';
export type {
  AccessToken,
  Claim,
  Credential,
  Decision,
  Explanation,
  Permission,
  Policy,
  PolicyStub,
  RegionStatus,
  Role,
  RoleInput,
  Session,
  Token,
  TokenInput,
  TokenStub,
  Validation,
} from './http/types.ts';
export type { TlsOptions } from './local/channel.ts';
export { type LocalValidator, validator, type ValidatorOptions, type ValidatorState } from './local/validator.ts';
