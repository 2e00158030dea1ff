import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { startCommerce } from './testing/run-commerce.ts';

// Prints the address of each module that the process loads.
const hook = `import { registerHooks } from 'node:module';
const seen = [];
registerHooks({ load: (url, context, next) => { seen.push(url); return next(url, context); } });
process.on('exit', () => process.stderr.write(seen.join('\\n')));`;
const options = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` };

async function loadedBy(...args: string[]): Promise<string> {
  const { err } = await startCommerce(tmpdir(), args, options);
  expect(err).toContain('/src/program.ts');
  return err;
}

test('commerce --version prints the version of the package', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  expect(await startCommerce(tmpdir(), ['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' });
});

test('the help loads no client and no command', async () => {
  expect(await loadedBy('--help')).not.toMatch(/@trpc|\/commands\/|cli-table3|\/explain\.ts/);
});

test('a command loads the code of its own group alone', async () => {
  const loaded = await loadedBy('orders', 'list');
  expect(loaded).toMatch(/\/commands\/orders\.ts/);
  expect(loaded).not.toMatch(
    /\/commands\/(?!orders|order-filters|note-order|renew-access)|jose|csv-parse|cli-progress/,
  );
});
