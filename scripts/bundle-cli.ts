/*
 * Makes packages/cli/dist, what `npm pack` puts into the tarball: our own code as plain JavaScript, the command line in one small file and each service in
 * files that are loaded when they are run. Packages of others stay dependencies, with their licences; the list in packages/cli/package.json must be exactly
 * those that the code imports, in the versions that the other workspaces use, or this fails.
 */
import { cp, readFile, rm } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OutputChunk, type Plugin, rolldown } from 'rolldown';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CLI = join(ROOT, 'packages', 'cli');
const DIST = join(CLI, 'dist');

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

await rm(DIST, { recursive: true, force: true });
const chunks = await bundle();
for (const [from, to] of BESIDE) await cp(join(ROOT, from), join(DIST, to), { recursive: true });
const faults = await dependencyFaults(chunks);
if (faults.length > 0) {
  process.stderr.write(`packages/cli/package.json: dependencies are not what the code imports\n  ${faults.join('\n  ')}\n`);
  process.exitCode = 1;
}

async function bundle(): Promise<readonly OutputChunk[]> {
  const build = await rolldown({
    input: { mintmark: join(CLI, 'bin', 'mintmark.ts') },
    platform: 'node',
    external: (id) => isPackage(id) && !OURS.some((scope) => id.startsWith(scope)),
    transform: { target: TARGET },
    plugins: [protoRoot],
  });
  const { output } = await build.write({ dir: DIST, format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' });
  await build.close();
  return output.filter((file): file is OutputChunk => file.type === 'chunk');
}

function isPackage(id: string): boolean {
  return !id.startsWith('.') && !id.startsWith('/') && !id.startsWith('\0') && !id.startsWith('node:');
}

async function dependencyFaults(files: readonly OutputChunk[]): Promise<readonly string[]> {
  const own = new Set(files.map(({ fileName }) => fileName));
  const ids = files.flatMap((file) => [...file.imports, ...file.dynamicImports, ...required(file)]).filter((id) => isPackage(id) && !own.has(id) && !builtinModules.includes(id));
  const imported = new Set(ids.map((id) => id.split('/', id.startsWith('@') ? 2 : 1).join('/')));
  const { dependencies } = JSON.parse(await readFile(join(CLI, 'package.json'), 'utf8')) as { readonly dependencies: Readonly<Record<string, string>> };
  const faults = Object.keys(dependencies).flatMap((name) => (imported.has(name) ? [] : [`${name} is not imported`]));
  for (const name of imported) {
    const { version } = JSON.parse(await readFile(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')) as { readonly version: string };
    if (dependencies[name] !== version) faults.push(`${name} must be ${version}, not ${dependencies[name] ?? 'absent'}`);
  }
  return faults.sort();
}

/** What is loaded or looked for without `import`. */
function required({ code }: OutputChunk): readonly string[] {
  return [...code.matchAll(/createRequire\(import\.meta\.url\)(?:\.resolve)?\("([^"]+)"\)/g)].flatMap(([, id]) => id ?? []);
}
