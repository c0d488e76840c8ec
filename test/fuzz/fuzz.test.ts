import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCluster } from '../harness/cluster.ts';
import { readCorpus } from './corpus.ts';
import { TARGETS } from './parsers.ts';
import { fuzz } from './run.ts';
import { surfaceTargets } from './surface.ts';
import type { Target } from './target.ts';

/** A short run of `npm run fuzz`: the seeds, the corpus, and then the same changed inputs each time. */
async function broken(target: Target) {
  return (await fuzz(target, { seed: 1, seconds: 0.3, hangMs: 5_000, corpus: await readCorpus(target.name) })).broken;
}

describe('hostile inputs of each parser', () => {
  it.each(TARGETS.map((target) => [target.name, target] as const))('%s: no crash, no hang, and what is read reads the same again', async (_, target) => {
    expect(await broken(target)).toBeUndefined();
  });
});

describe('hostile inputs of a running region', () => {
  const stack = new AsyncDisposableStack();
  const surface = { origin: '', secret: '' };
  beforeAll(async () => {
    const cluster = stack.use(await startCluster('embedded'));
    surface.origin = cluster.regions[0].http;
    const bootstrapped = (await (await fetch(`${surface.origin}/v1/acl/bootstrap`, { method: 'POST' })).json()) as { SecretID: string };
    surface.secret = bootstrapped.SecretID;
  }, 90_000);
  afterAll(() => stack.disposeAsync(), 60_000);

  it.each(surfaceTargets({ origin: '', secret: '' }).map(({ name }, at) => [name, at] as const))('%s: never a fault of the server’s own, and never its inside', async (_, at) => {
    const target = surfaceTargets(surface)[at];
    if (target === undefined) throw new Error('no such target');
    expect(await broken(target)).toBeUndefined();
  });
});
