import type { z } from 'zod';
import { read, withTransaction } from '../database/transaction.ts';
import type { Page } from '../database/page.ts';
import { accepted, CommerceError, onlyOutcome } from '../errors.ts';
import { requireGateway } from '../flows/gateway-outbox/configured-gateways.ts';
import type { Inbox } from '../flows/gateway-inbox/submit-gateway-event.ts';
import { readLockedOrders } from '../flows/order/read-lock-holders.ts';
import { readPayments } from '../flows/order/read-orders.ts';
import { confirmAtGateway } from '../flows/payment/confirm-at-gateway.ts';
import { confirmable } from '../flows/payment/confirm-payment.ts';
import { createPayments, type CreatePaymentCommand } from '../flows/payment/create-payments.ts';
import { decideReviews } from '../flows/payment/decide-reviews.ts';
import { initiatePayment, type InitiatedPayment } from '../flows/payment/initiate-payment.ts';
import { paymentCommand } from '../flows/payment/payment-command.ts';
import { requirePayment } from '../flows/payment/read-payment.ts';
import { requestCaptures } from '../flows/payment/request-captures.ts';
import { requestPoll } from '../flows/payment/request-poll.ts';
import { toGatewayPayment } from '../gateways/gateway.ts';
import type { IdempotencyKey } from '../idempotency/idempotency-key.ts';
import { orderIdInput } from '../order/order-input.ts';
import {
  capturePaymentInput,
  confirmPaymentInput,
  createPaymentInput,
  decideReviewInput,
  listAllPaymentsInput,
  paymentIdInput,
} from '../payment/payment-input.ts';
import { listPayments } from '../payment/payment-list-repository.ts';
import { isLive, type Payment } from '../payment/payment.ts';
import { payments } from '../payment/tables.ts';
import type { Call, Context, Owner } from '../run/context.ts';
import { listPageOfOrders, type Numbered } from '../run/list-page.ts';
import { keyOf, runAlone, runBatched } from '../run/run-flow.ts';
import { runLeased } from '../run/run-leased.ts';
import { runSharedFlow } from '../run/shared-transaction.ts';
import { parse } from '../validation.ts';

