import type { z } from 'zod';
import { pageOf } from '../database/page.ts';
import { read } from '../database/reachable.ts';
import { withTransaction, type Transaction } from '../database/transaction.ts';
import { accepted, CommerceError } from '../errors.ts';
import { createPayments, type CreatePaymentCommand } from '../flows/create-payments.ts';
import { readPayments } from '../flows/read-orders.ts';
import { receiveGatewayEvents, type ReceivedGatewayEvent, type ReceiveGatewayEventCommand } from '../flows/receive-gateway-events.ts';
import { recordEventConflicts } from '../flows/record-event-conflicts.ts';
import type { Gateway, WebhookMessage } from '../gateways/gateway.ts';
import { newId } from '../ids.ts';
import { orderIdInput } from '../order/order-list-input.ts';
import { listGatewayEvents } from '../payment/gateway-event-repository.ts';
import { createPaymentInput } from '../payment/payment-input.ts';
import { listGatewayEventsInput, listRefundsInput } from '../payment/payment-list-input.ts';
import { listRefunds } from '../payment/refund-repository.ts';
import { parse } from '../validation.ts';
import { batched, type Call, type Context } from './context.ts';
import type { Owner } from './orders.ts';

/** Attempts to pay, what gateways say of them, and money that goes back. Amounts are integer minor units. */
export function paymentUseCases(context: Context, gateways: readonly Gateway[]) {
  const { database, holdMs } = context;
  const { db } = database;
  const byProvider = new Map(gateways.map((gateway) => [gateway.provider, gateway]));
  const creating = batched(context, {
    name: 'payment.create',
    flow: async (tx: Transaction, commands: CreatePaymentCommand[]) => createPayments(tx, commands, { holdMs }),
    dates: ['createdAt', 'updatedAt'],
    keysOf: ({ orderId }) => [orderId],
  });
  const receiving = batched(context, {
    name: 'gateway_event.receive',
    flow: async (tx: Transaction, commands: ReceiveGatewayEventCommand[]) => (await receiveGatewayEvents(tx, commands)).map(accepted),
    dates: [],
    keysOf: ({ paymentId }) => [paymentId],
  });

  function gatewayOf(provider: string): Gateway {
    const gateway = byProvider.get(provider);
    if (gateway) return gateway;
    throw new CommerceError('provider_not_configured', 'this payment provider is not configured here');
  }

  async function receive(command: ReceiveGatewayEventCommand): Promise<ReceivedGatewayEvent> {
    const received = await receiving.submit(command, command);
    if (received.outcome === 'CONFLICT') await withTransaction(database, async (tx) => recordEventConflicts(tx, [command]));
    return received;
  }

  return {
    batchers: [creating.batcher, receiving.batcher],
    methods: {
      /** The names of the gateways that are configured. */
      providers: () => [...byProvider.keys()],
      async createPayment({ customerId, ...input }: z.input<typeof createPaymentInput> & Owner, call?: Call) {
        const asked = { ...parse(createPaymentInput, input), customerId };
        gatewayOf(asked.provider);
        return creating.submit({ id: newId(), ...asked }, asked, call);
      },
      listPayments: async ({ customerId, ...input }: { orderId: string } & Owner) =>
        read(async () => readPayments(db, { ...parse(orderIdInput, input), customerId })),
      listRefunds: async (input: z.input<typeof listRefundsInput> = {}) => {
        const { cursor, limit, ...filter } = parse(listRefundsInput, input);
        return read(async () => pageOf(await listRefunds(db, filter, cursor, limit + 1), limit, ({ id }) => id));
      },
      /** Verifies a provider's webhook and takes its events. @throws provider_not_configured · invalid_signature · malformed_event */
      async receiveWebhook(provider: string, message: WebhookMessage): Promise<ReceivedGatewayEvent[]> {
        const events = gatewayOf(provider).receive(message, new Date());
        return Promise.all(events.map(async (event) => receive({ ...event, rawBody: message.rawBody })));
      },
      listGatewayEvents: async (input: z.input<typeof listGatewayEventsInput> = {}) => {
        const { cursor, limit, ...filter } = parse(listGatewayEventsInput, input);
        return read(async () => pageOf(await listGatewayEvents(db, filter, cursor, limit + 1), limit, ({ id }) => id));
      },
    },
  };
}
