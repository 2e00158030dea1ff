// Type-checks, builds and runs the programs in examples/, with the packed client: pages in Chromium against a shop.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { checkPages } from './examples/check-pages.mjs';
import { checkNextjs } from './examples/check-nextjs.mjs';

const repository = join(import.meta.dirname, '..');

/** What the command prints. @throws Error with all that it printed when it fails */
function run(folder, command, args, env = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: folder,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 600_000,
  });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}${error ?? ''}`);
}

/** The examples in a folder outside of the workspace, installed by npm with this tarball of the client. */
function install(work, client) {
  const folder = join(work, 'examples');
  cpSync(join(repository, 'examples'), folder, {
    recursive: true,
    filter: (path) => !/\/(?:node_modules|\.next)$/.test(path),
  });
  const file = join(folder, 'package.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  manifest.dependencies['@commerce-core/client'] = `file:${client}`;
  writeFileSync(file, JSON.stringify(manifest));
  run(folder, 'npm', ['install', '--no-audit', '--no-fund', '--loglevel=error']);
  return folder;
}

/** Starts the shop, which serves the page in this folder. */
async function startShop(page) {
  const program = spawn('node', [join(repository, '.ci/examples/shop.ts'), page], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(program.stdout), 'line');
  const stop = async () => {
    program.kill('SIGTERM');
    await once(program, 'exit');
  };
  return { ...JSON.parse(line), stop };
}

/** Checks the examples in the folder `work`, with the tarball of the client. @throws Error when one does not work */
export async function checkExamples(work, client) {
  const folder = install(work, client);
  const bin = (name) => join(folder, 'node_modules/.bin', name);
  const page = join(work, 'page');
  mkdirSync(page);
  const shop = await startShop(page);
  try {
    const { apiUrl, token } = shop;
    const build = (name) =>
      run(join(folder, name), bin('vite'), ['build', '--logLevel', 'warn', '--outDir', page, '--emptyOutDir'], {
        VITE_SHOP_URL: apiUrl,
        VITE_STRIPE_PUBLISHABLE_KEY: 'pk_test_of_the_examples',
      });
    run(folder, bin('openapi-typescript'), [
      `${apiUrl}/openapi.json`,
      // What has a default may be left out.
      '--default-non-nullable=false',
      '-o',
      'generated-client/shop.d.ts',
    ]);
    for (const name of ['react', 'browser', 'generated-client']) run(folder, bin('tsc'), ['-p', name]);
    const printed = run(folder, 'node', ['generated-client/order.ts'], { COMMERCE_URL: apiUrl, CUSTOMER_TOKEN: token });
    if (!/^CREATED\ninsufficient_stock \d+\n$/.test(printed)) throw new Error(`generated-client printed ${printed}`);
    console.log('examples/generated-client: generated from openapi.json, type-checked and run');
    await checkPages(folder, shop, build);
    await checkNextjs(folder, shop, run);
  } finally {
    await shop.stop();
  }
}
