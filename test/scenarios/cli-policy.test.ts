import { describe } from 'vitest';
import { policyFilesSuite } from './cli/policy-files.ts';

describe('command line, policy files', () => policyFilesSuite());
