export {
  type AssertionOptions,
  type AssertionReason,
  type AssertionResult,
  type AssertionVerifier,
  createAssertionVerifier,
} from './assertion.ts';
export { ASSERTION_ALGORITHMS, type ClientKey, type ReadClientKeys, readClientKeys } from './client-keys.ts';
export { createPlatformVerifier, type Platform, type PlatformReason, type PlatformResult, type ReadPlatforms, readPlatforms } from './platform.ts';
