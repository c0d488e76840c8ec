import type { Form } from '@mintmark/kit/http';
import { aclApi, PAGE_QUERY } from '../api.ts';

export { aclApi };

/** Query parameters of every read of this dialect. */
export const READ_QUERY = {
  index: 'wait until the index is above this one',
  wait: 'how long at most, e.g. 60s',
  region: 'the region to ask',
  pretty: 'JSON for people',
} as const;

/** Query parameters of its lists. */
export const LIST_QUERY = {
  ...READ_QUERY,
  ...PAGE_QUERY,
} as const;

export const TOKEN_BODY: Form = {
  'AccessorID?': 'string',
  'SecretID?': 'string',
  'Name?': 'string',
  'Type?': 'string',
  'Policies?': 'string[]',
  'Roles?': 'object[]',
  'Global?': 'boolean',
  'ExpirationTime?': 'string',
  'ExpirationTTL?': 'string',
};

export const ROLE_BODY: Form = { 'ID?': 'string', Name: 'string', 'Description?': 'string', 'Policies?': 'object[]' };
