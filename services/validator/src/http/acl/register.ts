import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '@mintmark/domain';
import { api, type Operation } from '@mintmark/kit/http';
import type { AclDeps } from './deps.ts';
import { Exchange } from './exchange.ts';
import { regionAgent } from './relay.ts';
import { type Answer, send, sendText } from './response/answer.ts';
import { sendRefusal } from './response/refusals.ts';
import { BOOTSTRAP_API, bootstrap } from './routes/bootstrap.ts';
import { CREATE_ONE_TIME_TOKEN_API, createOneTimeToken } from './routes/create-one-time-token.ts';
import { CREATE_TOKEN_API, createToken } from './routes/create-token.ts';
import { DELETE_TOKEN_API, deleteToken } from './routes/delete-token.ts';
import { EXCHANGE_ONE_TIME_TOKEN_API, exchangeOneTimeToken } from './routes/exchange-one-time-token.ts';
import { LIST_OWN_POLICIES_API, listOwnPolicies, LIST_POLICIES_API, listPolicies } from './routes/list-policies.ts';
import { LIST_ROLES_API, listRoles } from './routes/list-roles.ts';
import { LIST_TOKENS_API, listTokens } from './routes/list-tokens.ts';
import { LIST_VERSIONS_API, listVersions, READ_VERSION_API, readVersion } from './routes/policy-history.ts';
import { READ_POLICY_API, readPolicy } from './routes/read-policy.ts';
import { READ_ROLE_API, readRole, READ_ROLE_BY_NAME_API, readRoleByName } from './routes/read-role.ts';
import { READ_SELF_API, readSelf, selfAtHand } from './routes/read-self.ts';
import { READ_TOKEN_API, readToken } from './routes/read-token.ts';
import { UPDATE_TOKEN_API, updateToken } from './routes/update-token.ts';
import { DELETE_POLICY_API, deletePolicy, RESTORE_POLICY_API, restorePolicy, UPSERT_POLICY_API, upsertPolicy } from './routes/write-policy.ts';
import { CREATE_ROLE_API, createRole, DELETE_ROLE_API, deleteRole, UPDATE_ROLE_API, updateRole } from './routes/write-role.ts';
import { type AclServices, composeAcl } from './services.ts';

type Handler = (services: AclServices, exchange: Exchange) => Promise<Answer>;

/** What answers a method, and what `/openapi.json` says of it. */
type Route = readonly [handler: Handler, operation: Operation];

/** Routes by method; any other method of a known path is 405. */
type Methods = Readonly<Record<string, Route>>;

const written = (...route: Route): Methods => ({ POST: route, PUT: route });

const ROUTES: Readonly<Record<string, Methods>> = {
  '/v1/acl/bootstrap': written(bootstrap, BOOTSTRAP_API),
  '/v1/acl/tokens': { GET: [listTokens, LIST_TOKENS_API] },
  '/v1/acl/token': written(createToken, CREATE_TOKEN_API),
  '/v1/acl/token/self': { GET: [readSelf, READ_SELF_API] },
  '/v1/acl/token/onetime': written(createOneTimeToken, CREATE_ONE_TIME_TOKEN_API),
  '/v1/acl/token/onetime/exchange': written(exchangeOneTimeToken, EXCHANGE_ONE_TIME_TOKEN_API),
  '/v1/acl/token/:accessor': { GET: [readToken, READ_TOKEN_API], ...written(updateToken, UPDATE_TOKEN_API), DELETE: [deleteToken, DELETE_TOKEN_API] },
  '/v1/acl/policies': { GET: [listPolicies, LIST_POLICIES_API] },
  '/v1/acl/policy/self': { GET: [listOwnPolicies, LIST_OWN_POLICIES_API] },
  '/v1/acl/policy/:name': { GET: [readPolicy, READ_POLICY_API], ...written(upsertPolicy, UPSERT_POLICY_API), DELETE: [deletePolicy, DELETE_POLICY_API] },
  '/v1/acl/policy/:name/versions': { GET: [listVersions, LIST_VERSIONS_API] },
  '/v1/acl/policy/:name/versions/:version': { GET: [readVersion, READ_VERSION_API] },
  '/v1/acl/policy/:name/restore': written(restorePolicy, RESTORE_POLICY_API),
  '/v1/acl/roles': { GET: [listRoles, LIST_ROLES_API] },
  '/v1/acl/role': written(createRole, CREATE_ROLE_API),
  '/v1/acl/role/:id': { GET: [readRole, READ_ROLE_API], ...written(updateRole, UPDATE_ROLE_API), DELETE: [deleteRole, DELETE_ROLE_API] },
  '/v1/acl/role/name/:name': { GET: [readRoleByName, READ_ROLE_BY_NAME_API] },
};

/** Paths that end before they name anything, and what is said to whoever asks there. */
const UNNAMED: Readonly<Record<string, string>> = {
  '/v1/acl/token/': 'Missing Token Accessor',
  '/v1/acl/policy/': 'Missing Policy Name',
  '/v1/acl/role/': 'missing ACL role ID',
  '/v1/acl/role/name/': 'missing ACL role name',
  '/v1/acl/role/*': 'invalid URI',
};

/** Registers the `acl` dialect's routes (specs 1.0 to 1.11). Whatever else lies below `/v1/acl/` is 404 without a body. */
export function registerAcl(app: FastifyInstance, deps: AclDeps): void {
  const own = deps.dispatcher === undefined ? regionAgent() : undefined;
  const services = composeAcl(deps, deps.dispatcher ?? (own as ReturnType<typeof regionAgent>));
  deps.atHand?.('/v1/acl/token/self', (headers) => selfAtHand(services, headers));
  void app.register(async (scope) => {
    if (own !== undefined) scope.addHook('onClose', () => own.destroy());
    scope.setErrorHandler((error, request, reply) => refuse(deps, request, reply, error));
    for (const [url, methods] of Object.entries(ROUTES)) scope.all(url, described(methods), (request, reply) => serve(services, methods, request, reply));
    for (const [url, message] of Object.entries(UNNAMED)) scope.all(url, api({ left: 'it names nothing' }), (request, reply) => refuse(deps, request, reply, new Refusal('invalid_argument', message)));
    scope.all('/v1/acl/*', api({ left: 'nothing is there' }), (_request, reply) => sendText(reply, 404, ''));
  });
}

function described(methods: Methods) {
  return api({ methods: Object.fromEntries(Object.entries(methods).map(([method, [, operation]]) => [method, operation])) });
}

async function serve(services: AclServices, methods: Methods, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const handler = Object.hasOwn(methods, request.method) ? methods[request.method]?.[0] : undefined;
  if (handler === undefined) return sendText(reply, 405, 'Invalid method');
  try {
    using exchange = new Exchange(request, reply);
    return send(reply, await handler(services, exchange));
  } catch (error) {
    return refuse(services, request, reply, error);
  }
}

function refuse(deps: Pick<AclDeps, 'events'>, request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  const expected = sendRefusal(reply, error);
  if (!expected) deps.events.failed({ requestId: request.id, method: `${request.method} ${request.routeOptions.url}`, error });
  return reply;
}
