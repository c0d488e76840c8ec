import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../harness/folder.ts';
import { filesBelow, SecretScanner } from './canary.ts';

const SECRET = '3f4a0fcd-7c42-773c-25db-2d31ba0c05fe';
const noise = (text: string | Buffer): Buffer => Buffer.concat([Buffer.alloc(1000, 0x3f), Buffer.from(text), Buffer.alloc(7, 0x33)]);

test.each([
  ['plain', SECRET],
  ['upper case', SECRET.toUpperCase()],
  ['base64', Buffer.from(SECRET).toString('base64')],
  ['without hyphens', SECRET.replaceAll('-', '')],
  ['raw bytes', Buffer.from(SECRET.replaceAll('-', ''), 'hex')],
])('the scan finds a secret written as %s and says where', (form, text) => {
  expect(new SecretScanner([SECRET]).scan('here', noise(text))).toEqual([{ place: 'here', offset: 1000, form }]);
});

test('the scan finds nothing where only other secrets are', () => {
  expect(new SecretScanner([SECRET]).scan('here', noise(crypto.randomUUID()))).toEqual([]);
});

test('the scan finds a secret at the very end, and passes over one that is cut off there', () => {
  expect(new SecretScanner([SECRET]).scan('here', Buffer.from(SECRET))).toEqual([{ place: 'here', offset: 0, form: 'plain' }]);
  expect(new SecretScanner([SECRET]).scan('here', Buffer.from(SECRET.slice(0, -1)))).toEqual([]);
});

test('the scan reads every file below a folder', async () => {
  await using folder = await temporaryFolder('canary');
  mkdirSync(join(folder.path, 'a', 'b'), { recursive: true });
  writeFileSync(join(folder.path, 'a', 'b', 'deep'), noise(SECRET));
  writeFileSync(join(folder.path, 'flat'), 'nothing');
  expect([...filesBelow([folder.path])].map(({ path }) => path.slice(folder.path.length + 1)).sort()).toEqual(['a/b/deep', 'flat']);
});
