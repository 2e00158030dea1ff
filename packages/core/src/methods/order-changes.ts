import type { z } from 'zod';
import { withTransaction } from '../database/transaction.ts';
import { cancelLines } from '../flows/order/cancel-lines.ts';
import { cancelOrders } from '../flows/order/cancel-orders.ts';
import { redactOrders, updateOrders } from '../flows/order/change-order-texts.ts';
import { clearAttention } from '../flows/order/clear-attention.ts';
import { noteOrders } from '../flows/order/note-orders.ts';
import { expireOrders } from '../flows/order/expire-orders.ts';
import type { PlacedOrder } from '../flows/order/place-orders.ts';
import { newId } from '../ids.ts';
import {
  cancelLinesInput,
  cancelOrderInput,
  noteOrderInput,
  orderIdInput,
  updateOrderInput,
} from '../order/order-input.ts';
import { orders } from '../order/tables.ts';
import type { Call, Context, Owner } from '../run/context.ts';
import { runAlone } from '../run/run-flow.ts';
import { parse } from '../validation.ts';

/** Changes of orders that were placed. */
export function orderChangeMethods(context: Context) {
  const { database, reservationMs, gateways } = context;
  const expire = expireOrders({ reservationMs, pollable: new Set(gateways.pollable) });
  const cancel = runAlone(context, { name: 'order.cancel', flow: cancelOrders, answer: orders });
  const cancelUnits = runAlone(context, {
    name: 'order.cancelLines',
    flow: cancelLines(gateways.byProvider),
    answer: orders,
  });
  const update = runAlone(context, { name: 'order.update', flow: updateOrders, answer: orders });
  const note = runAlone(context, { name: 'order.note', flow: noteOrders, answer: orders });
  const redact = runAlone(context, { name: 'order.redact', flow: redactOrders, answer: orders });

  return {
    /**
     * Cancels an order of which nothing has shipped. The stock of an unpaid order is released and its attempts to pay
     * end. A paid order is restocked and its money is refunded; what an open dispute is about waits until it is
     * decided. `expectedVersion` is the version of the order as the caller has read it.
     * @returns the order in CANCELED, with its lines
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws order_not_found when there is no such order, or it is another customer's
     * @throws order_changed when the order has another version than `expectedVersion`; the details hold it
     * @throws invalid_transition when the order can't be canceled: it is CANCELED or EXPIRED, or a shipment has left
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    cancelOrder: async (
      { customerId, ...input }: z.input<typeof cancelOrderInput> & Owner,
      call?: Call,
    ): Promise<PlacedOrder> => cancel({ ...parse(cancelOrderInput, input), customerId }, call),

    /**
     * Cancels units of a PAID order that have not shipped, 1 to 1,000 lines, each with 1 unit or more. They are for
     * sale again and leave their shipments; a shipment that loses all is CANCELED. What was paid for them, with their
     * share of discounts and taxes, is refunded; a payment that is only AUTHORIZED is captured for less. What an
     * operator refunded before is not refunded again. The price of shipping goes back with the last unit, if nothing
     * has shipped: then the order is CANCELED, as by `cancelOrder`. Otherwise it stays PAID. The event log keeps
     * `reason`, 1 to 200 characters without an e-mail address, for ever.
     * @returns the order, with its lines and their `canceledQty`
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws order_not_found when there is no such order, or it is another customer's
     * @throws order_not_paid when the order waits for its payment: cancel it as a whole
     * @throws invalid_transition when the order is CANCELED or EXPIRED, or its payment is being voided
     * @throws units_not_cancelable when a line has fewer units that have not shipped; the details say how many
     * @throws payment_in_progress when the order has lost its authorization and a new attempt is in progress
     * @throws capture_in_progress when the payment is being captured: then the units can be canceled afterwards
     * @throws amount_not_supported when the gateway can't refund the amount, or can't capture what is left
     * @throws refund_exceeds_balance when the payment was authorized for less than the rest of the order costs
     * @throws dispute_open when an open dispute about the payment holds the units' money; the details name the dispute
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    cancelLines: async (
      { customerId, ...input }: z.input<typeof cancelLinesInput> & Owner,
      call?: Call,
    ): Promise<PlacedOrder> => {
      const command = { ...parse(cancelLinesInput, input), customerId };
      return cancelUnits({ ...command, id: newId(), refundId: newId() }, call, command);
    },

    /**
     * Changes an order's contact, address, reference or metadata until the first parcel has left; what is undefined
     * stays. `expectedVersion` is the version of the order as the caller has read it. The country stays, because the
     * price depends on it. The event log has none of these texts.
     * @returns the order, with its lines; unchanged when it has all of it already
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws order_not_found when there is no such order, or it is another customer's
     * @throws order_changed when the order has another version by now; the details hold it
     * @throws order_not_changeable when something of the order has left, or it is over
     * @throws country_not_changeable when the address is in another country than the order's
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    updateOrder: async (
      { customerId, ...input }: z.input<typeof updateOrderInput> & Owner,
      call?: Call,
    ): Promise<PlacedOrder> => update({ ...parse(updateOrderInput, input), customerId }, call),

    /**
     * Keeps a note of an operator about an order, in any status: 1 to 2,000 characters, which may have several lines.
     * The event log has only its id; `orderHistory` returns its text to operators, and `redactOrder` erases it.
     * @returns the order, with its lines
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws order_not_found when there is no such order
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    noteOrder: async (input: z.input<typeof noteOrderInput>, call?: Call): Promise<PlacedOrder> => {
      const command = parse(noteOrderInput, input);
      return note({ id: newId(), ...command }, call, command);
    },

    /**
     * Erases the contact and the address of an order that is over: CANCELED, EXPIRED, delivered or returned. The
     * reasons of its returns, which customers write, and the notes about it go as well. `reference` and `metadata` are
     * the shop's own and stay. Answers that are kept for idempotency keys have the texts until the keys go.
     * @returns the order, with its lines; unchanged when it has none of them
     * @throws validation_failed when the id isn't a UUID
     * @throws order_not_found when there is no such order
     * @throws order_not_over when something is left to do for the order, or a shipment of it, replacements included, is
     * READY or on its way
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    redactOrder: async (input: z.input<typeof orderIdInput>, call?: Call): Promise<PlacedOrder> =>
      redact(parse(orderIdInput, input), call),

    /**
     * Clears all reasons for which an order needs an operator's attention. An order without a reason stays as it is.
     * @returns the order, with its lines
     * @throws validation_failed when the id isn't a UUID
     * @throws order_not_found when there is no such order
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost; clearing again is safe
     */
    clearAttention: async (input: z.input<typeof orderIdInput>): Promise<PlacedOrder> =>
      withTransaction(database, async (tx) => clearAttention(tx, parse(orderIdInput, input))),

    /**
     * Expires up to `limit` unpaid orders (200 by default) whose reservation has ended, and releases their stock. An
     * order whose payment can be polled is polled first.
     * @returns how many orders were due
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost; the next run continues
     */
    expireOrders: async (limit = 200): Promise<number> => withTransaction(database, async (tx) => expire(tx, limit)),
  };
}
