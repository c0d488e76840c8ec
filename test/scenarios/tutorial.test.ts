import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../harness/folder.ts';
import { npmStart } from '../harness/npm-start.ts';
import { COMPILED } from '../harness/compiled.ts';
import { ROOT } from '../harness/programs.ts';

const SCRIPT = join('examples', 'tutorial', 'tutorial.sh');

test('the script of the tutorial prints what its page shows', async () => {
  await using stack = new AsyncDisposableStack();
  const { path } = stack.use(await temporaryFolder('tutorial'));
  const { region } = stack.use(await npmStart(path));
  const env = { PATH: process.env.PATH, HOME: path, TMPDIR: path, MINTMARK_ADDR: region, NODE_COMPILE_CACHE: COMPILED };
  const { stdout } = await promisify(execFile)('sh', [SCRIPT], { cwd: ROOT, env, timeout: 60_000 });
  const page = readFileSync(join(ROOT, 'docs', 'TUTORIAL.md'), 'utf8');
  const [, shown = ''] = /```text\n\$ sh examples\/tutorial\/tutorial\.sh\n(.*?)```/s.exec(page) ?? [];
  expect(lasting(stdout)).toEqual(lasting(shown));
}, 90_000);

/** The lines of an output, without what differs from run to run. */
function lasting(output: string): readonly string[] {
  return output
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID')
    .replaceAll(/127\.0\.0\.1:\d+/g, 'HOST')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \+0000 UTC/g, 'TIME')
    .replaceAll(/"created_at":\d+/g, '"created_at":TIME')
    .replaceAll(/Index( +)= \d+/g, 'Index$1= INDEX')
    .replaceAll(/\/http\/[0-9a-f]{8}/g, '/http/HEX')
    .split('\n')
    .map((line) => (line.startsWith('[{') ? inOrder(line) : line));
}

/** A list in the order of its items: they are answered in that of their ids. */
function inOrder(list: string): string {
  return list.slice(1, -1).split(/(?<=\}),(?=\{)/).sort().map((item) => item.replaceAll('TIME', '0')).join('\n');
}
