import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { runCommerce } from '../testing/run-commerce.ts';
import { useShop } from '../testing/shop.ts';

const shop = useShop();

let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'commerce-home-'));
  onTestFinished(() => rm(home, { recursive: true }));
});

const run = async (args: readonly string[], env: Record<string, string> = {}, input?: string) =>
  runCommerce(home, args, { HOME: home, ...env }, input === undefined ? {} : { input });
const file = () => join(home, '.config', 'commerce', 'profiles.json');

async function addShop(): Promise<string> {
  const key = await shop.api.createApiKey();
  const added = await run(
    ['profiles', 'add', 'test', '--url', shop.api.url, '--simulator', shop.simulatorUrl],
    {},
    key,
  );
  expect(added).toMatchObject({ code: 0, err: '' });
  return key;
}

test('a shop that is kept by name is used by --profile and by COMMERCE_PROFILE', async () => {
  await addShop();
  expect((await run(['doctor'])).code).toBe(2);
  for (const ran of [
    await run(['doctor', '--profile', 'test']),
    await run(['--profile', 'test', 'doctor']),
    await run(['doctor'], { COMMERCE_PROFILE: 'test' }),
    await run(['doctor', '--profile', 'test'], { COMMERCE_URL: 'http://127.0.0.1:1' }),
  ])
    expect(ran).toMatchObject({ code: 0, err: '' });
});

test('the file of profiles is readable by its owner alone, and no command shows a key', async () => {
  const key = await addShop();
  expect(await readFile(file(), 'utf8')).toContain(key);
  expect((await stat(file())).mode & 0o777).toBe(0o600);
  for (const args of [
    ['profiles', 'list'],
    ['profiles', 'list', '--json'],
    ['profiles', 'remove', 'test', '--yes', '--json'],
  ]) {
    const { out, err } = await run(args);
    expect(out + err).toContain('test');
    expect(out + err).not.toContain(key.slice(0, 12));
  }
  expect(JSON.parse((await run(['profiles', 'list', '--json'])).out)).toEqual({ items: [], nextCursor: null });
});

test('a file of profiles that others may read is refused, with what to do', async () => {
  await addShop();
  await chmod(file(), 0o644);
  const ran = await run(['doctor', '--profile', 'test']);
  expect(ran).toMatchObject({ code: 2, out: '' });
  expect(ran.err).toContain(`Run: chmod 600 ${file()}`);
});

test.each([
  ['an unknown profile', ['doctor', '--profile', 'other'], {}, 'There is no profile other.'],
  ['a name of every object', ['doctor', '--profile', 'constructor'], {}, 'There is no profile constructor.'],
  ['two shops', ['doctor'], { COMMERCE_PROFILE: 'test', COMMERCE_URL: 'http://x' }, 'both name a shop'],
  ['an empty name', ['doctor', '--profile', ''], {}, "option '--profile <name>' is empty"],
])('%s exits with 2', async (_, args, env, message) => {
  await addShop();
  const ran = await run(args, env);
  expect(ran).toMatchObject({ code: 2, out: '' });
  expect(ran.err).toContain(message);
});

test.each(['', 'two words', 'schlüssel'])('the key %j is refused, and nothing is kept', async (key) => {
  expect(await run(['profiles', 'add', 'test', '--url', 'http://127.0.0.1:1'], {}, key)).toMatchObject({ code: 2 });
  expect((await run(['profiles', 'list'])).err).toBe('There are no profiles.\n');
});
