import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { createProgram } from '../program.ts';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { treeOf } from './tree.ts';
import { zshScript } from './zsh.ts';

const nodes = treeOf(createProgram({}));
const bash = bashScript('mintmark', nodes);

/** What bash offers for these words, the last of which is being typed. */
function offered(...words: readonly string[]): readonly string[] {
  const typed = `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _mintmark; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', `${bash}\n${typed}`, 'bash', 'mintmark', ...words], { encoding: 'utf8' }).split('\n').filter((line) => line !== '');
}

describe('completion', () => {
  test.each([
    [['acl', 'to'], ['token']],
    [['acl', 'token', ''], ['create', 'update', 'delete', 'info', 'list', 'self']],
    [['acl', 'token', 'create', '-role'], ['-role-id', '-role-name']],
    [['acl', 'token', 'create', '--role'], ['--role-id', '--role-name']],
    [['acl', 'token', 'create', '-name', 'acl', '-gl'], ['-global']],
    [['acl', 'policy', 'apply', 'x', '/etc/host'], expect.arrayContaining(['/etc/hosts'])],
    [['acl', 'token', 'list', '-ca-cert', '/etc/host'], expect.arrayContaining(['/etc/hosts'])],
    [['nothing', 'li'], []],
  ])('of %j in bash offers %j', (words, expected) => {
    expect(offered(...words)).toEqual(expected);
  });

  test('reads nothing that is typed as a command', () => {
    expect(offered('acl', '$(echo token)', '')).toEqual(['bootstrap', 'token', 'policy', 'role']);
  });

  test.each([
    ['bash', bash],
    ['zsh', zshScript('mintmark', nodes)],
    ['fish', fishScript('mintmark', nodes)],
  ])('for %s knows every command and every flag', (_shell, script) => {
    expect(nodes.length).toBeGreaterThan(20);
    for (const { at, commands, flags } of nodes) {
      expect(script).toContain(`'${at}'`);
      for (const { name } of [...commands, ...flags]) expect(script).toMatch(new RegExp(`[ '(]${name}[ ':)]`));
    }
  });
});
