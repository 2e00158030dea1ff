// check-packages [REPOSITORY]: packs every package that is published, installs the tarballs with npm into empty folders
// outside of the workspace, and type-checks and runs programs there: programs of the docs on each supported Node.js, a
// front end's with the oldest and the newest tRPC 11 and with two versions of TypeScript. Then it checks the examples.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { checkExamples } from './check-examples.mjs';

const repository = resolve(process.argv[2] ?? join(import.meta.dirname, '..'));
const work = mkdtempSync(join(tmpdir(), 'packages-'));
const tarballs = join(work, 'tarballs');
const supportedNodes = ['22.19.0', '24'];
// In bytes, gzipped: the client with the newest tRPC in it, as a browser loads it.
const clientSizeMax = 15_360;

/** What the command prints. @throws Error with all that it printed when it fails */
function run(folder, command, args, env = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}${error ?? ''}`);
}

const core = '@commerce-core/core';

const say = (text) => console.log(text);

/** Each published package's name and tarball. */
function packAll() {
  mkdirSync(tarballs);
  const packed = new Map();
  for (const parent of ['packages', 'apps']) {
    for (const name of readdirSync(join(repository, parent))) {
      const folder = join(repository, parent, name);
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      if (manifest.private) continue;
      checkExports(manifest);
      checkCore(manifest);
      const before = new Set(readdirSync(tarballs));
      run(folder, 'pnpm', ['pack', '--pack-destination', tarballs]);
      const tarball = readdirSync(tarballs).find((file) => !before.has(file));
      packed.set(manifest.name, join(tarballs, tarball));
    }
  }
  return packed;
}

/** Everything that a package exports is published, apart from what its own tests use. */
function checkExports({ name, exports, publishConfig }) {
  const expected = Object.keys(exports).filter((path) => !path.startsWith('./testing'));
  const published = Object.keys(publishConfig.exports);
  if (expected.join() !== published.join())
    throw new Error(`${name} exports ${expected.join(', ')}, and publishes ${published.join(', ')}`);
}

// An error of one copy of the core is no CommerceError of another one.
const usedWithCore = /^@commerce-core\/((gateway|sink|tracking)-|testing$)/;

/** A package that a program uses together with the core takes the program's own copy. */
function checkCore({ name, dependencies = {}, peerDependencies = {} }) {
  if (!usedWithCore.test(name)) return;
  if (dependencies[core] === undefined && peerDependencies[core] !== undefined) return;
  throw new Error(`${name} must have ${core} as a peer dependency, and not as a dependency`);
}

/** A program has one copy of the core, whatever it installs. */
function checkOneCore(folder) {
  const copies = run(folder, 'find', ['.', '-path', `*/${core}/package.json`])
    .trim()
    .split('\n');
  if (copies.length !== 1) throw new Error(`${copies.length} copies of ${core}: ${copies.join(', ')}`);
}

/** An empty project with these packages of ours and of others, installed by npm alone. */
function project(name, packed, ours, others) {
  const folder = join(work, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, private: true, type: 'module' }));
  // The packages that these need, too: they are in no registry.
  const needed = new Set(ours);
  for (const each of needed) {
    const manifest = JSON.parse(run(work, 'tar', ['xzOf', packed.get(each), 'package/package.json']));
    for (const dependency of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }))
      if (packed.has(dependency)) needed.add(dependency);
  }
  const files = Array.from(needed, (each) => packed.get(each));
  run(folder, 'npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...files, ...others]);
  return folder;
}

function typeCheck(folder, compiler, options, files) {
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { strict: true, noEmit: true, target: 'es2022', ...options }, files }),
  );
  run(folder, 'node', [join('node_modules', compiler, 'bin/tsc'), '-p', '.']);
}

const compilers = ['typescript-5', 'typescript-7'];
const compilerPackages = ['typescript-5@npm:typescript@5.9', 'typescript-7@npm:typescript@7'];

/** The core and the API in a program of somebody else. */
function checkServer(packed) {
  for (const version of supportedNodes) {
    const ours = ['@commerce-core/api', '@commerce-core/testing', '@commerce-core/client'];
    const folder = project(`server-node-${version}`, packed, ours, [
      `node@${version}`,
      '@types/node@24',
      '@trpc/client@11',
      '@trpc/server@11',
      ...compilerPackages,
    ]);
    checkOneCore(folder);
    cpSync(join(repository, '.ci/outside/server.ts'), join(folder, 'server.ts'));
    for (const file of ['one-transaction.ts', 'own-gateway.ts'])
      cpSync(join(repository, 'packages/core/examples', file), join(folder, file));
    const nodenext = { module: 'nodenext', types: ['node'], skipLibCheck: true, allowImportingTsExtensions: true };
    for (const compiler of compilers)
      typeCheck(folder, compiler, nodenext, ['server.ts', 'one-transaction.ts', 'own-gateway.ts']);
    // Node 22 removes no types by itself.
    run(folder, 'node', [
      'node_modules/typescript-7/bin/tsc',
      '--noEmit',
      'false',
      '--outDir',
      'out',
      '--allowImportingTsExtensions',
      'false',
      '-p',
      '.',
    ]);
    const node = join(folder, 'node_modules/node/bin/node');
    say(run(folder, node, ['out/server.js']).trim());
    say(`server on Node.js ${run(folder, node, ['--version']).trim()}: installed, type-checked and run`);
  }
}

/** The client in a front end: with the oldest and the newest tRPC 11. */
function checkClient(packed) {
  for (const trpc of ['11.0.0', '11']) {
    const folder = project(
      `client-trpc-${trpc}`,
      packed,
      ['@commerce-core/client'],
      [
        `@trpc/client@${trpc}`,
        `@trpc/server@${trpc}`,
        `@trpc/tanstack-react-query@${trpc}`,
        '@tanstack/react-query@5',
        'react@19',
        'vite@8',
        ...compilerPackages,
      ],
    );
    cpSync(join(repository, '.ci/outside/front-end.ts'), join(folder, 'front-end.ts'));
    const bundler = {
      module: 'esnext',
      moduleResolution: 'bundler',
      lib: ['es2022', 'dom'],
      types: [],
      skipLibCheck: true,
    };
    for (const compiler of compilers) typeCheck(folder, compiler, bundler, ['front-end.ts']);
    const size = sizeInBrowser(folder);
    if (trpc === '11' && size > clientSizeMax)
      throw new Error(`the client has ${size} bytes gzipped, more than ${clientSizeMax}`);
    say(`client with tRPC ${trpc}: installed, type-checked, ${size} bytes gzipped in a browser`);
  }
}

function sizeInBrowser(folder) {
  const entry =
    "import { createClient } from '@commerce-core/client';\nglobalThis.shop = createClient({ url: '/' });\n";
  writeFileSync(join(folder, 'entry.js'), entry);
  writeFileSync(
    join(folder, 'vite.config.js'),
    // An application's build: a library's keeps its white space.
    "export default { build: { rollupOptions: { input: 'entry.js', output: { entryFileNames: 'bundle.js' } } } };\n",
  );
  run(folder, 'node', ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn']);
  return gzipSync(readFileSync(join(folder, 'dist/bundle.js')), { level: 9 }).length;
}

/** What package registries' own checkers find. They are installed once: npx asks the registry each time. */
function checkManifests(packed) {
  const folder = project('checkers', packed, [], ['publint@0.3.25', '@arethetypeswrong/cli@0.18.5']);
  for (const [name, tarball] of packed) {
    run(folder, 'node_modules/.bin/publint', ['run', tarball, '--strict']);
    run(folder, 'node_modules/.bin/attw', [tarball, '--profile', 'esm-only', '--quiet']);
    say(`${name}: ${basename(tarball)} has what its manifest says`);
  }
}

try {
  const packed = packAll();
  checkManifests(packed);
  checkServer(packed);
  checkClient(packed);
  await checkExamples(work, packed.get('@commerce-core/client'));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
