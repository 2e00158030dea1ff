import { read } from '../database/transaction.ts';
import type { z } from 'zod';
import { pageOf } from '../database/page.ts';
import type { Transaction } from '@commerce-core/pg-pipeline';
import { accepted, CommerceError } from '../errors.ts';
import { confirmable } from '../flows/payment/confirm-payment.ts';
import { createPayments, type CreatePaymentCommand } from '../flows/payment/create-payments.ts';
import { readLockedOrders } from '../flows/order/read-lock-holders.ts';
import { decideReviews, type DecideReviewCommand } from '../flows/payment/decide-reviews.ts';
import { readPayments } from '../flows/order/read-orders.ts';
import { requestCaptures } from '../flows/payment/request-captures.ts';
import { runLeased, type LeasedCall } from '../run/run-leased.ts';
import { GatewayRefusal, type NextStep, type PaymentInitiation } from '../gateways/gateway.ts';
import { newId } from '../ids.ts';
import { readOrders } from '../order/order-repository.ts';
import { gatewayFact, type GatewayFact } from '../gateway-inbox/gateway-event.ts';
import * as inputs from '../payment/payment-input.ts';
import { listPayments, readPayment } from '../payment/payment-repository.ts';
import type { Payment } from '../payment/payment.ts';
import { parse } from '../validation.ts';
import { batched, keyOf, mutation, type Call, type Context } from '../run/context.ts';
import type { Gateways } from './gateways.ts';
import type { Owner } from './orders.ts';
import { listAllPaymentsInput } from '../payment/payment-input.ts';
import { orderIdInput } from '../order/order-input.ts';

/** An attempt that was just begun, and what the front end needs to go on with it; null when there is nothing to go on with. */
export type CreatedPayment = Payment & { next: NextStep | null };

type ServerInitiation = Extract<PaymentInitiation, { by: 'server' }>;

const dates = ['createdAt', 'updatedAt', 'polledAt'];

