import type { issuer } from '@mintmark/contract';
import { formatTime, instantOf, keyResource, type LiveEntry, Refusal } from '@mintmark/domain';
import { api, bodyOf } from '@mintmark/kit/http';
import type { FastifyInstance } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import { objectOf, textOf } from '../json-body.ts';
import { notForYou, readerOf } from '../people/reader.ts';
import { writtenEntry } from '../people/records.ts';
import { type Answer, type Exchange, serve, tokenCall } from '../people/serve.ts';
import { operationsApi } from '../api.ts';

const ROOT = '/v1/operator/keys';

/** `/v1/operator/keys`: the signing keys of every region, for whoever runs them. Rotation is of the keys of the region that is asked. */
export function registerKeys(app: FastifyInstance, ctx: ValidatorContext): void {
  app.get(ROOT, api(operationsApi('Signing keys that the caller may read', { gives: 'object[]' })), (request, reply) => serve(request, reply, (exchange) => list(ctx, exchange)));
  app.post(`${ROOT}/rotate`, api(operationsApi('Begin signing with the next key of this region')), (request, reply) => serve(request, reply, (exchange) => rotate(ctx, exchange)));
  app.post(`${ROOT}/withdraw`, api(operationsApi('Withdraw a key and end what it has signed', { body: { kid: 'string' } })), (request, reply) => serve(request, reply, (exchange) => withdraw(ctx, exchange)));
}

async function list(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  if (!(await ctx.oauth.memory.current(exchange.signal))) throw new Refusal('unavailable', 'the region cannot tell its keys now', { retryAfterMs: 1_000 });
  const reader = await readerOf(ctx, exchange);
  const keys = ctx.oauth.tokens.shown.keyEntries.filter(({ record }) => reader.mayRead(keyResource(record.body.region)));
  if (keys.length === 0 && !reader.mayRead(keyResource(ctx.region))) throw notForYou();
  return { status: 200, json: keys.toSorted(byRegion).map(keyJson) };
}

async function rotate(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  return written(await ctx.oauth.issuer.rotateKeys({}, tokenCall(exchange)));
}

async function withdraw(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  const kid = textOf(objectOf(bodyOf(exchange.request)), 'kid');
  return written(await ctx.oauth.issuer.withdrawKey({ kid }, tokenCall(exchange)));
}

function written(answer: issuer.RecordWritten): Answer {
  return { status: 200, json: keyJson(writtenEntry('signing_key', answer)), freshness: answer.written?.freshness };
}

function byRegion(a: LiveEntry<'signing_key'>, b: LiveEntry<'signing_key'>): number {
  if (a.record.body.region !== b.record.body.region) return a.record.body.region < b.record.body.region ? -1 : 1;
  return a.record.body.sequence - b.record.body.sequence;
}

function keyJson({ record: { body } }: LiveEntry<'signing_key'>) {
  const { kid, region, sequence, algorithm, state, createdAt, activeFrom, retiredAt, goneAt, withdrawn } = body;
  return { kid, region, sequence, algorithm, state, createdAt: timeOf(createdAt), activeFrom: timeOf(activeFrom), retiredAt: timeOf(retiredAt), goneAt: timeOf(goneAt), withdrawn };
}

function timeOf(ms: number): string | null {
  return ms === 0 ? null : formatTime(instantOf(ms));
}
