import { expect } from 'vitest';
import { expectLike, sampleOf } from '../like.ts';
import { commandOf, type Replacements, replaced, type Section, shownIn } from '../page.ts';
import type { Answer, Shell } from '../shell.ts';
import { once, type PageChecks } from '../world.ts';

const HOST = 'https://localhost:4646';
const ACCESSOR = 'aa534e09-6a07-0a45-2295-a7f77063d429';
const SECRET = '8176afd3-772d-0b71-8f85-7fa5d903e9d4';

interface Token {
  readonly AccessorID: string;
  readonly SecretID: string;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

/** ACL tokens. */
export const nomad: PageChecks = (world) => {
  const shell = once(() => world().shell('nomad'));
  let created: Token | undefined;
  let updated: Token | undefined;
  const token = (): Token => {
    if (created === undefined) throw new Error('no token was created');
    return created;
  };

  /** Runs the section's curl. `management`: the page asks for a management token, which its curl leaves out. */
  async function curl({ copied, files }: Section, more: Replacements, { management = true } = {}): Promise<Answer> {
    const at: Shell = await shell();
    for (const { file = '', text } of files) await at.save(file, text.includes(ACCESSOR) ? replaced(text, [[ACCESSOR, token().AccessorID]]) : text);
    const credential: Replacements = management ? [['curl', `curl --header "X-Nomad-Token: ${await world().root()}"`]] : [];
    return at.curl(replaced(commandOf(copied), [[HOST, world().region], ...credential, ...more]));
  }

  /** The answer's JSON, which is like the page's. */
  function like<T>({ status, headers, text }: Answer, section: Section): T {
    expect([status, headers['content-type']]).toEqual([200, expect.stringMatching(/^application\/json/)]);
    expect(Number(headers['x-nomad-index'])).toBeGreaterThan(0);
    const answer = JSON.parse(text) as T;
    expectLike(answer, sampleOf(shownIn(section)));
    return answer;
  }

  return {
    async 'Bootstrap Token'(section) {
      const made = like<Token>(await curl(section, [], { management: false }), section);
      expect(made.CreateIndex).toBe(made.ModifyIndex);
      world().bootstrapped(made.SecretID);
      const again = await curl(section, [], { management: false });
      expect([again.status, again.text]).toEqual([400, expect.stringContaining('ACL bootstrap already done')]);
    },
    async 'List Tokens'(section) {
      const [only] = like<readonly Token[]>(await curl(section, []), section);
      expect(Object.keys(only ?? {})).not.toContain('SecretID');
      const denied = await curl(section, [], { management: false });
      expect([denied.status, denied.text]).toEqual([403, 'Permission denied']);
    },
    async 'Create Token'(section) {
      created = like<Token>(await curl(section, []), section);
      expect(created.CreateIndex).toBe(created.ModifyIndex);
    },
    async 'Update Token'(section) {
      updated = like<Token>(await curl(section, [[ACCESSOR, token().AccessorID]]), section);
      expect(updated).toMatchObject({ AccessorID: token().AccessorID, SecretID: token().SecretID, CreateIndex: token().CreateIndex });
      expect(updated.ModifyIndex).toBeGreaterThan(token().ModifyIndex);
    },
    async 'Read Token'(section) {
      expect(like<Token>(await curl(section, [[ACCESSOR, token().AccessorID]]), section)).toEqual(updated);
    },
    async 'Read Self Token'(section) {
      expect(like<Token>(await curl(section, [[SECRET, token().SecretID]], { management: false }), section)).toEqual(updated);
    },
    async 'Delete Token'(section) {
      const ended = await curl(section, [[ACCESSOR, token().AccessorID]]);
      expect([ended.status, ended.text]).toEqual([200, '']);
      const self = await fetch(`${world().region}/v1/acl/token/self`, { headers: { 'x-nomad-token': token().SecretID } });
      expect(self.status).toBe(403);
    },
  };
};
