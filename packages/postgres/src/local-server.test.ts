import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startLocalServer } from './local-server.ts';
import type { LocalServer } from './local-server.ts';
import { processIsAlive } from './process-is-alive.ts';
import { groupOf, query } from './local-server.testing.ts';

const folders: string[] = [];
const servers: LocalServer[] = [];

const newFolder = (mode = 0o755): string => {
  const folder = mkdtempSync(join(tmpdir(), 'local-server-'));
  chmodSync(folder, mode);
  folders.push(folder);
  return folder;
};

/** initdb takes half of a first start, so it runs once here. Tests that are not about the first start get copies. */
let made = '';
beforeAll(async () => {
  made = newFolder();
  folders.splice(0);
  await (await startLocalServer(made, { stateRoot: join(made, 'never-used') })).stop();
});
afterAll(() => rmSync(made, { recursive: true, force: true }));

/** The folder of a clone that was started and stopped before. */
const startedBefore = (): { clone: string; data: string } => {
  const clone = newFolder();
  execFileSync('cp', ['-a', join(made, '.data'), clone]);
  return { clone, data: join(clone, '.data', 'postgres') };
};

const start = async (clone: string, stateRoot = join(clone, 'never-used'), port?: number): Promise<LocalServer> => {
  const server = await startLocalServer(clone, { stateRoot, port });
  servers.push(server);
  return server;
};

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

test('a second start has the data of the first', async () => {
  const clone = newFolder();
  const first = await start(clone);
  expect(first.data).toBe(join(clone, '.data', 'postgres'));
  await query(first.url, "create table kept as select 'still here' as word");
  await first.stop();
  expect(processIsAlive(first.pid)).toBe(false);

  const second = await start(clone);
  expect(second.adopted).toBe(false);
  expect(await query(second.url, 'select word from kept')).toEqual([{ word: 'still here' }]);
});

