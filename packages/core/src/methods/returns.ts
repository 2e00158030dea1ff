import type { z } from 'zod';
import type { Page } from '../database/page.ts';
import { read, withTransaction } from '../database/transaction.ts';
import { onlyOutcome, unwrap } from '../errors.ts';
import { decideReturns } from '../flows/returns/decide-returns.ts';
import { readReturnViews, readReturnView } from '../flows/returns/read-returns.ts';
import { receiveReturns } from '../flows/returns/receive-returns.ts';
import { previewReturns, refundReturns, type ReturnRefund } from '../flows/returns/refund-returns.ts';
import { requestReturns } from '../flows/returns/request-returns.ts';
import { newId } from '../ids.ts';
import {
  approveReturnInput,
  changeReturnInput,
  declineReturnInput,
  listReturnsInput,
  previewReturnInput,
  receiveReturnInput,
  refundReturnInput,
  requestReturnInput,
  returnIdInput,
} from '../returns/return-input.ts';
import type { ReturnView } from '../returns/return-view.ts';
import { returns } from '../returns/tables.ts';
import type { Call, Context, Owner } from '../run/context.ts';
import { listPageOfOrders, type Numbered } from '../run/list-page.ts';
import { runAlone } from '../run/run-flow.ts';
import { parse } from '../validation.ts';

/**
 * Returns: what customers send back, and what they get for it. A return's `orderVersion` is its order's version.
 * `expectedVersion` refuses a change when the order has another version by then.
 */
