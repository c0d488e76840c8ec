import { validator } from '@mintmark/contract';
import { type SetAsideBody, succeeds } from '@mintmark/domain';
import type { RegionName } from '../cluster.ts';
import { isTampered } from '../faults/tamper.ts';
import { EPOCH_MS } from '../kernel/node.ts';
import type { Scene } from '../scene.ts';
import type { History } from './history.ts';
import type { Clients } from '../workload/client.ts';
import { type KnownToken, keyOf, nameOf } from './tokens.ts';
import { judgeFold } from './views.ts';

/** Whether every region shows all that its log has, and has all that the authority has. */
export function hasConverged(scene: Scene): boolean {
  const { cluster, epochs } = scene;
  const { newest } = epochs;
  const authority = cluster.region(epochs.authority).logServer.head.revision;
  if (!newest.active || cluster.regions.some(({ name }) => succeeds(newest, epochs.of(name)))) return false;
  return cluster.regions.every((region) => {
    const { name, logServer, viewServer, validators, issuer } = region;
    const watermark = viewServer.shown?.watermark;
    const shows = watermark?.ready === true && watermark.revision === logServer.head.revision;
    const contact = watermark?.contact;
    const covers = name === newest.region || (contact?.region === newest.region && contact.covered >= authority);
    const follows = validators.every((node) => followsTo(cluster.validatorOn(node)?.ctx.follower, logServer.head.revision));
    return shows && covers && follows && !isTampered(region) && isCarriedOver(scene.history(name)) && followsTo(cluster.issuerOn(issuer)?.ctx.follower, logServer.head.revision);
  });
}

/** Whether what takes something away, of all that is set aside, has come to the authority. */
function isCarriedOver(history: History): boolean {
  return [...history.keys()].every((key) => {
    const record = key.startsWith('l.set_aside.') ? history.newest(key)?.record : undefined;
    const body = record === undefined || record.deleted ? undefined : (record.body as SetAsideBody);
    return body === undefined || !body.held || body.carried !== '';
  });
}

/** Nothing that was acknowledged is lost from sight: the authority has had it, or it is listed as set aside (P11). */
function judgeSight(scene: Scene): void {
  for (const { name } of scene.cluster.regions) {
    const history = scene.history(name);
    if (history.losses > 0) continue;
    for (const key of history.keys()) {
      const own = history.of(key).findLast(({ record }) => record.scope === 'global' && record.origin === undefined);
      if (own === undefined || own.revision > scene.acks.upTo(name) || own.unauthorized === true) continue;
      const handed = scene.epochs.handedOver({ region: name, epoch: own.record.epoch ?? 0, revision: own.revision });
      const arrived = scene.history(scene.epochs.authority).ever(key).some(({ says }) => says === own.says);
      if (!handed && !arrived && !own.record.deleted && !history.hasSetAside(own)) return scene.verdicts.broken('P11', `${name} decided ${key} at ${own.revision}; the authority never had it, and it is not listed`);
    }
  }
}

function followsTo(follower: { readonly live: boolean; readonly position: { readonly revision: number } | undefined } | undefined, revision: number): boolean {
  return follower?.live === true && follower.position?.revision === revision;
}

/** Judges the stores of a cluster that has converged: views are folds, copies are complete. */
export function judgeStores(scene: Scene): void {
  for (const region of scene.cluster.regions) judgeFold(region, scene.history(region.name), scene.verdicts);
  judgeCopies(scene);
  judgeSight(scene);
}

/** Judges a cluster at rest: every validator says what is true. */
export async function judgeRest(scene: Scene, clients: Clients): Promise<void> {
  const { cluster } = scene;
  scene.judgeRefusals();
  await Promise.all(cluster.regions.flatMap((region) => region.validators.flatMap((node) => clients.tokens.map((token) => judgeToken(scene, clients, token, region, node)))));
}

function judgeCopies(scene: Scene): void {
  const { newest } = scene.epochs;
  const authority = scene.history(newest.region as RegionName);
  for (const { name } of scene.cluster.regions.filter((region) => region.name !== newest.region)) {
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
  const record = token.revocation === 'none' && token.expiresAt === undefined && !scene.tokenJudge.mayBeLost(token) ? LIVE : scene.tokenJudge.decided(token);
  if (scene.tokenJudge.mayBeLost(token) && token.revocation !== 'none') return undefined;
  if (record === undefined || record.deleted) return validator.Verdict.VERDICT_DENY;
  const left = token.expiresAt === undefined ? Number.POSITIVE_INFINITY : token.expiresAt - EPOCH_MS - scene.now;
  return left > 15_000 ? validator.Verdict.VERDICT_ALLOW : undefined;
}
