import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ifFree } from './port.ts';
import { startProgram } from './program.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'program-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const startOn = async (port: number, source: string) => {
  const script = join(folder, `program-${port}.mjs`);
  writeFileSync(script, source);
  const env = { PORT: String(port) };
  const program = startProgram({ name: 'thing', script, env, log: join(folder, 'log'), readyPath: '/ready' });
  return { readyUrl: `${await program.ready}/ready`, program };
};

const start = async (source: string) => startOn((await ifFree(0, '127.0.0.1')) ?? 0, source);

const server = `
  import { createServer } from 'node:http';
  const began = Date.now();
  createServer((request, response) => {
    if (request.url === '/end') process.exit(3);
    response.writeHead(Date.now() - began > 200 ? 200 : 503).end();
  }).listen(Number(process.env.PORT), '127.0.0.1', () =>
    process.send({ listening: 'http://127.0.0.1:' + process.env.PORT }));`;

test('a program counts as started when its ready check succeeds', async () => {
  const { program, readyUrl } = await start(server);
  expect((await fetch(readyUrl)).status).toBe(200);
  await program.stop();
  await expect(fetch(readyUrl)).rejects.toThrow('fetch failed');
});

test('a program that ends before it is ready is reported with its last lines', async () => {
  const failing = start("console.error('no coffee left'); process.exit(7);");
  await expect(failing).rejects.toThrow(/The thing did not start \(code 7\).*no coffee left/s);
});

test('a program that can not take its port is not mistaken for the one that has it', async () => {
  const { program, readyUrl } = await start(server);
  const second = startOn(Number(new URL(readyUrl).port), server);
  await expect(second).rejects.toThrow(/The thing did not start \(code 1\).*EADDRINUSE/s);
  await program.stop();
});

test('the end of a running program is reported', async () => {
  const { program, readyUrl } = await start(server);
  await fetch(readyUrl.replace('/ready', '/end')).catch(() => {});
  expect(await program.ended).toContain('The thing ended (code 3)');
  await program.stop();
});

test('a program can finish its work before it ends', async () => {
  const { program } = await start(`${server}
    process.on('SIGTERM', () => setTimeout(() => { console.log('finished'); process.exit(0); }, 300));`);
  await program.stop();
  expect(await program.ended).toMatch(/code 0.*finished/s);
});
