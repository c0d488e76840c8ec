import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);

test('the image is built from the manifest of every workspace', () => {
  const { workspaces } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { readonly workspaces: readonly string[] };
  const folders = workspaces.flatMap((pattern) => {
    if (!pattern.endsWith('/*')) return [pattern];
    const parent = pattern.slice(0, -2);
    const names = readdirSync(new URL(parent, root)).filter((name) => existsSync(new URL(`${parent}/${name}/package.json`, root)));
    return names.map((name) => `${parent}/${name}`);
  });
  const dockerfile = readFileSync(new URL('deploy/Dockerfile', root), 'utf8');
  const copied = [...dockerfile.matchAll(/^COPY (\S+)\/package\.json /gm)].map(([, folder]) => folder as string);
  expect(copied.sort()).toEqual(folders.sort());
});
