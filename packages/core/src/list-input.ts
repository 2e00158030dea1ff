import { z } from 'zod';
import { id } from './ids.ts';
import { withJsonShape } from './json-shape.ts';

/** Fields of every list: `cursor` is the `nextCursor` of the previous page; `limit` is 1 to 100 and defaults to 50. */
export const pageInput = { cursor: id.optional(), limit: z.int().min(1).max(100).default(50) };

/** Fields of a list with a sort: its cursor belongs to the sort and to the filters. */
export const cursorInput = { cursor: z.string().max(1_000).optional(), limit: pageInput.limit };

/** A time of a filter, with its zone. */
export const instant = z.iso.datetime({
  offset: true,
  error: 'must be a time with its zone, like 2026-11-28T09:00:00Z',
});

const issuesMax = 20;

/**
 * A list of `min` (1 by default) to `max` items in an input. Its length is checked before its items, and the check of
 * the items ends after 20 issues: a zod array reads all items first, and collects the issues of each.
 */
export const listOf = <T extends z.ZodType>(item: T, max: number, min: 0 | 1 = 1, empty = 'must not be empty') =>
  withJsonShape(
    z.custom<z.input<T>[]>(
      (value) => Array.isArray(value) && value.length <= max,
      // Called for a list that is too long: the first formatted number loads the locales' data, 30 ms of a start.
      { error: () => `must be a list of at most ${max.toLocaleString('en')} items` },
    ),
    { kind: 'list', item, min, max },
  ).transform((values, context): z.output<T>[] => {
    if (values.length < min) {
      context.issues.push({
        code: 'too_small',
        origin: 'array',
        minimum: 1,
        input: values,
        message: empty,
      });
    }
    const items: z.output<T>[] = [];
    for (const [index, value] of values.entries()) {
      const parsed = item.safeParse(value);
      if (parsed.success) items.push(parsed.data);
      else {
        for (const { path, message } of parsed.error.issues)
          context.issues.push({ code: 'custom', path: [index, ...path], message, input: value });
      }
      if (context.issues.length >= issuesMax) break;
    }
    return items;
  });

/** A list of 1 to `max` lines of an order, which names no line twice. */
export const listOfLines = <T extends z.ZodType<{ lineNo: number }>>(item: T, max: number) =>
  listOf(item, max).refine(
    (lines) => new Set(lines.map(({ lineNo }) => lineNo)).size === lines.length,
    'each line once',
  );
