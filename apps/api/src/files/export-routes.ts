import { exportOrdersInput, exportStockInput, type Commerce, type Scope } from '@commerce-core/core';
import { Hono, type Context } from 'hono';
import type { z } from 'zod';
import { requireScope } from '../auth/access.ts';
import type { Caller } from '../auth/caller.ts';
import type { AppEnv } from '../http/app-env.ts';
import { sendStream } from '../http/send-stream.ts';
import type { Columns } from './csv-rows.ts';
import type { fileSlots } from './file-slots.ts';
import { orderColumns, stockColumns } from './exported-columns.ts';
import { queryInput } from './query-input.ts';

type Exported<S extends z.ZodObject, R> = {
  scope: Scope;
  schema: S;
  columns: Columns<R>;
  read: (filter: z.output<S>) => AsyncIterable<readonly R[]>;
};

const formats = {
  csv: { type: 'text/csv; charset=utf-8; header=present', textOf: csvOf },
  jsonl: { type: 'application/x-ndjson; charset=utf-8', textOf: jsonLinesOf },
};

/**
 * `GET /orders.csv`, `/orders.jsonl`, `/stock.csv` and `/stock.jsonl` send all orders or stocks that match the filters
 * in the query, as they are read. A response that is cut is not complete.
 */
export function exportRoutes(
  commerce: Commerce,
  identify: (c: Context<AppEnv>) => Promise<Caller>,
  inSlot: ReturnType<typeof fileSlots>,
) {
  const send = async <S extends z.ZodObject, R>(
    c: Context<AppEnv>,
    noun: string,
    format: keyof typeof formats,
    { scope, schema, columns, read }: Exported<S, R>,
  ) => {
    const trace = c.get('trace');
    trace.caller = await identify(c);
    requireScope(trace.caller, scope);
    const filter = queryInput(schema, c.req.url);
    const { type, textOf } = formats[format];
    const headers = {
      'content-type': type,
      'content-disposition': `attachment; filename="${noun}-${fileTime(new Date())}.${format}"`,
    };
    const rows = { rows: 0 };
    trace.facts = rows;
    return inSlot(async () => sendStream(c, headers, textOf(columns, counted(read(filter), rows))));
  };
  const orders = {
    scope: 'orders',
    schema: exportOrdersInput,
    columns: orderColumns,
    read: (filter: z.output<typeof exportOrdersInput>) => commerce.exportOrders(filter),
  } as const;
  const stock = {
    scope: 'stock',
    schema: exportStockInput,
    columns: stockColumns,
    read: (filter: z.output<typeof exportStockInput>) => commerce.exportStock(filter),
  } as const;
  return new Hono<AppEnv>()
    .get('/orders.csv', async (c) => send(c, 'orders', 'csv', orders))
    .get('/orders.jsonl', async (c) => send(c, 'orders', 'jsonl', orders))
    .get('/stock.csv', async (c) => send(c, 'stock', 'csv', stock))
    .get('/stock.jsonl', async (c) => send(c, 'stock', 'jsonl', stock));
}

async function* csvOf<R>(columns: Columns<R>, parts: AsyncIterable<readonly R[]>): AsyncGenerator<string, void> {
  // Loaded here: a start needs no CSV.
  const { csvHeader, csvRows } = await import('./csv-rows.ts');
  let header = csvHeader(columns);
  for await (const rows of parts) {
    for (const some of chunked(rows)) {
      yield header + csvRows(columns, some);
      header = '';
    }
  }
  if (header !== '') yield header;
}

async function* jsonLinesOf<R>(_: Columns<R>, parts: AsyncIterable<readonly R[]>): AsyncGenerator<string, void> {
  for await (const rows of parts)
    for (const some of chunked(rows)) yield some.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** Rows that are written at once: other requests run between two writes. */
const rowsAtOnce = 250;

function* chunked<R>(rows: readonly R[]): Generator<readonly R[]> {
  for (let start = 0; start < rows.length; start += rowsAtOnce) yield rows.slice(start, start + rowsAtOnce);
}

async function* counted<R>(parts: AsyncIterable<readonly R[]>, count: { rows: number }): AsyncGenerator<readonly R[]> {
  for await (const rows of parts) {
    yield rows;
    count.rows += rows.length;
  }
}

/** A time for the name of a file: `20261128T090000Z`. */
const fileTime = (time: Date): string => `${time.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