export function returnMethods(context: Context) {
  const { database, gateways, refundsReturnsAtOnce: refundsAtOnce } = context;
  const { byProvider } = gateways;
  const answer = returns;
  const request = runAlone(context, { name: 'return.request', flow: requestReturns(context), answer });
  const decide = runAlone(context, { name: 'return.decide', flow: decideReturns, answer });
  const receive = runAlone(context, {
    name: 'return.receive',
    flow: receiveReturns({ refundsAtOnce, gateways: byProvider }),
    answer,
  });
  const refund = runAlone(context, { name: 'return.refund', flow: refundReturns(byProvider), answer });

  return {
    /**
     * Requests the return of units that have left: 1 to 1,000 lines, each with 1 unit or more. No unit is in two
     * returns. With `customerId`, the order's customer requests it, within the shop's `returnDays` after the delivery,
     * or after the dispatch where no delivery is known. `goods` are KEPT where nothing comes back, because it was
     * damaged or lost.
     * @returns the return in REQUESTED
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws order_not_found when there is no such order, or it is another customer's
     * @throws order_changed when the order has another version than `expectedVersion`; the details hold it
     * @throws units_not_returnable when fewer units of a line have left and are in no return; the details say how many
     * @throws return_too_late when a customer requests it too late; the details have the days
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    requestReturn: async (
      { customerId, ...input }: z.input<typeof requestReturnInput> & Owner,
      call?: Call,
    ): Promise<ReturnView> => {
      const command = { ...parse(requestReturnInput, input), customerId };
      return request({ id: newId(), ...command }, call, command);
    },

    /**
     * Agrees to a return. `carrier` and `trackingNumber` are those of its label. `fault` replaces the requested one:
     * unless it is the customer's, the cost of shipping goes back, too.
     * @returns the return in APPROVED
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws return_not_found when there is no such return
     * @throws order_changed when the order has another version than `expectedVersion`; the details hold it
     * @throws invalid_transition when the return isn't REQUESTED
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    approveReturn: async (input: z.input<typeof approveReturnInput>, call?: Call): Promise<ReturnView> =>
      decide({ ...parse(approveReturnInput, input), to: 'APPROVED' }, call),

    /**
     * Refuses a return. Its units can be requested again.
     * @returns the return in DECLINED
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws return_not_found when there is no such return
     * @throws order_changed when the order has another version than `expectedVersion`; the details hold it
     * @throws invalid_transition when the return isn't REQUESTED
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    declineReturn: async (input: z.input<typeof declineReturnInput>, call?: Call): Promise<ReturnView> =>
      decide({ ...parse(declineReturnInput, input), to: 'DECLINED' }, call),

    /**
     * Gives up a return of which nothing came back, was refunded or replaced. Its units can be requested again.
     * @returns the return in CANCELED
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws return_not_found when there is no such return, or its order is another customer's
     * @throws order_changed when the order has another version than `expectedVersion`; the details hold it
     * @throws invalid_transition when the return is neither REQUESTED nor APPROVED, or something was refunded or
     * replaced
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    cancelReturn: async (
      { customerId, ...input }: z.input<typeof changeReturnInput> & Owner,
      call?: Call,
    ): Promise<ReturnView> => decide({ ...parse(changeReturnInput, input), customerId, to: 'CANCELED' }, call),

    /**
     * Records units that came back, in one step or several: of each line those that are restocked, which are for sale
     * again at once, those that are written off, and those that are known to be missing. Money goes back by
     * `refundReturn`, or at once in a shop with `refundsReturnsAtOnce`.
     * @returns the return in RECEIVED
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws return_not_found when there is no such return
     * @throws order_changed when the order has another version than `expectedVersion`; the details hold it
     * @throws invalid_transition when the return is neither APPROVED nor RECEIVED, or its goods are KEPT
     * @throws units_not_in_return when fewer units of a line are outstanding; the details say how many
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    receiveReturn: async (input: z.input<typeof receiveReturnInput>, call?: Call): Promise<ReturnView> =>
      receive(parse(receiveReturnInput, input), call),

    /**
     * Ends a return. Units that are outstanding count as missing, and can be requested again. A refund that is due, or
     * that fails later, can still be requested.
     * @returns the return in CLOSED
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws return_not_found when there is no such return
     * @throws order_changed when the order has another version than `expectedVersion`; the details hold it
     * @throws invalid_transition when the return is neither APPROVED nor RECEIVED
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    closeReturn: async (input: z.input<typeof changeReturnInput>, call?: Call): Promise<ReturnView> =>
      decide({ ...parse(changeReturnInput, input), to: 'CLOSED' }, call),

    /**
     * Prices what `refundReturn` would send back now, and changes nothing. `fees` are kept back: up to 10, each 1 minor
     * unit or more.
     * @returns the lines and their sum, in minor units; 0 when nothing goes back. `refundId` is null
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws return_not_found when there is no such return
     * @throws fees_exceed_refund when the fees are more than what goes back; the details hold both
     * @throws database_unavailable when the database can't be reached
     * @throws overloaded when rows stay locked
     */
    previewReturn: async (input: z.input<typeof previewReturnInput>): Promise<ReturnRefund> => {
      const command = parse(previewReturnInput, input);
      return unwrap(onlyOutcome(await withTransaction(database, async (tx) => previewReturns(tx, [command]))));
    },

    /**
     * Refunds the units that came back, or are kept by an approved return, and are neither refunded nor replaced: what
     * was paid for them, with their share of discounts and taxes, less `fees`. The cost of shipping goes back once,
     * unless the return is the customer's fault. The amount is reserved here, and the gateway is called afterwards.
     * Money that is authorized only is left out of its capture instead, which takes no fees. What an OPEN dispute is
     * about is refunded only with `despiteDispute`. An order that has lost its authorization costs that much less. When
     * the fees are all that would go back, the units are settled without a refund.
     * @returns the lines and their sum, in minor units, and the refund's id; null where no refund is needed
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws return_not_found when there is no such return
     * @throws order_changed when the order has another version than `expectedVersion`; the details hold it
     * @throws nothing_to_refund when nothing came back, or all of it was refunded or replaced
     * @throws fees_exceed_refund when the fees are more than what goes back; the details hold both
     * @throws dispute_open when an open dispute about the payment holds the money; the details name the dispute
     * @throws refund_exceeds_balance when less of the payment can be refunded; the details hold the amount that can be
     * @throws amount_not_supported when the gateway refunds no such amount, or can't capture the rest; the details hold
     * its step
     * @throws capture_in_progress when the payment is being captured
     * @throws payment_in_progress when the order has lost its authorization and a new attempt is in progress
     * @throws invalid_transition when the payment is being voided
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    refundReturn: async (input: z.input<typeof refundReturnInput>, call?: Call): Promise<ReturnRefund> => {
      const command = parse(refundReturnInput, input);
      return refund({ id: newId(), ...command }, call, command);
    },

    /**
     * Reads a return with its lines.
     * @throws validation_failed when the id isn't a UUID
     * @throws return_not_found when there is no such return, or its order is another customer's
     * @throws database_unavailable when the database can't be reached
     */
    getReturn: async ({ customerId, ...input }: { returnId: string } & Owner): Promise<ReturnView> =>
      read(async () => readReturnView(database.db, { ...parse(returnIdInput, input), customerId })),

    /**
     * Lists returns with their lines, 1 to 100 a page (`limit`, 50 by default): the newest first, or with the sort
     * `createdAt` the oldest first. `orderId`, `status` and `customerId` select returns.
     * @returns a page, each item with its order's number; its `nextCursor` is null on the last page
     * @throws validation_failed when a field is unknown or out of its bounds
     * @throws database_unavailable when the database can't be reached
     */
    listReturns: async ({ customerId, ...input }: z.input<typeof listReturnsInput> & Owner = {}): Promise<
      Page<Numbered<ReturnView>>
    > =>
      listPageOfOrders(database.db, listReturnsInput, input, async (reader, filter, page) =>
        readReturnViews(reader, { ...filter, customerId }, page),
      ),
  };
}
