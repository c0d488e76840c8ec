export {
  AccessTokens,
  type AccessTokensOptions,
  API_CLIENT,
  isPerhapsBehind,
  type JudgedReason,
  type JudgedToken,
  notBeforeOf,
  type TokenJudgement,
  type TokenSettings,
} from './access-tokens.ts';
export { CatchUp } from './catch-up.ts';
export { isSecretOf } from './client-secret.ts';
export { type ClientEntry, Facts, type KeyEntry, type OAuthKind, type OrganizationEntry } from './facts.ts';
export { rolesIn, scopeOf } from './scope.ts';
export { isSignedToken, JOB_TOKEN, jobPrincipal, judgeWorkload, USER_TOKEN, type WorkloadJudgement, type WorkloadReason } from './workload-tokens.ts';
