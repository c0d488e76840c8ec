import { describe, expect, test } from 'vitest';
import { indexOf, named } from '../support/acl.ts';
import { expectEmpty, expectJson, expectReadHeaders, expectRefusal, expectWriteHeaders, TIME } from '../support/expect.ts';
import type { Fixture } from '../support/fixture.ts';
import { Grants, type PolicyJson, RULES, type VersionJson } from './grants.ts';

const rules = (n: number): string => `job::/sandbox/n${n} {\n  { permit read }\n}\n`;

/** The last 50 texts of a policy, with author and time, readable and restorable. */
export function historySuite(fixture: () => Fixture): void {
  describe.each(['us', 'eu'] as const)('the history of a policy, through %s', (where) => {
    const grants = (): Grants => new Grants(fixture()[where]);
    const author = async (): Promise<string> => `token:${expectJson(await grants().api.self()).AccessorID}`;
    const history = async (name: string): Promise<VersionJson[]> => expectJson<VersionJson[]>(await grants().versions(name));

    test('lists every text with number, author and time, the newest first, and shows each with its rules', async () => {
      const name = await grants().made({ Rules: rules(1), Description: 'one' });
      const other = await grants().api.mint({ Type: 'management', Global: true });
      expectEmpty(await grants().as(other.SecretID).put(name, { Rules: rules(2), Description: 'two' }));
      const reply = await grants().versions(name);
      expectReadHeaders(reply);
      const texts = expectJson<VersionJson[]>(reply);
      expect(texts).toEqual([
        { Version: 2, Author: `token:${other.AccessorID}`, Time: expect.stringMatching(TIME), Description: 'two' },
        { Version: 1, Author: await author(), Time: expect.stringMatching(TIME), Description: 'one' },
      ]);
      for (const text of texts) {
        expect(expectJson<VersionJson>(await grants().version(name, text.Version))).toEqual({ ...text, Name: name, Rules: rules(text.Version), JobACL: null });
      }
    });

    test('an identical write adds no text', async () => {
      const name = await grants().made({ Rules: rules(1) });
      for (let i = 0; i < 3; i += 1) expectEmpty(await grants().put(name, { Rules: rules(1) }));
      expect((await history(name)).map(({ Version }) => Version)).toEqual([1]);
      expectEmpty(await grants().put(name, { Rules: rules(1), Description: 'now with a description' }));
      expect((await history(name)).map(({ Version }) => Version)).toEqual([2, 1]);
    });

    test('a restored text is the newest one, in force at once, and names who restored it', async () => {
      const name = await grants().made({ Rules: rules(1), Description: 'one', JobACL: { Namespace: 'default' } });
      expectEmpty(await grants().put(name, { Rules: rules(2) }));
      const reply = await grants().restore(name, { Version: 1 });
      expectWriteHeaders(reply);
      const policy = expectJson<PolicyJson>(reply);
      expect(policy).toMatchObject({ Name: name, Rules: rules(1), Description: 'one', JobACL: { Namespace: 'default', JobID: '', Group: '', Task: '' } });
      expect(policy.ModifyIndex).toBe(indexOf(reply));
      expect(expectJson<PolicyJson>(await grants().policy(name))).toMatchObject({ Rules: rules(1), Description: 'one', Hash: policy.Hash });
      expect((await history(name)).map(({ Version, Author }) => [Version, Author])).toEqual([3, 2, 1].map((n) => [n, expect.stringMatching(/^token:/)]));
    });

    test('the texts of a deleted policy stay; it can be restored, and numbers go on', async () => {
      const name = await grants().made({ Rules: rules(1) });
      expectEmpty(await grants().put(name, { Rules: rules(2) }));
      expectEmpty(await grants().drop(name));
      expect((await history(name)).map(({ Version }) => Version)).toEqual([2, 1]);
      expect(expectJson<VersionJson>(await grants().version(name, 2)).Rules).toBe(rules(2));
      expect(expectJson<PolicyJson>(await grants().restore(name, { Version: 1 })).Rules).toBe(rules(1));
      expect((await history(name)).map(({ Version }) => Version)).toEqual([3, 2, 1]);
      expectEmpty(await grants().drop(name));
      expectEmpty(await grants().put(name, { Rules: rules(4) }));
      expect((await history(name)).map(({ Version }) => Version)).toEqual([4, 3, 2, 1]);
    });

    test('what is not there is 404, what is no number 400, and nothing is changed', async () => {
      const name = await grants().made();
      expectRefusal(await grants().versions(named('never')), 404, 'ACL policy not found');
      expectRefusal(await grants().version(named('never'), 1), 404, 'ACL policy version not found');
      expectRefusal(await grants().version(name, 2), 404, 'ACL policy version not found');
      for (const number of ['0', '-1', 'x', '1.5', '01', '99999999999']) expectRefusal(await grants().version(name, number), 400, 'version must be a whole number, 1 or greater');
      expectRefusal(await grants().restore(name, { Version: 2 }), 404, `ACL policy version not found: no text 2 of "${name}" is kept`);
      expectRefusal(await grants().restore(named('never'), { Version: 1 }), 404, /^ACL policy version not found: /);
      for (const Version of [0, -1, 1.5, '1', null, [], 2 ** 32]) expectRefusal(await grants().restore(name, { Version }), 400, /^Version must be a whole number/);
      expectRefusal(await grants().restore(name, {}), 400, /^Version must be a whole number/);
      expectRefusal(await grants().api.send('POST', `/v1/acl/policy/${name}/restore`), 400, 'Request body is empty');
      expect(await history(name)).toHaveLength(1);
      expect(expectJson<PolicyJson>(await grants().policy(name)).Rules).toBe(RULES);
    });

    test('a blocked history wakes for the next text', async () => {
      const name = await grants().made();
      const index = indexOf(await grants().versions(name));
      const blocked = grants().api.send('GET', `/v1/acl/policy/${name}/versions`, { query: { index, wait: '10s' } });
      expectEmpty(await grants().put(name, { Rules: rules(2) }));
      const reply = await blocked;
      expect(expectJson<VersionJson[]>(reply)).toHaveLength(2);
      expect(reply.elapsed).toBeLessThan(6_000);
    });
  });

  test('of 60 texts the last 50 are kept, whoever asks, and the oldest of them can be restored', async () => {
    const [us, eu] = [new Grants(fixture().us), new Grants(fixture().eu)];
    const name = await us.made({ Rules: rules(1) });
    for (let n = 2; n <= 59; n += 1) expectEmpty(await us.put(name, { Rules: rules(n) }));
    expectEmpty(await eu.put(name, { Rules: rules(60) }));
    const kept = Array.from({ length: 50 }, (_, i) => 60 - i);
    for (const grants of [us, eu]) {
      expect(expectJson<VersionJson[]>(await grants.versions(name)).map(({ Version }) => Version)).toEqual(kept);
      expectRefusal(await grants.version(name, 10), 404, 'ACL policy version not found');
      expectRefusal(await grants.restore(name, { Version: 10 }), 404, /^ACL policy version not found/);
      expect(expectJson<VersionJson>(await grants.version(name, 11)).Rules).toBe(rules(11));
    }
    expect(expectJson<PolicyJson>(await us.restore(name, { Version: 11 })).Rules).toBe(rules(11));
    expect(expectJson<VersionJson[]>(await us.versions(name)).map(({ Version }) => Version)).toEqual([61, ...kept.slice(0, 49)]);
    expectRefusal(await us.version(name, 11), 404, 'ACL policy version not found');
  });

  test('writers of one policy at once make one text each, none is lost', async () => {
    const us = new Grants(fixture().us);
    const name = await us.made({ Rules: rules(1) });
    const replies = await Promise.all(Array.from({ length: 6 }, (_, i) => us.put(name, { Rules: rules(100 + i) })));
    for (const reply of replies) expectEmpty(reply);
    const texts = expectJson<VersionJson[]>(await us.versions(name));
    expect(texts.map(({ Version }) => Version)).toEqual([7, 6, 5, 4, 3, 2, 1]);
    const said = await Promise.all(texts.map(async ({ Version }) => expectJson<VersionJson>(await us.version(name, Version)).Rules));
    expect([...said].sort()).toEqual([rules(1), ...Array.from({ length: 6 }, (_, i) => rules(100 + i))].sort());
  });
}
