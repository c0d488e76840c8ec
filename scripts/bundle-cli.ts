/*
 * Makes packages/cli/dist, what `npm pack` puts into the tarball: our own code as plain JavaScript, the command line in one small file and each service in
 * files that are loaded when they are run. Packages of others stay dependencies, with their licences; the list in packages/cli/package.json must be exactly
 * those that the code imports, in the versions that the other workspaces use, or this fails; `--write` writes that list (run `npm install` after it).
 */
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OutputChunk, type Plugin, rolldown } from 'rolldown';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CLI = join(ROOT, 'packages', 'cli');
const DIST = join(CLI, 'dist');
const MANIFEST = join(CLI, 'package.json');

/** The oldest Node.js that the bundle is written for. */
const TARGET = 'node20';

/** Bundled: the workspaces, and the helpers that newer syntax is written with. */
const OURS = ['@mintmark/', '@oxc-project/runtime/'];

/** Files that the code reads from beside itself. */
const BESIDE = [
  ['proto', 'proto'],
  ['packages/view/src/redis/lua', 'lua'],
] as const;

/** In the tarball the `.proto` files lie beside the code. */
const protoRoot: Plugin = {
  name: 'proto-root',
  load: {
    filter: { id: /[\\/]proto-root\.ts$/ },
    handler: () => `import { fileURLToPath } from 'node:url';\nexport const PROTO_ROOT = fileURLToPath(new URL('proto', import.meta.url));\n`,
  },
};

/** Threads run files of their own. */
const HASHING_THREAD = join(ROOT, 'packages', 'keys', 'src', 'passwords', 'hashing-thread.ts');
const threadUrl: Plugin = {
  name: 'thread-url',
  load: {
    filter: { id: /[\\/]thread-url\.ts$/ },
    handler: () => `export const HASHING_THREAD = new URL('hashing-thread.js', import.meta.url);\n`,
  },
};

await rm(DIST, { recursive: true, force: true });
const chunks = await bundle();
for (const [from, to] of BESIDE) await cp(join(ROOT, from), join(DIST, to), { recursive: true });
const manifest = await readManifest();
const needed = await dependenciesOf(chunks);
if (process.argv.includes('--write')) await writeFile(MANIFEST, `${JSON.stringify({ ...manifest, dependencies: needed }, null, 2)}\n`);
else complain(differences(manifest.dependencies, needed));

async function bundle(): Promise<readonly OutputChunk[]> {
  const build = await rolldown({
    input: { mintmark: join(CLI, 'bin', 'mintmark.ts'), 'hashing-thread': HASHING_THREAD },
    platform: 'node',
    external: (id) => isPackage(id) && !OURS.some((scope) => id.startsWith(scope)),
    transform: { target: TARGET },
    plugins: [protoRoot, threadUrl],
  });
  const { output } = await build.write({ dir: DIST, format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' });
  await build.close();
  return output.filter((file): file is OutputChunk => file.type === 'chunk');
}

function isPackage(id: string): boolean {
  return !id.startsWith('.') && !id.startsWith('/') && !id.startsWith('\0') && !id.startsWith('node:');
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
}

async function readManifest(): Promise<Manifest> {
  return JSON.parse(await readFile(MANIFEST, 'utf8')) as Manifest;
}

/** The packages that the files import, with the versions that are installed. */
async function dependenciesOf(files: readonly OutputChunk[]): Promise<Readonly<Record<string, string>>> {
  const own = new Set(files.map(({ fileName }) => fileName));
  const ids = files.flatMap((file) => [...file.imports, ...file.dynamicImports, ...required(file)]).filter((id) => isPackage(id) && !own.has(id) && !builtinModules.includes(id));
  const names = [...new Set(ids.map((id) => id.split('/', id.startsWith('@') ? 2 : 1).join('/')))].sort();
  const versions = names.map(async (name) => {
    const { version } = JSON.parse(await readFile(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')) as { readonly version: string };
    return [name, version] as const;
  });
  return Object.fromEntries(await Promise.all(versions));
}

function differences(given: Manifest['dependencies'], wanted: Manifest['dependencies']): readonly string[] {
  const surplus = Object.keys(given).flatMap((name) => (wanted[name] === undefined ? [`${name} is not imported`] : []));
  const wrong = Object.entries(wanted).flatMap(([name, version]) => (given[name] === version ? [] : [`${name} must be ${version}, not ${given[name] ?? 'absent'}`]));
  return [...surplus, ...wrong].sort();
}

function complain(faults: readonly string[]): void {
  if (faults.length === 0) return;
  process.stderr.write(`packages/cli/package.json: dependencies are not what the code imports\n  ${faults.join('\n  ')}\nRun: node scripts/bundle-cli.ts --write && npm install\n`);
  process.exitCode = 1;
}

/** What is loaded or looked for without `import`. */
function required({ code }: OutputChunk): readonly string[] {
  return [...code.matchAll(/(?:createRequire\(import\.meta\.url\)|\brequire(?:\$\d+)?)(?:\.resolve)?\("([^".][^"]*)"\)/g)].flatMap(([, id]) => id ?? []);
}
