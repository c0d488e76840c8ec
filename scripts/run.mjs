// Runs a program with the project's own Node.js, after making sure that what the lock file names is installed.
// Plain JavaScript without dependencies: it is what a fresh clone on a fresh machine (Node.js >= 20) starts with.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const bin = join(modules, '.bin');

const written = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);
// npm writes its own copy of the lock file when it is done installing.
if (written(join(modules, '.package-lock.json')) < written(join(root, 'package-lock.json'))) {
  process.stderr.write('Installing what package-lock.json names (once) ...\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status } = spawnSync(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) {
    process.stderr.write('npm ci failed: see above. It needs the npm registry once.\n');
    process.exit(1);
  }
}

const own = join(bin, 'node');
const child = spawn(existsSync(own) ? own : process.execPath, process.argv.slice(2), {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` },
});
// A terminal sends Ctrl-C to both; whoever signals this process alone means the child.
const terminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
process.on('SIGINT', () => terminal || child.kill('SIGINT'));
process.on('SIGTERM', () => child.kill('SIGTERM'));
process.on('SIGHUP', () => child.kill('SIGHUP'));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === null ? 1 : 128);
});
