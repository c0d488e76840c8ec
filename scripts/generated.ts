import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Fails when the protobuf code in the repository is not what `npm run generate` makes of proto/. */
const committed = 'packages/contract/src/gen';
const fresh = mkdtempSync(join(tmpdir(), 'mintmark-gen-'));

function files(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(names.map((entry) => join(entry.parentPath, entry.name)).map((path) => [path.slice(folder.length), readFileSync(path, 'utf8')]));
}

try {
  for (const args of [['lint'], ['generate', '--output', fresh]]) {
    const { status } = spawnSync('buf', args, { stdio: 'inherit' });
    if (status !== 0) process.exit(1);
  }
  const [want, have] = [files(join(fresh, committed)), files(committed)];
  const differ = [...new Set([...want.keys(), ...have.keys()])].filter((name) => want.get(name) !== have.get(name));
  if (differ.length > 0) {
    process.stderr.write(`not what proto/ says (run npm run generate): ${differ.join(', ')}\n`);
    process.exitCode = 1;
  }
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
