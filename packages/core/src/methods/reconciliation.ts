import type { z } from 'zod';
import type { Page } from '../database/page.ts';
import { reconcilePayments, type ReconciledPayment } from '../flows/reconciliation/reconcile-payments.ts';
import { firstIdAt } from '../ids.ts';
import { reconcilePaymentsInput } from '../payment/payment-input.ts';
import { listPayments } from '../payment/payment-list-repository.ts';
import type { Context } from '../run/context.ts';
import { listPageOfOrders, type Numbered } from '../run/list-page.ts';

const idAt = (time: string | undefined): string | undefined => time && firstIdAt(new Date(time));

/** The shop's book of payments beside the gateways'. Amounts are integer minor units of the payment's currency. */
export function reconciliationMethods({ database: { db }, gateways }: Context) {
  return {
    /**
     * Compares payments with what their gateways know of them now, the newest first, 1 to 100 a page (`limit`, 50 by
     * default). `provider`, `createdFrom` (included) and `createdTo` (not included) select payments. Nothing is
     * changed. A gateway that gives no answer within 10 s is not asked about further payments of the page.
     * @returns a page, each item with its order's number, the money in both books, and the differences; its
     * `nextCursor` is null on the last page
     * @throws validation_failed when a field is unknown or out of its bounds
     * @throws database_unavailable when the database can't be reached
     */
    async reconcilePayments(
      input: z.input<typeof reconcilePaymentsInput> = {},
    ): Promise<Page<Numbered<ReconciledPayment>>> {
      const page = await listPageOfOrders(
        db,
        reconcilePaymentsInput,
        input,
        async (reader, { provider, createdFrom, createdTo }, request) =>
          listPayments(reader, { provider, fromId: idAt(createdFrom), toId: idAt(createdTo) }, request),
      );
      const numbers = new Map(page.items.map(({ id, orderNumber }) => [id, orderNumber]));
      const items = await reconcilePayments(db, gateways.byProvider, page.items);
      return { ...page, items: items.map((one) => ({ ...one, orderNumber: numbers.get(one.id) ?? '' })) };
    },
  };
}
