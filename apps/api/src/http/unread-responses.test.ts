import { execFileSync } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCommerce } from '@commerce-core/core';
import { openTestDatabase, type TestDatabase } from '@commerce-core/core/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram, type Program } from '../testing/program.ts';

let database: TestDatabase;
let program: Program;
let url: URL;
beforeAll(async () => {
  database = await openTestDatabase();
  const commerce = createCommerce({ database });
  for (let n = 0; n < 100; n += 1)
    await commerce.createProduct({ sku: `sku-${n}`, name: 'A thing with a name', priceAmount: 100, currency: 'KRW' });
  program = runProgram('main.js', { DATABASE_URL: database.url, PORT: '0', LOG_LEVEL: 'info' });
  url = new URL((await program.said('listening'))['url']);
}, 180_000);
afterAll(async () => {
  program?.child.kill();
  await program?.exit;
  await database?.drop();
});

const list = '/trpc/product.list?input=%7B%22limit%22%3A100%7D';
const residentMb = () => Number(execFileSync('ps', ['-o', 'rss=', '-p', String(program.child.pid)])) / 1024;

/** Sends 150 requests one after the other. Returns the 99th percentile of their times, and the server's most memory. */
async function measureHealthyClient(): Promise<{ p99: number; mostMb: number }> {
  const took: number[] = [];
  let mostMb = 0;
  for (let n = 0; n < 150; n += 1) {
    const startedAt = performance.now();
    expect((await fetch(new URL(n % 2 === 0 ? '/healthz' : list, url))).status).toBe(200);
    took.push(performance.now() - startedAt);
    mostMb = Math.max(mostMb, residentMb());
    await sleep(10);
  }
  const p99 = took.toSorted((a, b) => a - b)[Math.floor(took.length * 0.99)] ?? Infinity;
  return { p99, mostMb };
}

test('a client that pipelines and never reads costs little memory and delays no other client', async () => {
  const request = `GET ${list} HTTP/1.1\r\nHost: x\r\n\r\n`;
  const attack = () => {
    const socket = connect(Number(url.port), url.hostname).on('error', () => {});
    socket.pause();
    socket.write(request.repeat(2_000));
    return socket;
  };
  const alone = await measureHealthyClient();
  const sockets = Array.from({ length: 10 }, attack);
  const beside = await measureHealthyClient();
  sockets.forEach((socket) => socket.destroy());
  // 1 s on a quiet machine, where a client alone waits for 20 ms at most.
  expect(beside.p99).toBeLessThan(Math.max(1_000, 50 * alone.p99));
  expect(beside.mostMb).toBeLessThan(400);
});
