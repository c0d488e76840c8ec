import type { About, Content, Form, Operation } from '@mintmark/kit/http';

const TEXT: Content = { types: ['text/plain'], form: 'string' };
const SESSION_HEADER = { type: 'apiKey', in: 'header', name: 'ApprendaSessionToken', description: 'A login session of the `session` dialect' };

/** What `/openapi.json` says beside the routes, which describe themselves. */
export const ABOUT: About = {
  title: 'Mintmark',
  version: '0.1.0',
  description: 'A region of Mintmark: five dialects of one token service, standards beside them. Refusals are in the words of the dialect.',
  tags: {
    acl: 'Tokens, policies and roles, as Nomad has them',
    oauth: 'API clients and signed tokens, and the OAuth standards',
    personal: 'Access tokens of users, as AppNeta has them',
    session: 'Login sessions, as Apprenda has them',
    workload: 'Jobs, services, bindings, policy documents and tokens of jobs, as Apcera has them',
    people: 'Organizations, users, and their sessions, for administrators',
    verdicts: 'Whether a credential is good, and what it may do',
    operations: 'How the region is, for whoever runs it',
  },
  securitySchemes: {
    aclToken: { type: 'apiKey', in: 'header', name: 'X-Nomad-Token', description: 'The secret of an ACL token' },
    aclBearer: { type: 'http', scheme: 'bearer', description: 'The secret of an ACL token' },
    jwt: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A token of a user or job of the `workload` dialect' },
    bindingCredential: { type: 'http', scheme: 'bearer', description: 'The credential that a binding handed out' },
    basic: { type: 'http', scheme: 'basic', description: 'Name and password of a user, or id and secret of an API client' },
    session: SESSION_HEADER,
  },
  refusals: {
    Text: { says: 'Refused, as a line of text', content: TEXT },
    Problem: {
      says: 'Refused, as a problem document (RFC 9457)',
      content: { types: ['application/problem+json'], form: { type: 'string', title: 'string', status: 'integer', 'detail?': 'string', code: 'string', request_id: 'string' } },
    },
    Messages: { says: 'Refused, in messages', content: { form: { httpStatusCode: 'integer', messages: 'string[]' } } },
    Message: { says: 'Refused, with a stable code', content: { form: { message: 'string', code: 'string' } } },
    ApiError: { says: 'Refused, as an APIError', content: { form: { code: 'integer', message: 'string', token_invalid: 'boolean', missing_claims: 'string[]', request_id: 'string' } } },
    OAuthError: { says: 'Refused, as RFC 6749 section 5.2 says', content: { form: { error: 'string', error_description: 'string' } } },
  },
};

/** Query parameters of lists that come in pages. */
export const PAGE_QUERY = {
  prefix: 'those whose id begins so',
  per_page: 'how many at most',
  next_token: 'where the page before has ended',
  filter: 'an expression that holds for what is listed',
  reverse: '`true`: the newest first',
} as const;

/** What a route says beyond what all of its family have in common. */
export interface Told {
  /** Members of its JSON body. */
  readonly body?: Form;
  readonly bodyTypes?: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  /** Form of the answer; `none`: it has no body. Default an object. */
  readonly gives?: Form | 'none';
  readonly givesType?: string;
  /** Status of success. Default 200, or 204 for what gives nothing. */
  readonly status?: number;
  /** In place of those of the family. */
  readonly security?: readonly string[];
}

/** Describes routes of one family. */
export type Family = (summary: string, told?: Told) => Operation;

function family(tag: string, refusal: string, security: readonly string[]): Family {
  return (summary, { body, bodyTypes, query, gives = 'object', givesType, status = gives === 'none' ? 204 : 200, security: own = security } = {}) => ({
    ...{ summary, tag, refusal, security: own },
    ...(query === undefined ? {} : { query }),
    ...(body === undefined ? {} : { body: { form: body, ...(bodyTypes === undefined ? {} : { types: bodyTypes }) } }),
    answers: { [status]: { says: summary, ...(gives === 'none' ? {} : { content: { form: gives, ...(givesType === undefined ? {} : { types: [givesType] }) } }) } },
  });
}

export const FORM = 'application/x-www-form-urlencoded';
const TOKEN = ['aclToken', 'aclBearer'];

export const aclApi = family('acl', 'Text', TOKEN);
export const workloadApi = family('workload', 'ApiError', [...TOKEN, 'jwt']);
export const peopleApi = family('people', 'Problem', TOKEN);
export const personalApi = family('personal', 'Messages', ['session', 'basic']);
export const sessionApi = family('session', 'Message', ['session']);
export const clientsApi = family('oauth', 'Problem', [...TOKEN, 'basic']);
export const oauthApi = family('oauth', 'OAuthError', ['basic']);
export const verdictsApi = family('verdicts', 'Problem', ['', ...TOKEN]);
export const operationsApi = family('operations', 'Problem', TOKEN);
