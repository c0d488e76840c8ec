import { Refusal } from '@mintmark/domain';
import { api, requestSignal } from '@mintmark/kit/http';
import { type CompiledDocument, compile, parse } from '@mintmark/policy';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ValidatorContext } from '../context.ts';
import { tried } from '../core/authorize.ts';
import { sendAuthorization } from './authorize.ts';
import { administratorOf, callerOf } from './caller.ts';
import { objectOf, textOf } from './json-body.ts';
import { claimsOf, permissionOf } from './permission.ts';
import { sendProblem } from './problems.ts';
import { verdictsApi } from './api.ts';

const ANSWER_WITHIN_MS = 10_000;
/** The name of the text under test in explanations, where the body gives it none. */
const UNNAMED = 'test';

/**
 * `POST /v1/policy-test`: decides by a text that is not saved, on the documents that come with the system or, with `"saved": true`, on all that apply to
 * everybody, the stored one of the same name left out.
 */
export function registerPolicyTest(app: FastifyInstance, ctx: ValidatorContext): void {
  app.post('/v1/policy-test', api(verdictsApi('What a text that is not saved would decide', { body: { text: 'string', 'name?': 'string', 'saved?': 'boolean', claims: 'object[]', verb: 'string', resource: 'string', 'context?': 'object' }, security: ['aclToken', 'aclBearer'] })), (request, reply) => test(ctx, request, reply));
}

async function test(ctx: ValidatorContext, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  reply.header('cache-control', 'no-store');
  using work = requestSignal(reply, { deadlineMs: ANSWER_WITHIN_MS });
  try {
    const body = objectOf(request.body);
    const saved = body.saved ?? false;
    if (typeof saved !== 'boolean') throw new Refusal('invalid_argument', 'saved must be true or false');
    const document = documentOf(textOf(body, 'name', UNNAMED), textOf(body, 'text'));
    const permission = permissionOf(body);
    const claims = claimsOf(body);
    if (saved) await administratorOf(ctx, request, work.signal);
    else await callerOf(ctx, request, work.signal);
    return sendAuthorization(reply, await tried(ctx, { document, saved, claims, permission }, work.signal));
  } catch (error) {
    return sendProblem(reply, error);
  }
}

function documentOf(name: string, text: string): CompiledDocument {
  const read = parse(text);
  if (read.ok) return compile(name, read.document);
  const problems = read.diagnostics.map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`);
  throw new Refusal('invalid_argument', `text is not a policy document: ${problems.join('; ')}`);
}
