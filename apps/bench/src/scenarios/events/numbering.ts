import { connect, createCommerce, type Commerce } from '@commerce-core/core';
import { count } from '../../report/format.ts';
import { usualSeed } from '../orders.ts';
import { WrongResult } from '../pair.ts';
import { goalOf, type Bench, type Goal } from '../scenario.ts';
import { addEvents } from './log.ts';

const events = 100_000;
const pageMax = 500;

/** Measures how fast one process numbers events, and how fast one reader reads them, both without other load. */
export async function measureNumbering(bench: Bench): Promise<Goal[]> {
  const database = await bench.server.createDatabase('events_log', usualSeed);
  const connection = connect({ url: database.url });
  const commerce = createCommerce({ database: connection });
  const numbered: number[] = [];
  const read: number[] = [];
  try {
    await numberAll(commerce);
    for (let round = 1; round <= bench.options.rounds; round += 1) {
      bench.progress.now(`events, round ${round}: numbering ${count(events)} events`);
      const { nextCursor } = await commerce.listEvents({ after: 'now' });
      await addEvents(database, events);
      await database.query('vacuum analyze commerce.events');
      numbered.push(await rateOf(async () => numberAll(commerce)));
      read.push(await rateOf(async () => readAll(commerce, nextCursor)));
      bench.progress.say(
        `events, round ${round}: ${count(numbered.at(-1) ?? NaN)} numbered a second, ${count(read.at(-1) ?? NaN)} read`,
      );
    }
  } finally {
    await commerce.close();
    await connection.close();
    await database.drop();
  }
  return [
    goalOf('events numbered a second', '≥', 50_000, numbered),
    goalOf('events read a second from the feed', '≥', 100_000, read),
  ];
}

async function numberAll(commerce: Commerce): Promise<number> {
  let sum = 0;
  for (let numbered = 1; numbered > 0; sum += numbered) numbered = await commerce.numberEvents();
  return sum;
}

async function readAll(commerce: Commerce, from: string): Promise<number> {
  let sum = 0;
  for (let after = from; ;) {
    const { items, nextCursor } = await commerce.listEvents({ after, limit: pageMax });
    if (items.length === 0) return sum;
    sum += items.length;
    after = nextCursor;
  }
}

async function rateOf(work: () => Promise<number>): Promise<number> {
  const began = performance.now();
  const done = await work();
  if (done !== events) throw new WrongResult(`${done} of ${events} events were numbered or read`);
  return (done / (performance.now() - began)) * 1_000;
}
