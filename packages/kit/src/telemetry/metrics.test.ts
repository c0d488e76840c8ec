import fc from 'fast-check';
import { Histogram as PromHistogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createMetrics, expositionOf } from './index.ts';

const create = (maxSeries?: number) =>
  createMetrics({ service: 'issuer', region: 'us-east', process: false, ...(maxSeries === undefined ? {} : { maxSeries }) });

/** The sample lines of one metric, without the labels that all have. */
async function linesOf(metrics: { render(): Promise<string> }, name: string): Promise<string[]> {
  const text = await metrics.render();
  return text
    .split('\n')
    .filter((line) => line.startsWith(name))
    .map((line) => line.replace(/,?service="issuer",region="us-east"/, ''));
}

test('counters add, by label set, and every line names service and region', async () => {
  const metrics = create();
  const writes = metrics.counter({ name: 'writes_total', help: 'Writes.', labels: ['outcome'] });
  writes.inc({ outcome: 'done' });
  writes.inc({ outcome: 'done' }, 4);
  writes.of({ outcome: 'conflict' }).inc();
  writes.inc({ outcome: 'done' }, -3);
  const plain = metrics.counter({ name: 'plain_total', help: 'Plain.' });
  plain.inc({});
  const text = await metrics.render();
  expect(text).toContain('# HELP writes_total Writes.\n# TYPE writes_total counter\n');
  expect(text).toContain('service="issuer",region="us-east"');
  expect((await linesOf(metrics, 'writes_total')).sort()).toEqual(['writes_total{outcome="conflict"} 1', 'writes_total{outcome="done"} 5']);
  expect(await linesOf(metrics, 'plain_total')).toEqual(['plain_total{} 1']);
});

test('a gauge is set, or collected anew at each rendering without what is gone', async () => {
  const metrics = create();
  metrics.gauge({ name: 'index_value', help: 'Index.' }).set({}, 42);
  let peers: Record<string, number> = { eu: 1, ap: 2 };
  metrics.gauge({
    name: 'lag_seconds',
    help: 'Lag.',
    labels: ['peer'],
    collect(set) {
      for (const [peer, lag] of Object.entries(peers)) set({ peer }, lag);
    },
  });
  expect(await linesOf(metrics, 'index_value')).toEqual(['index_value{} 42']);
  expect(await linesOf(metrics, 'lag_seconds')).toEqual(['lag_seconds{peer="eu"} 1', 'lag_seconds{peer="ap"} 2']);
  peers = { ap: 3 };
  expect(await linesOf(metrics, 'lag_seconds')).toEqual(['lag_seconds{peer="ap"} 3']);
});

test('a histogram counts as prom-client’s does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.double({ min: 0, max: 20, noNaN: true })), async (values) => {
      const buckets = [0.001, 0.1, 1, 10];
      const metrics = create();
      const ours = metrics.histogram({ name: 'took_seconds', help: 'Time.', labels: ['route'], buckets });
      const registry = new Registry();
      registry.setDefaultLabels({ service: 'issuer', region: 'us-east' });
      const theirs = new PromHistogram({ name: 'took_seconds', help: 'Time.', labelNames: ['route'], buckets, registers: [registry] });
      for (const value of values) {
        ours.observe({ route: '/a' }, value);
        theirs.observe({ route: '/a' }, value);
      }
      const samples = (text: string): Map<string, number> =>
        new Map(
          text
            .split('\n')
            .filter((line) => line.startsWith('took'))
            .map((line) => {
              const [, name, labels = '', value] = /^(\w+)\{(.*)\} (\S+)$/.exec(line) ?? [];
              return [`${name} ${labels.split(',').sort().join()}`, Number(value)] as const;
            }),
        );
      expect(samples(await metrics.render())).toEqual(samples(await registry.metrics()));
    }),
    { numRuns: 50 },
  );
});

test('no input can grow a metric beyond its bound: the rest is counted under other', async () => {
  const metrics = create(3);
  const hits = metrics.counter({ name: 'hits_total', help: 'Hits.', labels: ['route'] });
  for (let n = 0; n < 1_000; n += 1) hits.inc({ route: `/attack/${n}` });
  hits.inc({ route: '/attack/0' });
  expect(await linesOf(metrics, 'hits_total')).toEqual([
    'hits_total{route="/attack/0"} 2',
    'hits_total{route="/attack/1"} 1',
    'hits_total{route="/attack/2"} 1',
    'hits_total{route="other"} 997',
  ]);
});

test('label values are escaped', async () => {
  const metrics = create();
  metrics.counter({ name: 'odd_total', help: 'Odd.', labels: ['x'] }).inc({ x: 'a"b\\c\nd' });
  expect(await linesOf(metrics, 'odd_total')).toEqual(['odd_total{x="a\\"b\\\\c\\nd"} 1']);
});

test('a name twice, a name out of form and buckets that do not rise are errors', () => {
  const metrics = create();
  metrics.counter({ name: 'a_total', help: 'A.' });
  expect(() => metrics.gauge({ name: 'a_total', help: 'A.' })).toThrow('a_total');
  expect(() => metrics.counter({ name: 'a b', help: 'A.' })).toThrow('a b');
  expect(() => metrics.histogram({ name: 'h', help: 'H.', buckets: [1, 1] })).toThrow('h');
});

test('two registries of one process do not meet, and process metrics are there where wanted', async () => {
  const one = createMetrics({ service: 'issuer', region: 'us-east' });
  const two = create();
  one.counter({ name: 'a_total', help: 'A.' }).inc({});
  two.counter({ name: 'a_total', help: 'A.' });
  expect(await one.render()).toContain('process_cpu_user_seconds_total');
  expect(await two.render()).not.toContain('process_cpu_user_seconds_total');
  expect(await linesOf(two, 'a_total')).toEqual([]);
});

test('services of one process that share a name stand under it once, each with its own samples', async () => {
  const [issuer, replicator] = ['issuer', 'replicator'].map((service) => createMetrics({ service, region: 'us-east', process: false })) as [ReturnType<typeof create>, ReturnType<typeof create>];
  for (const metrics of [issuer, replicator]) metrics.gauge({ name: 'taken', help: 'In hand.' }).set({}, 3);
  replicator.gauge({ name: 'lag', help: 'Lag.' }).set({}, 1);
  expect(await expositionOf([issuer, replicator])).toBe(
    [
      '# HELP taken In hand.',
      '# TYPE taken gauge',
      'taken{service="issuer",region="us-east"} 3',
      'taken{service="replicator",region="us-east"} 3',
      '',
      '# HELP lag Lag.',
      '# TYPE lag gauge',
      'lag{service="replicator",region="us-east"} 1',
      '',
    ].join('\n'),
  );
});
