import { setTimeout as sleep } from 'node:timers/promises';
import { connect, createCommerce, migrate, type Commerce, type Database } from '@commerce-core/core';
import { takeChanges } from '@commerce-core/core/testing';
import { startEmbeddedTestServer } from '@commerce-core/postgres';
import { EventBook } from './book.ts';
import { FeedReader } from './feed-reader.ts';
import { KilledProcesses } from './processes.ts';

export type CompletenessOptions = {
  /** How many events to wait for. */
  events: number;
  seed: number;
  /** The pause between two kills. */
  killEveryMs: number;
  /** Called about once a second. */
  say?: (line: string) => void;
};

export type Completeness = {
  events: number;
  kills: number;
  seconds: number;
  epochs: number;
  /** What was lost, doubled or out of order, as sentences; empty when all is well. */
  faults: string[];
};

const products = 40;
const slot = 'oracle';

/**
 * Three processes write orders and two number their events, and each of them is killed in turn. A reader follows the
 * feed meanwhile. The oracle is PostgreSQL's own log of commits, read by logical decoding: the reader must have every
 * event of it once, each order's and product's in the order of their versions, at positions without a gap.
 */
export async function runCompleteness(options: CompletenessOptions): Promise<Completeness> {
  const server = await startEmbeddedTestServer({ fsync: 'off', wal_level: 'logical', max_connections: '300' });
  const database = connect({ url: server.url });
  const begin = performance.now();
  try {
    await migrate(database);
    await database.pool.query(
      `create publication oracle for table commerce.events (id, aggregateid, version) with (publish = 'insert')`,
    );
    await database.pool.query(`select pg_create_logical_replication_slot($1, 'pgoutput')`, [slot]);
    const commerce = createCommerce({ database });
    const productIds = await createProducts(commerce);
    const processes = new KilledProcesses([
      ...[1, 2, 3].map((writer) => ({
        file: 'writer.ts',
        args: [server.url, String(options.seed * 10 + writer), ...productIds],
      })),
      ...[1, 2].map(() => ({ file: 'worker.ts', args: [server.url] })),
    ]);
    const books = { reader: new FeedReader(commerce), oracle: new EventBook() };
    try {
      await readWhileKilling(database, processes, books, options);
    } finally {
      await processes.stop();
    }
    await readRest(commerce, database, books);
    return await resultOf(commerce, database, books, processes.kills, (performance.now() - begin) / 1_000);
  } finally {
    await database.close();
    await server.stop();
  }
}

type Books = { reader: FeedReader; oracle: EventBook };

async function createProducts(commerce: Commerce): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 0; number < products; number += 1) {
    const { id } = await commerce.createProduct({ sku: `P${number}`, name: 'A', priceAmount: 1, currency: 'KRW' });
    await commerce.receiveStock({ productId: id, quantity: 100_000_000 });
    ids.push(id);
  }
  return ids;
}

async function readWhileKilling(
  database: Database,
  processes: KilledProcesses,
  books: Books,
  { events, killEveryMs, say = () => {} }: CompletenessOptions,
): Promise<void> {
  const done = new AbortController();
  const killing = (async () => {
    while (!done.signal.aborted) {
      await sleep(killEveryMs, undefined, { signal: done.signal }).catch(() => {});
      if (!done.signal.aborted) await processes.killOne();
    }
  })();
  // The oracle is read all the time, so that PostgreSQL need not keep its log.
  const observing = (async () => {
    while (!done.signal.aborted) {
      await readOracle(database, books.oracle);
      say(
        `${books.reader.book.events} of ${events} events read, ` +
          `${books.oracle.events} committed, ${processes.kills} kills`,
      );
      await sleep(1_000, undefined, { signal: done.signal }).catch(() => {});
    }
  })();
  try {
    while (books.reader.book.events < events) await books.reader.readPage(10_000);
  } finally {
    done.abort();
    await Promise.all([killing, observing]);
  }
}

async function readOracle(database: Database, oracle: EventBook): Promise<void> {
  for (;;) {
    const changes = await takeChanges(database.pool, slot, 'oracle', 20_000);
    for (const { values } of changes)
      oracle.add(String(values['aggregateid']), Number(values['version']), String(values['id']));
    if (changes.length === 0) return;
  }
}

/** Reads what the killed processes left: the events that have no position yet, too. */
async function readRest(commerce: Commerce, database: Database, { reader, oracle }: Books): Promise<void> {
  await untilIdle(database);
  await commerce.numberEvents();
  let before: number;
  do {
    before = reader.book.events;
    await reader.readPage(0);
  } while (reader.book.events > before);
  await readOracle(database, oracle);
}

/** PostgreSQL finishes the statement of a killed process, which may be a COMMIT. */
async function untilIdle(database: Database): Promise<void> {
  for (;;) {
    const { rows } = await database.pool.query(
      `select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
        and backend_type = 'client backend' and state <> 'idle'`,
    );
    if (rows.length === 0) return;
    await sleep(100);
  }
}

async function resultOf(
  commerce: Commerce,
  database: Database,
  { reader: { book, gaps }, oracle }: Books,
  kills: number,
  seconds: number,
): Promise<Completeness> {
  const found = await commerce.doctor();
  const { rows } = await database.pool.query('select 1 from commerce.event_epochs');
  return {
    events: book.events,
    kills,
    seconds,
    epochs: rows.length,
    faults: [
      ...gaps,
      ...book.faults.map((fault) => `the reader: ${fault}`),
      ...oracle.faults.map((fault) => `the log of commits: ${fault}`),
      ...book.differences(oracle).map((difference) => `the reader and the log of commits differ about ${difference}`),
      ...found.map(({ name, count }) => `the doctor: ${name}, ${count} rows`),
    ],
  };
}
