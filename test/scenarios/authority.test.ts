import { afterAll, beforeAll, describe } from 'vitest';
import { forced } from './authority/forced.ts';
import { planned } from './authority/planned.ts';
import { MODES } from './support/cluster.ts';
import { bootstrapped, type Fixture, openFixture } from './support/fixture.ts';

describe.each(MODES)('hand-over of the authority, %s', (mode) => {
  const stack = new AsyncDisposableStack();
  let regions: Fixture;

  beforeAll(async () => {
    regions = await bootstrapped(await openFixture(stack, mode));
  }, 120_000);
  afterAll(() => stack.disposeAsync(), 60_000);

  planned(() => regions);
  if (mode === 'distributed') forced(() => regions);
});
