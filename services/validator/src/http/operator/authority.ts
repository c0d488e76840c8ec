import { fromWire, recordWire } from '@mintmark/contract';
import { authorityResource, type LiveEntry, type MintRecord, Refusal } from '@mintmark/domain';
import { api, bodyOf } from '@mintmark/kit/http';
import type { FastifyInstance } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import { operationsApi } from '../api.ts';
import { flagOf, objectOf } from '../json-body.ts';
import { notForYou, readerOf } from '../people/reader.ts';
import { type Answer, type Exchange, serve, tokenCall } from '../people/serve.ts';

const PROMOTE = 'Make this region the authority';
const SET_ASIDE = 'States that an authority before had decided, and that never came to the present one';
const MOST = 1_000;

/** `/v1/operator/promote` and `/v1/operator/set-aside`: who decides about global records (P11), for whoever runs the regions. */
export function registerAuthority(app: FastifyInstance, ctx: ValidatorContext): void {
  const gives = { authority: 'string', epoch: 'integer', from: 'string', covered: 'integer', told: 'string[]' } as const;
  app.post('/v1/operator/promote', api(operationsApi(PROMOTE, { body: { 'force?': 'boolean', 'regardless?': 'boolean' }, gives })), (request, reply) => serve(request, reply, (exchange) => promote(ctx, exchange)));
  app.get('/v1/operator/set-aside', api(operationsApi(SET_ASIDE, { gives: 'object[]' })), (request, reply) => serve(request, reply, (exchange) => setAside(ctx, exchange)));
}

async function promote(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  const body = objectOf(bodyOf(exchange.request));
  const asked = { force: flagOf(body, 'force'), regardless: flagOf(body, 'regardless') };
  if (asked.regardless && !asked.force) throw new Refusal('invalid_argument', 'regardless goes with force only');
  const { epoch, from, covered, told } = await ctx.issuer.promote(asked, tokenCall(exchange));
  return { status: 200, json: { authority: ctx.region, epoch, from, covered, told } };
}

async function setAside(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  const reader = await readerOf(ctx, exchange);
  if (!reader.mayRead(authorityResource())) throw notForYou();
  const { value } = await ctx.view.list('set_aside', { order: 'created', limit: MOST }, { signal: exchange.signal });
  return { status: 200, json: value.map(asideJson) };
}

/** What it was and what has become of it; nothing of what it says beyond its name. */
function asideJson({ record: { body } }: LiveEntry<'set_aside'>) {
  const { region, revision } = body.origin;
  const record = fromWire(recordWire.Record.decode(body.record), body.origin.revision);
  const about = { kind: record.kind, id: record.id, name: nameOf(record), state: record.deleted ? 'deleted' : 'written' };
  return { ...about, region, epoch: body.epoch, index: revision, setAsideAt: body.at, held: body.held, carriedOver: body.carried === '' ? null : body.carried };
}

function nameOf(record: MintRecord): string | null {
  const { name, username } = record.deleted ? {} : (record.body as { readonly name?: string; readonly username?: string });
  return name ?? username ?? null;
}
