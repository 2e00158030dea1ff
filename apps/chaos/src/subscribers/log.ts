import { cloudEvent, connect, createCommerce, type NumberedEvent } from '@commerce-core/core';
import type { ShopDatabase } from '../setup/database.ts';

/** An event of the log. */
export type LoggedEvent = {
  id: string;
  aggregateType: string;
  aggregateId: string;
  version: number;
  /** The bytes that each subscriber gets; undefined for an event without a position. */
  text: string | undefined;
};

/** Reads the whole log: the rows of the table of events, and the bytes by the feed. */
export async function readLog({ url, query }: Pick<ShopDatabase, 'url' | 'query'>): Promise<LoggedEvent[]> {
  const texts = await readTexts(url);
  const rows = await query<Omit<LoggedEvent, 'text'>>(`
    select id, aggregatetype as "aggregateType", aggregateid as "aggregateId", version
    from commerce.events order by aggregateid, version`);
  return rows.map((row) => ({ ...row, text: texts.get(row.id) }));
}

async function readTexts(url: string): Promise<Map<string, string>> {
  const database = connect({ url, poolMax: 2 });
  const texts = new Map<string, string>();
  try {
    const commerce = createCommerce({ database });
    for (let after = '0'; ;) {
      const { items, nextCursor } = await commerce.listEvents({ after, limit: 500 });
      for (const event of items) texts.set(event.id, JSON.stringify(cloudEvent(event as NumberedEvent)));
      if (nextCursor === after) return texts;
      after = nextCursor;
    }
  } finally {
    await database.close();
  }
}
