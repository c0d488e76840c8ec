import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '@mintmark/domain';
import type { AclDeps } from './deps.ts';
import { Exchange } from './exchange.ts';
import { regionAgent } from './relay.ts';
import { type Answer, send, sendText } from './response/answer.ts';
import { sendRefusal } from './response/refusals.ts';
import { bootstrap } from './routes/bootstrap.ts';
import { createOneTimeToken } from './routes/create-one-time-token.ts';
import { createToken } from './routes/create-token.ts';
import { deleteToken } from './routes/delete-token.ts';
import { exchangeOneTimeToken } from './routes/exchange-one-time-token.ts';
import { listOwnPolicies, listPolicies } from './routes/list-policies.ts';
import { listRoles } from './routes/list-roles.ts';
import { listTokens } from './routes/list-tokens.ts';
import { listVersions, readVersion } from './routes/policy-history.ts';
import { readPolicy } from './routes/read-policy.ts';
import { readRole, readRoleByName } from './routes/read-role.ts';
import { readSelf, selfAtHand } from './routes/read-self.ts';
import { readToken } from './routes/read-token.ts';
import { updateToken } from './routes/update-token.ts';
import { deletePolicy, restorePolicy, upsertPolicy } from './routes/write-policy.ts';
import { createRole, deleteRole, updateRole } from './routes/write-role.ts';
import { type AclServices, composeAcl } from './services.ts';

type Handler = (services: AclServices, exchange: Exchange) => Promise<Answer>;

/** Handlers by method; any other method of a known path is 405. */
type Methods = Readonly<Record<string, Handler>>;

const written = (handler: Handler): Methods => ({ POST: handler, PUT: handler });

const ROUTES: Readonly<Record<string, Methods>> = {
  '/v1/acl/bootstrap': written(bootstrap),
  '/v1/acl/tokens': { GET: listTokens },
  '/v1/acl/token': written(createToken),
  '/v1/acl/token/self': { GET: readSelf },
  '/v1/acl/token/onetime': written(createOneTimeToken),
  '/v1/acl/token/onetime/exchange': written(exchangeOneTimeToken),
  '/v1/acl/token/:accessor': { GET: readToken, ...written(updateToken), DELETE: deleteToken },
  '/v1/acl/policies': { GET: listPolicies },
  '/v1/acl/policy/self': { GET: listOwnPolicies },
  '/v1/acl/policy/:name': { GET: readPolicy, ...written(upsertPolicy), DELETE: deletePolicy },
  '/v1/acl/policy/:name/versions': { GET: listVersions },
  '/v1/acl/policy/:name/versions/:version': { GET: readVersion },
  '/v1/acl/policy/:name/restore': written(restorePolicy),
  '/v1/acl/roles': { GET: listRoles },
  '/v1/acl/role': written(createRole),
  '/v1/acl/role/:id': { GET: readRole, ...written(updateRole), DELETE: deleteRole },
  '/v1/acl/role/name/:name': { GET: readRoleByName },
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
    for (const [url, methods] of Object.entries(ROUTES)) scope.all(url, (request, reply) => serve(services, methods, request, reply));
    for (const [url, message] of Object.entries(UNNAMED)) scope.all(url, (request, reply) => refuse(deps, request, reply, new Refusal('invalid_argument', message)));
    scope.all('/v1/acl/*', (_request, reply) => sendText(reply, 404, ''));
  });
}

async function serve(services: AclServices, methods: Methods, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const handler = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
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
