import { parseDuration, Refusal } from '@mintmark/domain';
import { api, requestSignal } from '@mintmark/kit/http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ValidatorContext } from '../context.ts';
import { type Answer, FRESH_WITHIN_MS, type Question, verdict, verdictAtOnce } from '../core/verdict.ts';
import { presentedSecret } from './credential.ts';
import { presentedSession } from './session/credential.ts';
import { flagOf, type JsonObject, objectOf, textOf } from './json-body.ts';
import { sendProblem } from './problems.ts';
import { verdictsApi } from './api.ts';

/** A credential in a body. */
export const CREDENTIAL = { dialect: 'string', value: 'string', 'source?': 'string', 'proof?': { dpop: 'string', method: 'string', uri: 'string' } } as const;

const ANSWER_WITHIN_MS = 10_000;

/** `POST /v1/validate`: judges the credential of the body, or else the request's own (DESIGN section 9). */
export function registerValidate(app: FastifyInstance, ctx: ValidatorContext): void {
  app.post('/v1/validate', api(verdictsApi('Whether a credential is good', { body: { 'credential?': CREDENTIAL } })), (request, reply) => judge(ctx, request, reply));
}

async function judge(ctx: ValidatorContext, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  reply.header('cache-control', 'no-store');
  tellStaleness(ctx, reply);
  try {
    const question = identityOf(request, objectOf(request.body));
    const known = verdictAtOnce(ctx, question);
    if (known !== undefined) return send(reply, known);
    using work = requestSignal(reply, { deadlineMs: ANSWER_WITHIN_MS + FRESH_WITHIN_MS });
    return send(reply, await verdict(ctx, question, work.signal));
  } catch (error) {
    return sendProblem(reply, error);
  }
}

/** Says in `X-Mintmark-Staleness` how many milliseconds ago the region was level with the authority (P7); absent where it never was. */
export function tellStaleness({ strictness: { toldMs } }: ValidatorContext, reply: FastifyReply): void {
  if (toldMs !== undefined) reply.header('x-mintmark-staleness', String(toldMs));
}

/**
 * Whose credential a request is about: that of the body's member `credential`, whose `source` is the address that it came from where the request hands it on, else
 * its own. The body's `strict`, or the header `X-Mintmark-Strict: true`, wants the authority's word to be fresh. Throws `Refusal` `invalid_argument`.
 */
export function identityOf(request: FastifyRequest, body: JsonObject): Question {
  const { credential } = body;
  const header = request.headers['x-mintmark-freshness'];
  const strict = body.strict === undefined ? request.headers['x-mintmark-strict'] === 'true' : flagOf(body, 'strict');
  const demand = { strict, freshness: textOf(body, 'freshness', typeof header === 'string' ? header : ''), waitMs: waitOf(request), peer: request.ip };
  if (credential === undefined) return { ...ownCredential(request), ...demand };
  const given = objectOf(credential, 'credential');
  const source = given.source === undefined ? undefined : textOf(given, 'credential.source');
  return { dialect: textOf(given, 'credential.dialect'), value: textOf(given, 'credential.value'), proof: proofIn(given), source, ...demand };
}

/** The proof that came with a bound token, as whoever asks was presented it. */
function proofIn({ proof }: JsonObject): Question['proof'] {
  if (proof === undefined) return undefined;
  const given = objectOf(proof, 'credential.proof');
  return { dpop: textOf(given, 'credential.proof.dpop'), method: textOf(given, 'credential.proof.method'), uri: textOf(given, 'credential.proof.uri') };
}

/** The request's own credential, of the dialect of its header. */
function ownCredential(request: FastifyRequest): Pick<Question, 'dialect' | 'value'> {
  const secret = presentedSecret(request.headers);
  if (secret !== undefined) return { dialect: 'acl', value: secret };
  const personal = /^token +(\S+)$/i.exec(request.headers.authorization?.trim() ?? '')?.[1];
  if (personal !== undefined) return { dialect: 'personal', value: personal };
  const session = presentedSession(request);
  if (session === 'none') return { dialect: 'acl', value: '' };
  return { dialect: 'session', value: session === 'contradictory' ? session : session.token };
}

/** `?wait=` as a duration, at most as long as an answer may take. */
function waitOf(request: FastifyRequest): number {
  const { wait } = request.query as { readonly wait?: string | readonly string[] };
  if (wait === undefined) return FRESH_WITHIN_MS;
  const parsed = parseDuration(typeof wait === 'string' ? wait : '');
  if (!parsed.ok || parsed.ns < 0n) throw new Refusal('invalid_argument', 'wait must be a duration such as 500ms or 5s');
  return Math.min(Number(parsed.ns / 1_000_000n), ANSWER_WITHIN_MS);
}

function send(reply: FastifyReply, { verdict: judged, freshness }: Answer): unknown {
  if (freshness !== '') reply.header('x-mintmark-freshness', freshness);
  if (judged.verdict === 'allow') return reply.send({ verdict: 'allow', principal: judged.principal, freshness });
  if (judged.verdict === 'unknown') reply.code(503).header('retry-after', '1');
  return reply.send({ verdict: judged.verdict, reason: judged.reason, freshness });
}