/** Attempts to pay orders. Amounts are integer minor units of the payment's currency. */
export function paymentMethods(context: Context, inbox: Inbox) {
  const { database, gateways, reservationMs } = context;
  const { db } = database;
  const creation = { name: 'payment.create', flow: createPayments, answer: payments };
  const create = runBatched(context, creation, {
    keysOf: ({ orderId }) => [orderId],
    lockHoldersOf: async (orderIds) => readLockedOrders(db, orderIds),
  });
  const capture = runAlone(context, {
    name: 'payment.capture',
    flow: requestCaptures(gateways.byProvider),
    answer: payments,
  });
  const decide = runAlone(context, {
    name: 'payment.decideReview',
    flow: decideReviews({ reservationMs }),
    answer: payments,
  });

  /** Creates a payment and begins it at its gateway, once for the key. `next` can be secret and isn't stored. */
  async function createAtGateway(command: CreatePaymentCommand, key: IdempotencyKey | undefined) {
    const result = await runLeased<Payment, InitiatedPayment>(context, {
      key,
      answer: payments,
      begin: async (tx) => {
        const outcome = onlyOutcome(await runSharedFlow(tx, createPayments, [command]));
        return outcome.ok ? accepted(outcome.value.id) : outcome;
      },
      run: async (paymentId) => initiatePayment(inbox, gateways, { paymentId }),
      answerOf: ({ next: _, ...payment }) => payment,
    });
    if ('ran' in result) return result.ran;
    const { next } = await initiatePayment(inbox, gateways, { paymentId: result.replayed.id });
    return { ...result.replayed, next };
  }

  return {
    /**
     * Begins an attempt to pay an order in full, and reserves the order's stock for at least `reservationMs` from now.
     * An order that is PAID but has lost its authorization takes a new attempt, too, whether it has shipped or not; an
     * attempt of such an order that isn't paid within `reservationMs` is canceled by the next one. `provider` names a
     * configured gateway; `method` and `capture` default to the gateway's own. An order whose total is 0 is PAID at
     * once, without the gateway: its payment is CAPTURED and has the provider `none`.
     * @returns the payment, and `next`: what the shopper's browser needs to continue; null when it can't be continued
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws provider_not_configured when the shop has no gateway of this provider
     * @throws unsupported_by_provider when the gateway can't capture in the requested way
     * @throws amount_not_supported when the gateway doesn't take the order's total, or its currency
     * @throws order_not_found when there is no such order, or it is another customer's
     * @throws payment_in_progress when another attempt for the order is live
     * @throws invalid_transition when the order can't be paid any more, or has its money
     * @throws insufficient_stock when the order's stock was released and isn't available any more
     * @throws payment_refused when the gateway refuses the payment; `failureCode` is the gateway's
     * @throws gateway_unavailable when the gateway gives no answer; a call with the same key continues the payment
     * @throws idempotency_key_reused when the key was used with another input
     * @throws idempotency_in_progress when another call with the key is running
     * @throws client_closed when the signal aborted before the payment's batch began; nothing was done
     * @throws database_unavailable when the database can't be reached; a call with the same key finds what was done
     * @throws overloaded when too many calls wait, or rows stay locked; a call with the same key finds what was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    async createPayment(
      { customerId, ...input }: z.input<typeof createPaymentInput> & Owner,
      call?: Call,
    ): Promise<InitiatedPayment> {
      const request = { ...parse(createPaymentInput, input), customerId };
      const gateway = requireGateway(gateways, request.provider);
      const command = paymentCommand(gateway, request, reservationMs);
      const { initiation } = gateway;
      if (initiation.by === 'server') return createAtGateway(command, keyOf(call, creation.name, request));
      const payment = await create(command, call, request);
      return { ...payment, next: isLive(payment) ? initiation.initiate(toGatewayPayment(payment)) : null };
    },

    /**
     * Returns a payment with what the shopper's browser needs to continue it (`next`), for a shopper who comes back to
     * the page. `next` is null when the payment can't be continued.
     * @throws validation_failed when the id isn't a UUID
     * @throws payment_not_found when there is no such payment, or it is another customer's
     * @throws provider_not_configured when the payment's gateway isn't configured any more
     * @throws payment_refused when the gateway refuses the payment; the payment is FAILED then
     * @throws gateway_unavailable when the gateway gives no answer; the payment is polled later
     * @throws database_unavailable when the database can't be reached; resuming again is safe
     * @throws overloaded when too many calls wait, or rows stay locked; resuming again is safe
     * @throws outcome_unknown when the answer to COMMIT was lost; resuming again is safe
     */
    async resumePayment({ customerId, ...input }: z.input<typeof paymentIdInput> & Owner): Promise<InitiatedPayment> {
      return initiatePayment(inbox, gateways, { ...parse(paymentIdInput, input), customerId });
    },

    /**
     * Confirms a payment at a gateway that requires it, after the shopper agreed on the gateway's page. `token` has 1
     * to 300 characters and comes from that page. A payment that is approved already stays as it is.
     * @returns the payment
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws payment_not_found when there is no such payment, or it is another customer's
     * @throws unsupported_by_provider when payments of this provider need no confirmation
     * @throws invalid_transition when the payment is FAILED or CANCELED, or its money must be refunded
     * @throws provider_not_configured when the payment's gateway isn't configured any more
     * @throws payment_refused when the gateway refuses the payment; the payment is FAILED then
     * @throws gateway_unavailable when the gateway gives no answer; the payment is polled later
     * @throws idempotency_key_reused when the key was used with another input
     * @throws idempotency_in_progress when another call with the key is running
     * @throws database_unavailable when the database can't be reached; the payment can be confirmed nevertheless
     * @throws overloaded when too many calls wait, or rows stay locked; the payment can be confirmed nevertheless
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    async confirmPayment(
      { customerId, ...input }: z.input<typeof confirmPaymentInput> & Owner,
      call?: Call,
    ): Promise<Payment> {
      const { paymentId, token } = parse(confirmPaymentInput, input);
      const result = await runLeased<Payment, Payment>(context, {
        key: keyOf(call, 'payment.confirm', { paymentId, token, customerId }),
        answer: payments,
        begin: async (tx) => confirmable(tx, { paymentId, customerId }, gateways.byProvider),
        run: async (id) => confirmAtGateway(inbox, gateways, { paymentId: id, token }),
        answerOf: (payment) => payment,
      });
      return 'ran' in result ? result.ran : result.replayed;
    },

    /**
     * Requests the capture of an authorized payment: `amount` minor units, or all of it by default. The gateway is
     * called afterwards; the payment becomes CAPTURED when the gateway reports it, and the rest of the authorization is
     * released.
     * @returns the payment, still AUTHORIZED
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws payment_not_found when there is no such payment
     * @throws invalid_transition when the payment isn't AUTHORIZED, is free, or is being voided
     * @throws capture_in_progress when the payment is being captured already
     * @throws capture_exceeds_authorized when `amount` exceeds the authorized amount
     * @throws amount_not_supported when the gateway captures no such amount; the details hold its step
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    capturePayment: async (input: z.input<typeof capturePaymentInput>, call?: Call): Promise<Payment> =>
      capture(parse(capturePaymentInput, input), call),

    /**
     * Decides on a payment in REVIEW, for which the gateway reported another amount than the order's. ACCEPT: the
     * reported amount pays for the order. REJECT: it is refunded, and the order can be paid again for `reservationMs`.
     * @returns the payment
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws payment_not_found when there is no such payment
     * @throws invalid_transition when the payment isn't in REVIEW, or the order can't be paid any more
     * @throws currency_mismatch when the reported amount has another currency and is accepted
     * @throws insufficient_stock when the order's stock was released and isn't available any more
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    decideReview: async (input: z.input<typeof decideReviewInput>, call?: Call): Promise<Payment> =>
      decide(parse(decideReviewInput, input), call),

    /**
     * Has a payment polled at its gateway soon, by the job of that gateway.
     * @returns the payment as it is now
     * @throws validation_failed when the id isn't a UUID
     * @throws payment_not_found when there is no such payment
     * @throws provider_not_configured when the payment's gateway isn't configured any more
     * @throws unsupported_by_provider when the gateway can't be polled
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost; polling again is safe
     */
    async pollPayment(input: z.input<typeof paymentIdInput>): Promise<Payment> {
      const payment = await requirePayment(db, parse(paymentIdInput, input));
      if (!requireGateway(gateways, payment.provider).retrieve) {
        throw new CommerceError('unsupported_by_provider', 'payments of this provider cannot be polled');
      }
      await withTransaction(database, async (tx) => requestPoll(tx, payment));
      return payment;
    },

    /**
     * Reads a payment.
     * @throws validation_failed when the id isn't a UUID
     * @throws payment_not_found when there is no such payment
     * @throws database_unavailable when the database can't be reached
     */
    getPayment: async (input: z.input<typeof paymentIdInput>): Promise<Payment> =>
      requirePayment(db, parse(paymentIdInput, input)),

    /**
     * Reads all attempts to pay one order, the newest first.
     * @throws validation_failed when the id isn't a UUID
     * @throws order_not_found when there is no such order, or it is another customer's
     * @throws database_unavailable when the database can't be reached
     */
    listPayments: async ({ customerId, ...input }: { orderId: string } & Owner): Promise<Payment[]> =>
      read(async () => readPayments(db, { ...parse(orderIdInput, input), customerId })),

    /**
     * Lists payments of all orders, 1 to 100 a page (`limit`, 50 by default). `provider` and `status` select payments;
     * `sort` is `-createdAt` (the newest first, the default) or `createdAt`.
     * @returns a page, each item with its order's number; its `nextCursor` is null on the last page
     * @throws validation_failed when a field is unknown or out of its bounds
     * @throws database_unavailable when the database can't be reached
     */
    listAllPayments: async (input: z.input<typeof listAllPaymentsInput> = {}): Promise<Page<Numbered<Payment>>> =>
      listPageOfOrders(db, listAllPaymentsInput, input, listPayments),
  };
}
