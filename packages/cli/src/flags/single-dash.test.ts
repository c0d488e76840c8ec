import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { withDoubleDashes } from './single-dash.ts';

const program = new Command('mintmark').option('--loud', 'x');
const token = program.command('acl').command('token');
token.command('create').option('--name <text>').option('--json').option('-t <template>').option('--policy <name>').argument('[path]');

const rows: readonly [string, string, string][] = [
  ['one dash as two', 'acl token create -name ci -json', 'acl token create --name ci --json'],
  ['two dashes as they are', 'acl token create --name ci --json', 'acl token create --name ci --json'],
  ['a value after an equals sign', 'acl token create -name=a=b', 'acl token create --name a=b'],
  ['a value that looks like a flag', 'acl token create -name -json', 'acl token create --name -json'],
  ['a flag given several times', 'acl token create -policy a -policy b', 'acl token create --policy a --policy b'],
  ["Go's true", 'acl token create -json=true', 'acl token create --json'],
  ["Go's false", 'acl token create -json=false x', 'acl token create x'],
  ['one letter as a short flag', 'acl token create -t {{.Name}}', 'acl token create -t {{.Name}}'],
  ['the lone dash of standard input', 'acl token create -', 'acl token create -'],
  ['a negative number', 'acl token create -1h', 'acl token create -1h'],
  ['nothing after two dashes alone', 'acl token create -- -json', 'acl token create -- -json'],
  ['an unknown flag', 'acl token create -jsno x', 'acl token create --jsno x'],
  ['a flag of the program before its commands', '-loud acl token', '--loud acl token'],
];

describe('flags', () => {
  test.each(rows)('are read with %s', (_what, given, expected) => {
    expect(withDoubleDashes(program, given.split(' ')).join(' ')).toBe(expected);
  });

  test('keep a value with spaces whole', () => {
    expect(withDoubleDashes(program, ['acl', 'token', 'create', '-name', 'my token'])).toEqual(['acl', 'token', 'create', '--name', 'my token']);
  });
});
