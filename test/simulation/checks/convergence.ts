import { validator } from '@mintmark/contract';
import { AUTHORITY } from '../cluster.ts';
import { isTampered } from '../faults/tamper.ts';
import { EPOCH_MS } from '../kernel/node.ts';
import type { Scene } from '../scene.ts';
import type { Clients } from '../workload/client.ts';
import { type KnownToken, keyOf, nameOf } from './tokens.ts';
import { judgeFold } from './views.ts';

/** Whether every region shows all that its log has, and has all that the authority has. */
export function hasConverged({ cluster }: Scene): boolean {
  const authority = cluster.authority.logServer.head.revision;
  return cluster.regions.every((region) => {
    const { name, logServer, viewServer, validators, issuer } = region;
    const watermark = viewServer.shown?.watermark;
    const shows = watermark?.ready === true && watermark.revision === logServer.head.revision;
    const covers = name === AUTHORITY || (watermark?.contact?.covered ?? -1) >= authority;
    const follows = validators.every((node) => followsTo(cluster.validatorOn(node)?.ctx.follower, logServer.head.revision));
    return shows && covers && follows && !isTampered(region) && followsTo(cluster.issuerOn(issuer)?.ctx.follower, logServer.head.revision);
  });
}

function followsTo(follower: { readonly live: boolean; readonly position: { readonly revision: number } | undefined } | undefined, revision: number): boolean {
  return follower?.live === true && follower.position?.revision === revision;
}

/** Judges the stores of a cluster that has converged: views are folds, copies are complete. */
export function judgeStores(scene: Scene): void {
  for (const region of scene.cluster.regions) judgeFold(region, scene.history(region.name), scene.verdicts);
  judgeCopies(scene);
}

/** Judges a cluster at rest: every validator says what is true. */
export async function judgeRest(scene: Scene, clients: Clients): Promise<void> {
  const { cluster } = scene;
  scene.judgeRefusals();
  await Promise.all(cluster.regions.flatMap((region) => region.validators.flatMap((node) => clients.tokens.map((token) => judgeToken(scene, clients, token, region, node)))));
}

function judgeCopies(scene: Scene): void {
  const authority = scene.history(AUTHORITY);
  for (const { name } of scene.cluster.regions.slice(1)) {
    const history = scene.history(name);
    for (const key of authority.keys()) {
      const there = authority.newest(key);
      if (!key.startsWith('g.') || there === undefined) continue;
      const here = history.newest(key);
      const same = here === undefined ? there.record.deleted : here.says === there.says || (here.record.deleted && there.record.deleted);
      if (!same) return scene.verdicts.broken('P5', `${name} ends with another state of ${key} than the authority's ${there.revision}`);
    }
  }
}

async function judgeToken(scene: Scene, clients: Clients, token: KnownToken, region: Scene['cluster']['regions'][number], node: Parameters<Clients['validate']>[2]): Promise<void> {
  const outcome = await clients.validate(token, region, node);
  const wanted = expected(scene, token, region.name);
  if (wanted === undefined) return;
  const got = outcome.kind === 'answered' ? outcome.value.verdict : outcome.kind;
  if (got === wanted) return;
  const promise = wanted === validator.Verdict.VERDICT_ALLOW ? 'P1' : 'P2';
  const detail = outcome.kind === 'answered' ? `${outcome.value.verdict} ${outcome.value.reason}` : JSON.stringify(outcome);
  scene.verdicts.broken(promise, `at rest ${node.name} says ${detail} of ${nameOf(token)} (${keyOf(token)}), not ${wanted}`);
}

const LIVE = { deleted: false } as const;

/** What must be said of a token at rest; `undefined` where it is near its expiry, or beyond. */
function expected(scene: Scene, token: KnownToken, region: string): validator.Verdict | undefined {
  if (token.scope === 'local' && token.home !== region) return validator.Verdict.VERDICT_DENY;
  if (token.revocation === 'acknowledged') return validator.Verdict.VERDICT_DENY;
  const record = token.revocation === 'none' && token.expiresAt === undefined ? LIVE : scene.tokenJudge.decided(token);
  if (record === undefined || record.deleted) return validator.Verdict.VERDICT_DENY;
  const left = token.expiresAt === undefined ? Number.POSITIVE_INFINITY : token.expiresAt - EPOCH_MS - scene.now;
  return left > 15_000 ? validator.Verdict.VERDICT_ALLOW : undefined;
}
