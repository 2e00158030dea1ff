import { exportOrdersInput, exportStockInput, type Scope } from '@commerce-core/core';
import type { z } from 'zod';
import { orderColumns, stockColumns } from '../files/exported-columns.ts';
import { importProductsQuery, importStockQuery } from '../files/import-routes.ts';
import { countColumns, productColumns, type ImportedColumns } from '../files/imported-columns.ts';
import { inputSchema } from './input-schema.ts';
import { schemaRef, type JsonSchema } from './json-schema.ts';
import { answer, refusal } from './plain-response.ts';
import { object } from './refusals.ts';

const parametersOf = (schema: z.ZodObject) =>
  Object.entries(inputSchema(schema).properties ?? {}).map(([name, field]) => ({ name, in: 'query', schema: field }));

const refusals = {
  400: refusal('A parameter is unknown, given twice or out of its bounds.', ['validation_failed', 'invalid_encoding']),
  401: refusal('The API key is missing or not valid.', ['unauthenticated']),
  403: refusal('The API key lacks the scope.', ['forbidden']),
  503: refusal('The server has no room, or no database.', ['overloaded', 'database_unavailable']),
};

type Exported = {
  id: string;
  what: string;
  scope: Scope;
  list: string;
  schema: z.ZodObject;
  columns: object;
  item: JsonSchema;
};

function exported(format: 'csv' | 'jsonl', { id, what, scope, list, schema, columns, item }: Exported) {
  const isCsv = format === 'csv';
  return {
    get: {
      operationId: `${id}${isCsv ? 'Csv' : 'JsonLines'}`,
      tags: ['file'],
      summary: `All ${what} that match, as ${isCsv ? 'CSV' : 'JSON lines'}`,
      description:
        `The parameters are the filters of \`${list}\`. The response has no length: it comes as it is read. ` +
        'A connection that breaks before the response ends leaves a file that is not complete.',
      security: [{ operator: [scope] }],
      parameters: [...parametersOf(schema), { $ref: '#/components/parameters/RequestId' }],
      responses: {
        200: isCsv
          ? {
              description: `A header and a line for each. Its columns are ${Object.keys(columns).join(', ')}.`,
              content: { 'text/csv': { schema: { type: 'string' } } },
            }
          : {
              description: 'A line of JSON for each.',
              content: {
                'application/x-ndjson': {
                  schema: { type: 'string', description: '`x-line` is the JSON of each line.' },
                  'x-line': item,
                },
              },
            },
        ...refusals,
      },
    },
  };
}

const itemOf = (list: string): JsonSchema => ({ $ref: `${schemaRef(list).$ref ?? ''}/properties/items/items` });

const orders: Exported = {
  id: 'exportOrders',
  what: 'orders',
  scope: 'orders',
  list: 'order.list',
  schema: exportOrdersInput,
  columns: orderColumns,
  item: itemOf('OrderListOutput'),
};
const stock: Exported = {
  id: 'exportStock',
  what: 'stocks of products',
  scope: 'stock',
  list: 'stock.list',
  schema: exportStockInput,
  columns: stockColumns,
  item: itemOf('StockListOutput'),
};

const count = (description: string): JsonSchema => ({ type: 'integer', description });

const report = object({
  dryRun: { type: 'boolean', description: 'Whether nothing was written.' },
  rows: count('Rows below the header.'),
  created: count('Rows of new things.'),
  updated: count('Rows that have changed something.'),
  unchanged: count('Rows that were there already.'),
  failed: count('Rows that were not taken.'),
  errors: {
    type: 'array',
    maxItems: 100,
    description: 'Why, of the first 100 of them.',
    items: object({
      line: count('Where the row begins, from 1 with the header.'),
      sku: { type: ['string', 'null'], description: 'The SKU of the row; null where none is readable.' },
      code: { type: 'string', description: 'The code of the refusal.' },
      message: { type: 'string' },
    }),
  },
});

type Imported = { id: string; what: string; scope: Scope; query: z.ZodObject; columns: ImportedColumns };

function imported({ id, what, scope, query, columns: { columns, required, ignored } }: Imported) {
  const others = ignored.length > 0 ? ` Not read: ${ignored.join(', ')}.` : '';
  return {
    post: {
      operationId: id,
      tags: ['file'],
      summary: `Takes ${what} from a CSV`,
      description:
        'The CSV has any length, may be gzipped, and is taken in transactions of up to 500 rows. ' +
        `A row that is refused leaves the others as they are. The same file can be sent again at any time. ` +
        `Columns: ${Object.keys(columns).join(', ')}; ` +
        `required: ${required.join(', ')}.${others}`,
      security: [{ operator: [scope] }],
      parameters: [...parametersOf(query), { $ref: '#/components/parameters/RequestId' }],
      requestBody: { required: true, content: { 'text/csv': { schema: { type: 'string' } } } },
      responses: {
        200: answer('The file was read to its end.', report),
        ...refusals,
        400: refusal('A parameter is not valid, or the file cannot be read from a place on.', [
          'validation_failed',
          'invalid_encoding',
          'malformed_file',
        ]),
        415: refusal('The body is no CSV, or is compressed by something else than gzip.', [
          'validation_failed',
          'unsupported_encoding',
        ]),
        503: refusal('The server has no room, or no database. What is done stays: send the file again.', [
          'overloaded',
          'database_unavailable',
          'outcome_unknown',
        ]),
      },
    },
  };
}

/** The routes of files. */
export const filePaths = {
  '/api/v1/export/orders.csv': exported('csv', orders),
  '/api/v1/export/orders.jsonl': exported('jsonl', orders),
  '/api/v1/export/stock.csv': exported('csv', stock),
  '/api/v1/export/stock.jsonl': exported('jsonl', stock),
  '/api/v1/import/products.csv': imported({
    id: 'importProductsCsv',
    what: 'new and changed products',
    scope: 'catalog',
    query: importProductsQuery,
    columns: productColumns,
  }),
  '/api/v1/import/stock.csv': imported({
    id: 'importStockCsv',
    what: 'counted stock',
    scope: 'stock',
    query: importStockQuery,
    columns: countColumns,
  }),
};
