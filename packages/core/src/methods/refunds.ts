import type { z } from 'zod';
import type { Page } from '../database/page.ts';
import { createRefunds, previewRefunds, type RefundPreview } from '../flows/refund/create-refunds.ts';
import { newId } from '../ids.ts';
import { withTransaction } from '../database/transaction.ts';
import { onlyOutcome, unwrap } from '../errors.ts';
import { createRefundInput, listRefundsInput } from '../refund/refund-input.ts';
import { listRefunds } from '../refund/refund-repository.ts';
import type { Refund } from '../refund/refund.ts';
import { refunds } from '../refund/tables.ts';
import type { Call, Context } from '../run/context.ts';
import { listPageOfOrders, type Numbered } from '../run/list-page.ts';
import { runAlone } from '../run/run-flow.ts';
import { parse } from '../validation.ts';

/** Refunds. Amounts are integer minor units of the refund's currency. */
export function refundMethods(context: Context) {
  const { db } = context.database;
  const create = runAlone(context, {
    name: 'refund.create',
    flow: createRefunds(context.gateways.byProvider),
    answer: refunds,
  });

  return {
    /**
     * Refunds an order's payment: `amount` minor units, or what was paid for the units in `lines`, or by default all
     * that is left. What was paid for a unit includes its share of the order's discounts and taxes. Units with
     * `restock` are on sale again at once. The amount is reserved here, and the gateway is called afterwards. What an
     * OPEN dispute is about is refunded only with `despiteDispute`, and what a LOST one has taken never.
     * @param input `paymentId` defaults to the payment that pays for the order. Another payment can be named when its
     * money had to be refunded without a request, and that refund failed. `expectedVersion` refuses the refund when the
     * order has another version by then
     * @returns the refund in REQUESTED
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws order_not_found when there is no such order
     * @throws order_changed when the order has another version than `expectedVersion`; the details hold it
     * @throws payment_not_found when the order has no such payment
     * @throws dispute_open when an open dispute about the payment holds the money; the details name the dispute
     * @throws refund_exceeds_balance when less can be refunded, or nothing; the details hold the amount that can be
     * @throws amount_not_supported when the gateway refunds no such amount; the details hold its step
     * @throws units_not_refundable when a line has fewer units that aren't refunded yet, is free, or is a discount or
     * tax
     * @throws units_not_restockable when `restock` is set for units that have shipped, or that aren't products
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    createRefund: async (input: z.input<typeof createRefundInput>, call?: Call): Promise<Refund> => {
      const request = parse(createRefundInput, input);
      return create({ id: newId(), ...request }, call, request);
    },

    /**
     * Decides what `createRefund` would do with the same input, and changes nothing.
     * @returns what would go back in minor units, and the version of the order (`orderVersion`) for which that is so
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws order_not_found when there is no such order
     * @throws order_changed when the order has another version than `expectedVersion`; the details hold it
     * @throws payment_not_found when the order has no such payment
     * @throws refund_exceeds_balance when less can be refunded, or nothing; the details hold the amount that can be
     * @throws amount_not_supported when the gateway refunds no such amount; the details hold its step
     * @throws units_not_refundable when a line has fewer units that aren't refunded yet, is free, or is a discount or
     * tax
     * @throws units_not_restockable when `restock` is set for units that have shipped, or that aren't products
     * @throws database_unavailable when the database can't be reached
     * @throws overloaded when rows stay locked
     * @throws outcome_unknown when the connection broke; nothing was changed
     */
    previewRefund: async (input: z.input<typeof createRefundInput>): Promise<RefundPreview> => {
      const command = { id: newId(), ...parse(createRefundInput, input) };
      const preview = previewRefunds(context.gateways.byProvider);
      return unwrap(onlyOutcome(await withTransaction(context.database, async (tx) => preview(tx, [command]))));
    },

    /**
     * Lists refunds, the newest first, 1 to 100 a page (`limit`, 50 by default). `orderId` and `status` select refunds.
     * @returns a page, each item with its order's number; its `nextCursor` is null on the last page
     * @throws validation_failed when a field is unknown or out of its bounds
     * @throws database_unavailable when the database can't be reached
     */
    listRefunds: async (input: z.input<typeof listRefundsInput> = {}): Promise<Page<Numbered<Refund>>> =>
      listPageOfOrders(db, listRefundsInput, input, listRefunds),
  };
}