test('a start keeps the port of the previous one, and takes another when that is taken', async () => {
  const { clone } = startedBefore();
  const first = await start(clone);
  const port = Number(new URL(first.url).port);
  await first.stop();
  const second = await start(clone, undefined, port);
  expect([second.url, second.exampleUrl]).toEqual([first.url, first.exampleUrl]);
  await second.stop();

  const other = createServer();
  await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
  const third = await start(clone, undefined, port);
  expect(await query(third.exampleUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
  expect(new URL(third.url).port).not.toBe(String(port));
  other.close();
});

test('data of a version without the database for examples get it', async () => {
  const { clone } = startedBefore();
  const first = await start(clone);
  await query(first.url, 'drop database example');
  await first.stop();
  const second = await start(clone);
  expect(await query(second.exampleUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('commits are durable, times are UTC, and only this machine with the password connects', async () => {
  const { url, data } = await start(startedBefore().clone);
  for (const [name, value] of [
    ['fsync', 'on'],
    ['synchronous_commit', 'on'],
    ['full_page_writes', 'on'],
    ['timezone', 'UTC'],
    ['listen_addresses', '127.0.0.1'],
    ['unix_socket_directories', ''],
    ['server_encoding', 'UTF8'],
  ] as const) {
    expect(Object.values((await query(url, `show ${name}`))[0] ?? {}), name).toEqual([value]);
  }
  const wrong = new URL(url);
  wrong.password = 'guessed';
  await expect(query(wrong.href, 'select 1')).rejects.toThrow('password authentication failed');
  expect(statSync(join(data, 'superuser-password')).mode & 0o777).toBe(0o600);
  expect(statSync(data).mode & 0o777).toBe(0o700);
});

test("the server has a process group of its own, so that a terminal's Ctrl-C doesn't reach it", async () => {
  const { pid } = await start(startedBefore().clone);
  expect(groupOf(pid)).toBe(String(pid));
  expect(groupOf(process.pid)).not.toBe(String(pid));
});

test.runIf(existsSync('/proc/self/environ'))(
  "the server's environment makes glibc keep freed memory between statements",
  async () => {
    const { pid } = await start(startedBefore().clone);
    const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    expect(variables).toEqual(expect.arrayContaining(['MALLOC_TOP_PAD_=33554432', 'MALLOC_TRIM_THRESHOLD_=536870912']));
  },
);

test('a second start during the first is refused and does not disturb it', async () => {
  const { clone } = startedBefore();
  const first = await start(clone);
  await expect(start(clone)).rejects.toThrow('Another npm start of this clone is running');
  expect(await query(first.url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('of two first starts at the same moment one wins and has a complete server', async () => {
  const clone = newFolder();
  const results = await Promise.allSettled([start(clone), start(clone)]);
  const won = results.filter((result) => result.status === 'fulfilled');
  expect(won).toHaveLength(1);
  expect(await query(won[0]?.value.url ?? '', 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('an interrupted initdb is repeated', async () => {
  const clone = newFolder();
  const abandoned = join(clone, '.data', 'postgres.new-999999999', 'data');
  mkdirSync(abandoned, { recursive: true });
  writeFileSync(join(abandoned, 'PG_VERSION'), '18\n');
  mkdirSync(join(clone, '.data', 'postgres'));

  const { url } = await start(clone);
  expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
  expect(readdirSync(join(clone, '.data')).sort()).toEqual(['postgres', 'postgres.log']);
});

test('a foreign folder is not touched, and the message names it', async () => {
  const clone = newFolder();
  const data = join(clone, '.data', 'postgres');
  mkdirSync(data, { recursive: true });
  writeFileSync(join(data, 'PG_VERSION'), '18\n');
  writeFileSync(join(data, 'thesis.txt'), 'irreplaceable');
  await expect(start(clone)).rejects.toThrow(`${data} is no complete data folder of ours`);
  expect(readFileSync(join(data, 'thesis.txt'), 'utf8')).toBe('irreplaceable');
});

test('data of another major version are refused before a server starts on them', async () => {
  const { clone, data } = startedBefore();
  writeFileSync(join(data, 'PG_VERSION'), '17\n');
  await expect(start(clone)).rejects.toThrow('was made by PostgreSQL 17');
});

test("a start that fails shows the last lines of the server's log", async () => {
  const { clone, data } = startedBefore();
  rmSync(join(data, 'global', 'pg_control'));
  await expect(start(clone)).rejects.toThrow(/PostgreSQL did not start: it ended with code \d+\n.*pg_control/s);
});

test("a postmaster.pid whose number now belongs to another program doesn't prevent a start", async () => {
  const { clone, data } = startedBefore();
  const stale = [process.pid, data, 1_700_000_000, 5432, '', '127.0.0.1', '', 'ready   '];
  writeFileSync(join(data, 'postmaster.pid'), `${stale.join('\n')}\n`);
  const { adopted } = await start(clone);
  expect(adopted).toBe(false);
});

test('the end of the server is reported', async () => {
  const { pid, lost } = await start(startedBefore().clone);
  process.kill(pid, 'SIGINT');
  await expect(lost).resolves.toBeUndefined();
});

// Only as root do the clone and PostgreSQL have different users, so only then are data moved.
describe.runIf(process.getuid?.() === 0)('as root', () => {
  test("PostgreSQL runs as a user that the machine already had, and the data are that user's", async () => {
    const { pid, data } = await start(newFolder());
    const uid = statSync(`/proc/${pid}`).uid;
    expect(uid).toBeGreaterThan(0);
    expect(statSync(data).uid).toBe(uid);
  });

  test("below a folder that its user can't enter, data are in the machine's state folder", async () => {
    const clone = newFolder(0o700);
    const stateRoot = join(newFolder(), 'state');
    const first = await start(clone, stateRoot);
    const [state = ''] = readFileSync(join(clone, '.data', 'where'), 'utf8').split('\n');
    expect(state.startsWith(`${stateRoot}/local-server-`)).toBe(true);
    expect(first.data).toBe(join(state, 'postgres'));
    expect(first.note).toContain(state);
    expect(existsSync(join(clone, '.data', 'postgres'))).toBe(false);
    expect(statSync(first.data).mode & 0o777).toBe(0o700);
    await query(first.url, "create table kept as select 'still here' as word");
    await first.stop();

    const second = await start(clone, stateRoot);
    expect(await query(second.url, 'select word from kept')).toEqual([{ word: 'still here' }]);
  });

  test('data in the state folder are found again when the clone becomes accessible', async () => {
    const clone = newFolder(0o700);
    const stateRoot = join(newFolder(), 'state');
    const first = await start(clone, stateRoot);
    await first.stop();
    chmodSync(clone, 0o755);
    const second = await start(clone, stateRoot);
    expect(second.data).toBe(first.data);
  });

  test('data that an unprivileged user made are served as that user', async () => {
    const { clone, data } = startedBefore();
    execFileSync('chown', ['-R', 'daemon:daemon', data]);
    const { pid } = await start(clone);
    expect(statSync(`/proc/${pid}`).uid).toBe(statSync(data).uid);
  });
});
