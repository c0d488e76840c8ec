/*
 * Makes packages/client/dist, the package that is published: our own code as plain JavaScript with its types, packages of others as dependencies in the versions
 * that are installed. With `--check` the packed tarball is also judged by publint and by attw ("are the types wrong"), and any finding fails.
 */
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { type OutputChunk, rolldown } from 'rolldown';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CLIENT = join(ROOT, 'packages', 'client');
const DIST = join(CLIENT, 'dist');
const ENTRIES = ['index', 'express', 'fastify'] as const;
/** Bundled: the workspaces, and the helpers that newer syntax is written with. */
const OURS = ['@mintmark/', '@oxc-project/runtime/'];
const NODE = '>=22';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly description: string;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: object;
}

await rm(DIST, { recursive: true, force: true });
await writeManifest(await code());
await types();
await copyFile(join(CLIENT, 'README.md'), join(DIST, 'README.md'));
if (process.argv.includes('--check')) await check();

async function code(): Promise<readonly string[]> {
  const build = await rolldown({
    input: Object.fromEntries(ENTRIES.map((entry) => [entry, join(CLIENT, 'src', `${entry}.ts`)])),
    platform: 'node',
    external: (id) => isPackage(id) && !OURS.some((scope) => id.startsWith(scope)),
    transform: { target: 'node22' },
    treeshake: { moduleSideEffects: false },
  });
  const { output } = await build.write({ dir: DIST, format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' });
  await build.close();
  const chunks = output.filter((file): file is OutputChunk => file.type === 'chunk');
  const own = new Set(chunks.map(({ fileName }) => fileName));
  const ids = chunks.flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports]);
  const foreign = ids.filter((id) => isPackage(id) && !own.has(id) && !builtinModules.includes(id));
  return [...new Set(foreign.map((id) => id.split('/', id.startsWith('@') ? 2 : 1).join('/')))].sort();
}

function isPackage(id: string): boolean {
  return !id.startsWith('.') && !id.startsWith('/') && !id.startsWith('\0') && !id.startsWith('node:');
}

async function writeManifest(needed: readonly string[]): Promise<void> {
  const { name, version, license, description, peerDependencies, peerDependenciesMeta } = JSON.parse(await readFile(join(CLIENT, 'package.json'), 'utf8')) as Manifest;
  const versions = needed.map(async (dependency) => [dependency, `^${(JSON.parse(await readFile(join(ROOT, 'node_modules', dependency, 'package.json'), 'utf8')) as Manifest).version}`] as const);
  const exported = ENTRIES.map((entry) => [entry === 'index' ? '.' : `./${entry}`, { types: `./types/packages/client/src/${entry}.d.ts`, default: `./${entry}.js` }]);
  const manifest = {
    name,
    version,
    description,
    license,
    type: 'module',
    engines: { node: NODE },
    sideEffects: false,
    exports: Object.fromEntries(exported),
    dependencies: Object.fromEntries(await Promise.all(versions)),
    peerDependencies,
    peerDependenciesMeta,
  };
  await writeFile(join(DIST, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** The declarations that the entries reach, with the workspaces' names replaced by paths. */
async function types(): Promise<void> {
  const all = await mkdtemp(join(tmpdir(), 'mintmark-types-'));
  try {
    const config = join(all, 'tsconfig.json');
    const files = ENTRIES.map((entry) => join(CLIENT, 'src', `${entry}.ts`));
    // As sources of this program, not as packages, so that they are emitted too.
    const paths = { '@mintmark/kit/*': [join(ROOT, 'packages/kit/src/*/index.ts')], '@mintmark/*': [join(ROOT, 'packages/*/src/index.ts')] };
    const compilerOptions = { paths, noEmit: false, emitDeclarationOnly: true, declaration: true, rootDir: ROOT, outDir: join(all, 'out'), typeRoots: [join(ROOT, 'node_modules', '@types')] };
    await writeFile(config, JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), compilerOptions, files, include: [] }));
    execFileSync('tsc', ['-p', config], { stdio: 'inherit' });
    const seen = new Set<string>();
    const copy = async (path: string): Promise<void> => {
      if (seen.has(path)) return;
      seen.add(path);
      const text = await readFile(join(all, 'out', path), 'utf8');
      const reached: string[] = [];
      const rewritten = text.replace(/(from |import\()(['"])([^'"]+)\2/g, (whole, before: string, quote: string, id: string) => {
        const target = targetOf(path, id);
        if (target === undefined) return whole;
        reached.push(target);
        const from = relative(dirname(path), target).replace(/\.d\.ts$/, '.js');
        return `${before}${quote}${from.startsWith('.') ? from : `./${from}`}${quote}`;
      });
      const to = join(DIST, 'types', path);
      await mkdir(dirname(to), { recursive: true });
      await writeFile(to, rewritten);
      for (const next of reached) await copy(next);
    };
    for (const entry of ENTRIES) await copy(`packages/client/src/${entry}.d.ts`);
  } finally {
    await rm(all, { recursive: true, force: true });
  }
}

/** The declaration file that an import of ours means; `undefined` for packages of others. */
function targetOf(from: string, id: string): string | undefined {
  if (id.startsWith('.')) return join(dirname(from), id).replace(/\.ts$/, '.d.ts');
  const [, room, ...rest] = /^@mintmark\/([^/]+)(?:\/(.+))?$/.exec(id) ?? [];
  if (room === undefined) return undefined;
  return rest[0] === undefined ? `packages/${room}/src/index.d.ts` : `packages/${room}/src/${rest[0]}/index.d.ts`;
}

async function check(): Promise<void> {
  const { messages } = await publint({ pkgDir: DIST, strict: true });
  for (const message of messages) process.stderr.write(`publint: ${message.type} ${message.code} ${JSON.stringify(message.args)}\n`);
  if (messages.length > 0) process.exitCode = 1;
  const folder = await mkdtemp(join(tmpdir(), 'mintmark-pack-'));
  try {
    const [packed] = JSON.parse(execFileSync('npm', ['pack', DIST, '--json', '--pack-destination', folder], { encoding: 'utf8' })) as { filename: string }[];
    execFileSync('attw', [join(folder, packed?.filename ?? ''), '--profile', 'esm-only', '--no-emoji'], { stdio: ['ignore', 'inherit', 'inherit'] });
  } catch {
    process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
