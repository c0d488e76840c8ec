export {
  type CallOptions,
  createPasswordHasher,
  DEFAULT_COST,
  type HashCost,
  type HasherBusy,
  type HasherOptions,
  type HashResult,
  type PasswordHasher,
  type PasswordResult,
} from './hasher.ts';
export { loadPasswordRules, MAX_PASSWORD_BYTES, MIN_PASSWORD_LENGTH, type PasswordProblem, type PasswordRules } from './rules.ts';
