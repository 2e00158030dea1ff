import type { z } from 'zod';
import type { Page } from '../database/page.ts';
import { listDisputesInput } from '../dispute/dispute-input.ts';
import { listDisputes } from '../dispute/dispute-repository.ts';
import type { Dispute } from '../dispute/dispute.ts';
import type { Context } from '../run/context.ts';
import { listPageOfOrders, type Numbered } from '../run/list-page.ts';

/** Disputes, which gateway events open and close. Amounts are integer minor units of the dispute's currency. */
export function disputeMethods({ database: { db } }: Context) {
  return {
    /**
     * Lists disputes, the newest first, 1 to 100 a page (`limit`, 50 by default). `orderId` and `status` select
     * disputes.
     * @returns a page, each item with its order's number; its `nextCursor` is null on the last page
     * @throws validation_failed when a field is unknown or out of its bounds
     * @throws database_unavailable when the database can't be reached
     */
    listDisputes: async (input: z.input<typeof listDisputesInput> = {}): Promise<Page<Numbered<Dispute>>> =>
      listPageOfOrders(db, listDisputesInput, input, listDisputes),
  };
}
