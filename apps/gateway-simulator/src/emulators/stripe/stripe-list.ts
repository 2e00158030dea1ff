import type { Context } from 'hono';
import { StripeRefusal } from './stripe-form.ts';

/**
 * Returns a page of a list by the query's `limit` (1 to 100, default 10) and `starting_after`.
 *
 * @param all the whole list, the newest first
 * @throws StripeRefusal `parameter_invalid_integer` when the limit is out of range
 * @throws StripeRefusal `resource_missing` when the list has no object `starting_after`
 */
export function pageOf<T extends { id: string }>(c: Context, all: T[]) {
  const limit = Number(c.req.query('limit') ?? 10);
  if (!(limit >= 1 && limit <= 100))
    throw new StripeRefusal('parameter_invalid_integer', 'Limit must be between 1 and 100.', 'limit');
  const after = c.req.query('starting_after');
  const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
  if (after !== undefined && from === 0)
    throw new StripeRefusal('resource_missing', `No such object: '${after}'`, 'starting_after');
  return {
    object: 'list',
    data: all.slice(from, from + limit),
    has_more: all.length > from + limit,
    url: `/v1${c.req.path}`,
  };
}
