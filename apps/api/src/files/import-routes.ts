import { CommerceError, type Commerce, type Scope } from '@commerce-core/core';
import { Hono, type Context } from 'hono';
import { z } from 'zod';
import { requireScope } from '../auth/access.ts';
import { actingCommerce } from '../auth/acting-commerce.ts';
import type { Caller } from '../auth/caller.ts';
import type { AppEnv } from '../http/app-env.ts';
import { acceptBody, isEncoded, refuseEncoding } from '../http/body-limit.ts';
import { errorResponse } from '../http/error-response.ts';
import { headerOf } from '../http/header-of.ts';
import { jsonResponse } from '../http/json-response.ts';
import type { fileSlots } from './file-slots.ts';
import { importRecords, type ImportReport, type TakeRows } from './import-file.ts';
import { countColumns, productColumns, type ImportedColumns } from './imported-columns.ts';
import { queryInput } from './query-input.ts';
import { requestBytes } from './request-bytes.ts';

/** The parameters of an import of products. */
export const importProductsQuery = z.strictObject({
  dryRun: z.boolean().optional().describe('Whether nothing is written: the answer says what would be done.'),
  encoding: z
    .string()
    .min(1)
    .max(40)
    .optional()
    .describe('The encoding of a file that is neither UTF-8 nor marked, such as windows-1252 or euc-kr.'),
});

/** The parameters of an import of counted stock. */
export const importStockQuery = importProductsQuery.extend({
  reason: z.string().trim().min(1).max(500).optional().describe('The reason of rows that have none.'),
});

type Products = Parameters<Commerce['importProducts']>[0];
type Counts = Parameters<Commerce['importStockCounts']>[0];

const usualReason = 'imported count';

type Imported<S extends z.ZodObject> = {
  scope: Scope;
  query: S;
  columns: ImportedColumns;
  take: (commerce: Commerce, query: z.output<S>, dryRun: boolean) => TakeRows;
};

/**
 * `POST /products.csv` and `/stock.csv` take a CSV of any length, in transactions of up to 500 rows. A file that was
 * not taken to its end is sent again: what is done already stays as it is.
 */
export function importRoutes(
  commerce: Commerce,
  identify: (c: Context<AppEnv>) => Promise<Caller>,
  inSlot: ReturnType<typeof fileSlots>,
) {
  const asCaller = actingCommerce(commerce);
  const receive = async <S extends typeof importProductsQuery>(
    c: Context<AppEnv>,
    { scope, query, columns, take }: Imported<S>,
  ) => {
    const trace = c.get('trace');
    trace.caller = await identify(c);
    requireScope(trace.caller, scope);
    const given: z.output<S> = queryInput(query, c.req.url);
    const { charset, problem } = contentOf(c);
    if (problem) return problem;
    const { dryRun = false, encoding = charset } = given;
    const report: ImportReport = { dryRun, rows: 0, created: 0, updated: 0, unchanged: 0, failed: 0, errors: [] };
    trace.facts = report;
    const shop = asCaller(trace.caller);
    await inSlot(async () => importFile(c, { encoding, columns, take: take(shop, given, dryRun), report })).finally(
      () => {
        const { errors: _, ...facts } = report;
        trace.facts = facts;
      },
    );
    return jsonResponse(trace, 200, report);
  };
  return new Hono<AppEnv>()
    .post('/products.csv', async (c) =>
      receive(c, {
        scope: 'catalog',
        query: importProductsQuery,
        columns: productColumns,
        // The core checks each row.
        take: (shop, _, dryRun) => async (rows) => shop.importProducts(rows as Products, { dryRun }),
      }),
    )
    .post('/stock.csv', async (c) =>
      receive(c, {
        scope: 'stock',
        query: importStockQuery,
        columns: countColumns,
        take:
          (shop, { reason = usualReason }, dryRun) =>
          async (rows) =>
            shop.importStockCounts(rows.map((row): object => ({ reason, ...row })) as Counts, { dryRun }),
      }),
    );
}

type FileImport = {
  encoding: string | undefined;
  columns: ImportedColumns;
  take: TakeRows;
  report: ImportReport;
};

/** Imports the file in a request's body, until its end or until the server stops. */
async function importFile(c: Context<AppEnv>, { encoding, columns, take, report }: FileImport): Promise<void> {
  const [{ fileText }, { csvRecords }] = await Promise.all([import('./file-text.ts'), import('./csv-records.ts')]);
  acceptBody(c);
  const takeUnlessStopping: TakeRows = async (batch) => {
    if (c.get('trace').stopping) throw new CommerceError('overloaded', 'this server stops; send the file again');
    return take(batch);
  };
  await importRecords(csvRecords(fileText(requestBytes(c), encoding)), columns, takeUnlessStopping, report);
}

/** The charset of a request with a CSV, or the response to one without. */
function contentOf(c: Context<AppEnv>): { charset?: string | undefined; problem?: Response } {
  const [type = '', ...parameters] = (headerOf(c, 'content-type') ?? '').split(';').map((part) => part.trim());
  if (type.toLowerCase() !== 'text/csv') {
    const message = 'only a CSV is accepted: send it with the header Content-Type: text/csv';
    return { problem: errorResponse(c, new CommerceError('validation_failed', message, { issues: [] }), 415) };
  }
  const contentEncoding = headerOf(c, 'content-encoding');
  if (isEncoded(contentEncoding) && contentEncoding?.trim().toLowerCase() !== 'gzip')
    return { problem: refuseEncoding(c, errorResponse, 'gzip') };
  const charset = parameters.map((each) => /^charset="?([^"]+)"?$/i.exec(each)?.[1]).find((each) => each !== undefined);
  return { charset };
}
