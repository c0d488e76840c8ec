import type { FastifyInstance } from 'fastify';
import { request } from 'undici';
import type { ValidatorContext } from '../context.ts';
import { ownStatus, type RegionStatus } from '../core/region-status.ts';
import { ownFreshness } from '../core/verdict.ts';
import { operationsApi } from './api.ts';
import { api } from '@mintmark/kit/http';

const WITHIN_MS = 1_000;

/** `GET /v1/regions`: where every region stands; each tells it of itself. `?only=self` asks no other region. Needs no credential, shows no record. */
export function registerRegions(app: FastifyInstance, ctx: ValidatorContext, regions: readonly { readonly region: string; readonly http: string }[]): void {
  app.get<{ Querystring: { only?: string } }>('/v1/regions', api(operationsApi('Where every region stands', { query: { only: '`self` asks no other region' }, gives: 'object[]', security: [''] })), async ({ query }, reply) => {
    const freshness = ownFreshness(ctx);
    reply.header('cache-control', 'no-store');
    if (freshness !== '') reply.header('x-mintmark-freshness', freshness);
    const own = ownStatus(ctx, freshness);
    if (query.only === 'self') return [own];
    return Promise.all(regions.map((other) => (other.region === ctx.region ? own : statusOf(ctx, other))));
  });
}

async function statusOf(ctx: ValidatorContext, { region, http }: { readonly region: string; readonly http: string }): Promise<RegionStatus> {
  const role = region === ctx.deciding.known.region ? 'authority' : 'replica';
  try {
    const answer = await request(`${http}/v1/regions?only=self`, { headersTimeout: WITHIN_MS, bodyTimeout: WITHIN_MS });
    const [status] = (await answer.body.json()) as RegionStatus[];
    if (answer.statusCode === 200 && status?.region === region) return { ...status, http, reachable: true };
  } catch {
    // A region that does not answer is told as such below.
  }
  return { region, role, http, reachable: false };
}
