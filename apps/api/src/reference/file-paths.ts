import { exportOrdersInput, exportStockInput, type Scope } from '@commerce-core/core';
import type { z } from 'zod';
import { orderColumns, stockColumns } from '../files/exported-columns.ts';
import { inputSchema } from './input-schema.ts';
import { schemaRef, type JsonSchema } from './json-schema.ts';
import { refusal } from './plain-response.ts';

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
        `The parameters are the filters of \`${list}\`. The response has no length: it comes as it is read. A connection that ` +
        'breaks before the response ends leaves a file that is not complete.',
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

/** The routes of files. */
export const filePaths = {
  '/api/v1/export/orders.csv': exported('csv', orders),
  '/api/v1/export/orders.jsonl': exported('jsonl', orders),
  '/api/v1/export/stock.csv': exported('csv', stock),
  '/api/v1/export/stock.jsonl': exported('jsonl', stock),
};
