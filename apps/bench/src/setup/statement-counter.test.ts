import pg from 'pg';
import { expect, test } from 'vitest';
import { startBenchServer } from './server.ts';
import { startStatementCounter, statementReader } from './statement-counter.ts';

test('each run of a statement is counted by its text, prepared or not', async () => {
  const server = await startBenchServer();
  const database = await server.createDatabase('counted', { products: 1, orders: 0, waiting: 0 });
  const counter = await startStatementCounter(database.url);
  const client = new pg.Client({ connectionString: counter.url });
  await client.connect();
  for (let n = 0; n < 3; n += 1) {
    await client.query({ name: 'begin', text: 'begin' });
    await client.query({ name: 'add', text: 'select $1::int + 1 as sum', values: [n] });
    await client.query('commit');
  }
  expect(Object.fromEntries(counter.take())).toEqual({ begin: 3, 'select $1::int + 1 as sum': 3, commit: 3 });
  expect(counter.take().size).toBe(0);
  await client.end();
  counter.stop();
  await server.stop();
});

test('messages are read whole, wherever the network cuts them', () => {
  const message = (type: string, body: string) => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(4 + body.length);
    return Buffer.concat([Buffer.from(type), length, Buffer.from(body, 'latin1')]);
  };
  const version = '\0\x03\0\0';
  const bytes = Buffer.concat([
    message('', Buffer.from('04d2162f', 'hex').toString('latin1')),
    message('', `${version}user\0kim\0\0`),
    message('P', 'one\0select 1\0\0\0'),
    message('B', '\0one\0\0\0\0\0\0\0'),
    message('Q', 'commit\0'),
  ]);
  const runs: string[] = [];
  const read = statementReader((text) => runs.push(text));
  for (const byte of bytes) read(Buffer.from([byte]));
  expect(runs).toEqual(['select 1', 'commit']);
});
