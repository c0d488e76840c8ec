import { beforeAll, describe, expect, test } from 'vitest';
import { canarySuite } from '../scenarios/support/canary-suite.ts';
import { useCluster } from '../scenarios/support/fixture.ts';
import { hostileRun, type RunPlan, type RunReport } from './run.ts';

/** One combined run, authority and other regions in turn; `npm run faults` does all of it for longer. */
const PLAN: RunPlan = {
  seed: 1,
  blows: [
    { region: 'eu', kind: 'kill', part: 'validator' },
    { region: 'us', kind: 'kill', part: 'issuer' },
    { region: 'eu', kind: 'wire', wires: ['replicator to authority log'], fault: 'losing what comes back' },
    { region: 'us', kind: 'kill', part: 'view' },
    { region: 'eu', kind: 'freeze', part: 'log' },
    { region: 'ap', kind: 'empty view' },
  ],
  perSecond: 50, before: 500, hold: 1_000, after: 500, settle: 60_000,
};

describe('faults under load, distributed', () => {
  const fixture = useCluster('distributed', { wires: true });
  let report: RunReport;
  beforeAll(async () => {
    report = await hostileRun(fixture(), PLAN);
  }, 300_000);

  test('the run wrote at its rate, most of it was acknowledged, and every region came back from every fault', () => {
    const { acked, refused, unknown } = report.figures;
    expect(acked + refused + unknown).toBeGreaterThan(300);
    expect(acked).toBeGreaterThan(200);
    expect(new Set(report.history.events.map(({ follower }) => follower)).size).toBe(3);
    expect(report.history.uses.length).toBeGreaterThan(100);
    expect(report.failures).toEqual([]);
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

  test('what several clients do to one token at once is in one order', () => {
    expect(report.history.accesses.length).toBeGreaterThan(100);
    expect(broken('linearizable')).toEqual([]);
  });

  test('no create, update or delete was refused as a conflict: every token has one writer', () => {
    expect(report.surprises.filter((text) => /: 409 /.test(text)).slice(0, 3)).toEqual([]);
  });

  canarySuite(fixture);

  function broken(promise: string): string[] {
    return report.broken.filter((each) => each.promise === promise).map(({ what }) => what).slice(0, 20);
  }
});
