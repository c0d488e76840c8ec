import { beforeAll, describe, expect, test } from 'vitest';
import { killRun, type RunPlan, type RunReport } from './run.ts';
import { canarySuite } from '../scenarios/support/canary-suite.ts';
import { useCluster } from '../scenarios/support/fixture.ts';

/** One combined run over every kind of process, authority and other regions in turn. `main.ts` strikes each kind for longer. */
const PLAN: RunPlan = {
  blows: [
    { region: 'eu', part: 'validator' },
    { region: 'us', part: 'issuer' },
    { region: 'eu', part: 'replicator' },
    { region: 'us', part: 'view' },
    { region: 'eu', part: 'log' },
    { region: 'ap', part: 'flush' },
  ],
  perSecond: 200, before: 1_000, down: 1_000, after: 500, settle: 20_000,
};

describe('kill -9 under load, distributed', () => {
  const fixture = useCluster('distributed');
  let report: RunReport;
  beforeAll(async () => {
    report = await killRun(fixture(), PLAN);
  }, 300_000);

  test('the run wrote at its rate, and most of it was acknowledged', () => {
    const { acked, refused, unknown } = report.counts;
    expect(acked + refused + unknown).toBeGreaterThan(1_500);
    expect(acked).toBeGreaterThan(1_000);
    expect(new Set(report.history.events.map(({ follower }) => follower)).size).toBe(3);
    expect(report.history.uses.length).toBeGreaterThan(100);
  });

  test('P1 every acknowledged write is in every region that must hold it, in its newest state', () => {
    expect(broken('P1')).toEqual([]);
  });

  test('P2 P7 no revoked token is accepted where its delete was answered, none again where it was refused, none anywhere at the end', () => {
    expect([...broken('P2'), ...broken('P7')]).toEqual([]);
    expect(report.misjudged).toEqual([]);
  });

  test('P3 no index went backwards and all regions hold the same global tokens', () => {
    expect(broken('P3')).toEqual([]);
  });

  test('P4 the change feeds had no gap and no repeat', () => {
    expect(broken('P4')).toEqual([]);
  });

  test('P5 no local token is in another region', () => {
    expect(broken('P5')).toEqual([]);
  });

  test('P6 no valid credential and no live token was ever refused', () => {
    expect(broken('P6')).toEqual([]);
    expect(report.surprises.filter((text) => !/: 409 /.test(text))).toEqual([]);
  });

  test('no create, update or delete was refused as a conflict: every token has one writer', () => {
    expect(report.surprises.filter((text) => /: 409 /.test(text)).slice(0, 3)).toEqual([]);
  });

  canarySuite(fixture);

  function broken(promise: string): string[] {
    return report.broken.filter((each) => each.promise === promise).map(({ what }) => what).slice(0, 20);
  }
});
