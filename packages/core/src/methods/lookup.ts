import type { z } from 'zod';
import { read } from '../database/transaction.ts';
import { idRange, lookupInput } from '../lookup/lookup-input.ts';
import { matchesByName, matchesInRange, type Match } from '../lookup/lookup-repository.ts';
import type { Context } from '../run/context.ts';
import { parse } from '../validation.ts';

const matchesMax = 10;

/** Finds things by what people write. */
export function lookupMethods({ database: { db } }: Context) {
  return {
    /**
     * Finds orders, payments, shipments, parcels, returns, products, gateway events, carriers' messages, webhook
     * endpoints, API keys or sessions by the beginning of an id, which has at least four characters. An order is also
     * found by its number (in small letters, without its dash or with O for 0 and I or L for 1, too) or its reference,
     * a product by its SKU, and an API key by the name of its client. Of the keys of a client, those that are valid are
     * found by the name. Sessions are found until they are removed, also those that have ended.
     * @returns up to ten matches, each with its number and status, its SKU, type, tracking number or client, and
     * whether there are more (`hasMore`)
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws database_unavailable when the database can't be reached
     */
    async lookUp(input: z.input<typeof lookupInput>): Promise<{ matches: Match[]; hasMore: boolean }> {
      const { kind, text } = parse(lookupInput, input);
      const range = idRange(text);
      return read(async () => {
        const named = (await Promise.all(matchesByName(db, kind, text, matchesMax + 1))).flat();
        const begun = range ? await matchesInRange(db, kind, range, matchesMax + 1) : [];
        const matches = [...new Map([...named, ...begun].map((match) => [match.id, match])).values()];
        return { matches: matches.slice(0, matchesMax), hasMore: matches.length > matchesMax };
      });
    },
  };
}