/** Attempts to pay. Amounts are integer minor units. */
export function paymentUseCases(context: Context, gateways: Gateways) {
  const { database, reservationMs, keepKeysMs: keepMs, leaseMs } = context;
  const { db } = database;
  const flow = async (tx: Transaction, commands: CreatePaymentCommand[]) => createPayments(tx, commands);
  const creating = batched(context, {
    name: 'payment.create',
    flow,
    dates,
    keysOf: ({ orderId }) => [orderId],
    lockHoldersOf: async (orderIds) => readLockedOrders(db, orderIds),
  });
  const capture = mutation(context, 'payment.capture', requestCaptures, dates);
  const decide = mutation(
    context,
    'payment.decideReview',
    async (tx, commands: DecideReviewCommand[]) => decideReviews(tx, commands, reservationMs),
    dates,
  );

  const paymentOf = async (id: string): Promise<Payment> =>
    read(async () => {
      const payment = await readPayment(db, id);
      if (payment) return payment;
      throw new CommerceError('payment_not_found', 'no such payment');
    });

  /** Has a gateway take a step of an attempt; its facts are applied. Answers the payment after it. */
  async function step(payment: Payment, ask: () => Promise<GatewayFact[]>): Promise<Payment> {
    let facts: GatewayFact[];
    try {
      facts = await ask();
    } catch (error) {
      if (!(error instanceof GatewayRefusal)) {
        await gateways.requestPoll(payment);
        throw new CommerceError(
          'gateway_unavailable',
          'the payment gateway gives no answer; what became of it will be asked for',
        );
      }
      await gateways.apply(payment, [gatewayFact({ type: 'FAILED', failureCode: error.code })]);
      throw new CommerceError('payment_refused', 'the payment gateway refuses this payment', {
        failureCode: error.code,
      });
    }
    await gateways.apply(payment, facts);
    return paymentOf(payment.id);
  }

  /** Begins an attempt at a gateway that has to be told of it, once for its key. */
  async function createAt(command: CreatePaymentCommand, key: LeasedCall<Payment>['key']): Promise<CreatedPayment> {
    let next: NextStep | null = null;
    const { value, replayed } = await runLeased<Payment>(database, {
      key,
      keepMs,
      leaseMs,
      dates,
      begin: async (tx) => {
        const [outcome] = await createPayments(tx, [command]);
        return outcome!.ok ? accepted(outcome!.value.id) : outcome!;
      },
      run: async (id) => {
        const { next: opened, ...payment } = await resume(id);
        next = opened;
        return payment;
      },
    });
    return { ...value, next: replayed ? (await resume(value.id)).next : next };
  }

  /** What a front end needs is never stored: some of it is secret. It is fetched again, while the shopper can still pay. */
  async function resume(id: string): Promise<CreatedPayment> {
    const payment = await paymentOf(id);
    if (payment.status !== 'CREATED' && payment.status !== 'PENDING') return { ...payment, next: null };
    const { initiation } = gateways.of(payment.provider);
    if (initiation.by === 'client') return { ...payment, next: initiation.initiate(payment) };
    return initiateAt(initiation, payment);
  }

  async function initiateAt(initiation: ServerInitiation, payment: Payment): Promise<CreatedPayment> {
    let next: NextStep | null = null;
    const opened = await step(payment, async () => {
      const { gatewayPaymentId, next: step } = await initiation.initiate(payment);
      next = step;
      return [gatewayFact({ type: 'PENDING', gatewayPaymentId })];
    });
    return { ...opened, next };
  }

  return {
    batchers: [creating.batcher],
    methods: {
      /**
       * Begins an attempt to pay.
       * @throws what createPayments refuses · provider_not_configured · unsupported_by_provider · payment_refused ·
       * gateway_unavailable (the attempt exists; the same key goes on with it)
       */
      async createPayment(
        { customerId, ...input }: z.input<typeof inputs.createPaymentInput> & Owner,
        call?: Call,
      ): Promise<CreatedPayment> {
        const asked = { ...parse(inputs.createPaymentInput, input), customerId };
        const gateway = gateways.of(asked.provider);
        const method = asked.method ?? null;
        const capture = asked.capture ?? gateway.captures[0];
        if (!gateway.captures.includes(capture)) {
          throw new CommerceError('unsupported_by_provider', 'this payment provider cannot capture so');
        }
        const command = {
          id: newId(),
          ...asked,
          method,
          capture,
          reservationMs: gateway.reservationMsOf?.(method) ?? reservationMs,
        };
        const { initiation } = gateway;
        if (initiation.by === 'server') return createAt(command, keyOf(call, 'payment.create', asked));
        const payment = await creating.submit(command, asked, call);
        return { ...payment, next: initiation.initiate(payment) };
      },
      /**
       * An attempt with what the front end needs to go on with it: for a shopper who comes back to the page.
       * @throws payment_not_found · payment_refused · gateway_unavailable
       */
      async resumePayment({
        customerId,
        ...input
      }: z.input<typeof inputs.paymentIdInput> & Owner): Promise<CreatedPayment> {
        const payment = await paymentOf(parse(inputs.paymentIdInput, input).paymentId);
        const [order] = await read(async () => readOrders(db, [payment.orderId]));
        if (customerId === undefined || order?.customerId === customerId) return resume(payment.id);
        throw new CommerceError('payment_not_found', 'no such payment');
      },
      /**
       * Completes an attempt at a gateway where the shop has to, after the shopper agreed there.
       * @throws payment_not_found · unsupported_by_provider · invalid_transition · payment_refused · gateway_unavailable
       */
      async confirmPayment(
        { customerId, ...input }: z.input<typeof inputs.confirmPaymentInput> & Owner,
        call?: Call,
      ): Promise<Payment> {
        const { paymentId, token } = parse(inputs.confirmPaymentInput, input);
        const { value } = await runLeased<Payment>(database, {
          key: keyOf(call, 'payment.confirm', { paymentId, token, customerId }),
          keepMs,
          leaseMs,
          dates,
          begin: async (tx) => confirmable(tx, { paymentId, customerId }, gateways.byProvider),
          run: async (id) => {
            const payment = await paymentOf(id);
            if (payment.status !== 'CREATED' && payment.status !== 'PENDING') return payment;
            return step(payment, async () => gateways.of(payment.provider).confirm!(payment, token));
          },
        });
        return value;
      },
      /** Has money taken that is authorized. The payment is CAPTURED once the gateway says so. */
      capturePayment: async (input: z.input<typeof inputs.capturePaymentInput>, call?: Call) =>
        capture(parse(inputs.capturePaymentInput, input), (command) => command, call),
      /** An operator's decision on a payment under REVIEW. */
      decideReview: async (input: z.input<typeof inputs.decideReviewInput>, call?: Call) =>
        decide(parse(inputs.decideReviewInput, input), (command) => command, call),
      /**
       * Has the gateway asked about a payment, soon.
       * @throws payment_not_found · provider_not_configured · unsupported_by_provider (it can't be asked)
       */
      async pollPayment(input: z.input<typeof inputs.paymentIdInput>): Promise<Payment> {
        const payment = await paymentOf(parse(inputs.paymentIdInput, input).paymentId);
        if (!gateways.of(payment.provider).retrieve) {
          throw new CommerceError('unsupported_by_provider', 'this payment provider cannot be asked what it knows');
        }
        await gateways.requestPoll(payment);
        return payment;
      },
      /** @throws payment_not_found */
      getPayment: async (input: z.input<typeof inputs.paymentIdInput>) =>
        paymentOf(parse(inputs.paymentIdInput, input).paymentId),
      listPayments: async ({ customerId, ...input }: { orderId: string } & Owner) =>
        read(async () => readPayments(db, { ...parse(orderIdInput, input), customerId })),
      listAllPayments: async (input: z.input<typeof listAllPaymentsInput> = {}) => {
        const { cursor, limit, ...filter } = parse(listAllPaymentsInput, input);
        return read(async () => pageOf(await listPayments(db, filter, cursor, limit + 1), limit, ({ id }) => id));
      },
    },
  };
}
