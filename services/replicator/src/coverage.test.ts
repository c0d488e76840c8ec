import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_REVISION } from '@mintmark/domain';
import type { Log } from '@mintmark/log';
import { openEmbeddedLog } from '@mintmark/log/embedded';
import type { View } from '@mintmark/view';
import { openEmbeddedView } from '@mintmark/view/embedded';
import { expect, it } from 'vitest';
import { id, Region, token } from './region.fixture.ts';

/** A log that answers the append of the first token after that of the second, which waits until the first one is shown. */
function answersLate(log: Log, shown: () => Promise<void>): Log {
  const second = Promise.withResolvers<void>();
  const append: Log['append'] = async (record, expect, options) => {
    if (record.id === id(2)) await shown();
    const at = await log.append(record, expect, options);
    if (record.id === id(1)) await second.promise;
    if (record.id === id(2)) setImmediate(() => second.resolve());
    return at;
  };
  return new Proxy(log, { get: (target, name) => (name === 'append' ? append : (target[name as keyof Log] as (...args: unknown[]) => unknown).bind(target)) });
}

it('a region covers no more than its view shows, in whatever order the appends of a batch are answered (L3, simulation seed 141)', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mintmark-coverage-'));
  const [us, log] = await Promise.all(['us', 'eu'].map((name) => openEmbeddedLog({ path: join(folder, name) }))) as [Log, Log];
  for (const n of [1, 2]) await us.append(token(id(n), `token ${n}`), { key: NO_REVISION });
  const gate = Promise.withResolvers<void>();
  const view = openEmbeddedView();
  const apply: View['apply'] = async (entries, range, options) => {
    if (entries.some(({ record }) => record.id === id(2))) await gate.promise;
    return view.apply(entries, range, options);
  };
  const gated = new Proxy(view, { get: (target, name) => (name === 'apply' ? apply : (target[name as keyof View] as (...args: unknown[]) => unknown).bind(target)) });
  const answered = Promise.withResolvers<void>();
  const eu: Region = new Region(answersLate(log, () => eu.projector.until(({ applied }) => applied >= 1, AbortSignal.timeout(5_000))), gated);
  eu.start('eu', us, { pulled: () => answered.resolve() });
  await answered.promise;
  expect(eu.projector.state.applied).toBe(1);
  expect(eu.puller?.shown(eu.projector.state.applied)?.covered ?? 0).toBeLessThan(2);
  gate.resolve();
  await eu.covers((await us.head()).revision);
  expect(await eu.shown()).toEqual(new Map([[id(1), 'token 1'], [id(2), 'token 2']]));
  await eu.stop();
  await Promise.all([us.close(), log.close(), rm(folder, { recursive: true })]);
});
