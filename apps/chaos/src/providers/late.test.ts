import { randomUUID } from 'node:crypto';
import { present, refusalFrom } from '@commerce-core/api/testing';
import { describe, expect } from 'vitest';
import { testThatBooksAgree } from './books.testing.ts';
import { testEach, type Provider } from './providers.testing.ts';
import { createSale, paidState, total } from './sale.testing.ts';
import { startWorld } from './world.testing.ts';

const world = await startWorld();

type Sale = Awaited<ReturnType<typeof createSale>>;

/** Copies a message under a new id. The id is in the body (Stripe), derived from the body (Toss) or in a header. */
function withNewId(provider: Provider, { body }: { body: string }): { id: string; body: string } {
  const id = randomUUID();
  if (provider === 'stripe')
    return { id, body: JSON.stringify({ ...JSON.parse(body), id: `evt_${id.replaceAll('-', '')}` }) };
  return { id, body: provider === 'toss' ? `${body} ` : body };
}

/**
 * Creates an order that its shopper pays while the message is late or lost. `meanwhile` runs before the shop learns of
 * the payment.
 */
async function payWithoutMessage(
  provider: Provider,
  meanwhile: (sale: Sale) => Promise<unknown>,
  how: 'late' | 'lost',
) {
  const sale = await createSale(world);
  const attempt = await sale.beginAttempt(provider);
  // The shop has just learned from the gateway that nothing was paid, so it may expire the order.
  await sale.customer.payment.resume.mutate({ paymentId: attempt.id });
  await world.expireOrder(sale);
  await world.runUntilIdle();
  expect(await sale.readState()).toMatchObject({ order: 'PAYMENT_PENDING', stock: [5, 2] });
  // The shop would learn of a Toss payment from the response to its own call, so that response is lost too.
  const confirms = provider === 'toss';
  await world.withFaults({ [how === 'late' ? 'delayed' : 'dropped']: 1, error_after: confirms ? 1 : 0 }, async () => {
    const token = await sale.actAtGateway(attempt, 'CAPTURED', { wait: false });
    if (confirms) {
      const { code } = await refusalFrom(sale.customer.payment.confirm.mutate({ paymentId: attempt.id, token }));
      expect(code).toBe('gateway_unavailable');
      // The shop polls for the result, and expires the order only when there was no response for long.
      await world.ageCalls(sale);
    }
    await meanwhile(sale);
  });
  return { sale, attempt };
}
const expire = async (sale: Sale): Promise<void> => {
  await world.expireOrder(sale);
  expect(await sale.readState()).toMatchObject({ order: 'EXPIRED', stock: [5, 0] });
};
const expireAndSellOut = async (sale: Sale): Promise<void> => {
  await expire(sale);
  await sale.sellOut();
};
const cancel = (sale: Sale) => sale.customer.order.cancel.mutate({ orderId: sale.orderId });

describe.for(['late', 'lost'] as const)('an approval whose message is %s', (how) => {
  testEach('pays an EXPIRED order if its stock is available', 'anything', async (provider) => {
    const { sale } = await payWithoutMessage(provider, expire, how);
    await world.runUntilIdle();
    expect(await sale.readState()).toEqual(paidState);
  });

  testEach('of an EXPIRED order whose stock was sold is refunded', 'anything', async (provider) => {
    const { sale, attempt } = await payWithoutMessage(provider, expireAndSellOut, how);
    await world.runUntilIdle();
    expect(await sale.readState()).toEqual({
      order: 'EXPIRED',
      attention: null,
      payments: ['CAPTURED surplus'],
      refunds: ['REFUND 2000 SUCCEEDED surplus'],
      stock: [5, 5],
    });
    expect(await sale.readBookEntry(attempt)).toMatchObject({ capturedAmount: total, refundedAmount: total });
  });

  testEach('of a CANCELED order is refunded', 'anything', async (provider) => {
    const { sale, attempt } = await payWithoutMessage(provider, cancel, how);
    await world.runUntilIdle();
    expect(await sale.readState()).toEqual({
      order: 'CANCELED',
      attention: null,
      payments: ['CAPTURED surplus'],
      refunds: ['REFUND 2000 SUCCEEDED surplus'],
      stock: [5, 0],
    });
    expect(await sale.readBookEntry(attempt)).toMatchObject({ capturedAmount: total, refundedAmount: total });
  });
});

describe('an authorization', () => {
  testEach('that arrives after its order was CANCELED is voided', 'authorizes', async (provider) => {
    const sale = await createSale(world);
    const attempt = await sale.beginAttempt(provider, { capture: 'MANUAL' });
    await world.withFaults({ delayed: 1 }, async () => {
      await sale.actAtGateway(attempt, 'AUTHORIZED', { wait: false });
      await cancel(sale);
    });
    await world.runUntilIdle();
    expect(await sale.readState()).toEqual({
      order: 'CANCELED',
      attention: null,
      payments: ['CANCELED surplus'],
      refunds: ['VOID 2000 SUCCEEDED surplus'],
      stock: [5, 0],
    });
    expect(await sale.readBookEntry(attempt)).toMatchObject({
      state: 'CANCELED',
      capturedAmount: 0,
      releasedAmount: total,
    });
  });

  testEach('that the gateway ends on its own makes a paid order need attention', 'authorizes', async (provider) => {
    const sale = await createSale(world);
    const attempt = await sale.beginAttempt(provider, { capture: 'MANUAL' });
    await sale.payAttempt(attempt, 'AUTHORIZED');
    await sale.payAttempt(attempt, 'CANCELED');
    expect(await sale.readState()).toMatchObject({ order: 'PAID', attention: 'authorization_lost', stock: [3, 0] });
    await sale.customer.order.cancel.mutate({ orderId: sale.orderId });
    await world.runUntilIdle();
    expect(await sale.readState()).toMatchObject({ order: 'CANCELED', payments: ['CANCELED'], stock: [5, 0] });
  });
});

testEach(
  'a capture of an ended authorization is refused once, and the order needs attention',
  'authorizes',
  async (provider) => {
    const sale = await createSale(world);
    const attempt = await sale.beginAttempt(provider, { capture: 'MANUAL' });
    await sale.payAttempt(attempt, 'AUTHORIZED');
    await world.withFaults({ dropped: 1 }, () => sale.actAtGateway(attempt, 'CANCELED'));
    await world.operator.payment.capture.mutate({ paymentId: attempt.id });
    await world.runUntilIdle();
    const { items } = await world.operator.gatewayCall.list.query({ orderId: sale.orderId });
    expect(items.filter(({ kind }) => kind === 'CAPTURE')).toMatchObject([{ attempts: 1, dueAt: null }]);
    expect(await sale.readState()).toMatchObject({
      order: 'PAID',
      attention: 'authorization_lost',
      payments: ['CANCELED'],
    });
    expect(await sale.readBookEntry(attempt)).toMatchObject({ state: 'CANCELED', capturedAmount: 0 });
    await sale.customer.order.cancel.mutate({ orderId: sale.orderId });
    await world.runUntilIdle();
    expect(await sale.readState()).toMatchObject({ order: 'CANCELED', payments: ['CANCELED'], stock: [5, 0] });
  },
);

describe('messages out of order:', () => {
  testEach('a failure after the approval changes nothing', 'fails', async (provider) => {
    const sale = await createSale(world);
    const attempt = await sale.beginAttempt(provider);
    await world.withFaults({ delayed: 1 }, async () => {
      await sale.actAtGateway(attempt, 'FAILED', { wait: false });
    });
    await world.runUntilIdle();
    await sale.payAttempt(attempt);
    const failure = present((await world.readInbox(attempt.id))[0], 'message');
    // The gateway repeats the failure in a new message.
    const { body: result } = await world.sendMessage(
      provider,
      withNewId(provider, await world.readMessage(failure.id)),
    );
    expect(result).toMatchObject(
      provider === 'toss' ? { effect: 'polls_gateway' } : { outcome: 'IGNORED_STALE', effect: 'approved_before' },
    );
    await world.runUntilIdle();
    expect(await sale.readState()).toEqual(paidState);
  });

  testEach('a failed try that is reported again after the approval changes nothing', 'failsATry', async (provider) => {
    const sale = await createSale(world);
    const attempt = await sale.beginAttempt(provider);
    await sale.actAtGateway(attempt, 'ATTEMPT_FAILED');
    await world.waitForMessages();
    const failures = await world.readInbox(attempt.id);
    await sale.payAttempt(attempt);
    const again = withNewId(provider, await world.readMessage(present(failures.at(-1), 'message').id));
    expect(await world.sendMessage(provider, again)).toMatchObject({ status: 200, body: { duplicate: false } });
    await world.runUntilIdle();
    expect(await sale.readState()).toEqual(paidState);
  });

  testEach('a message after the shipment gets a 200 and changes nothing', 'anything', async (provider) => {
    const sale = await createSale(world);
    const attempt = await sale.beginAttempt(provider);
    await sale.payAttempt(attempt);
    const [shipment] = await world.operator.shipment.list.query({ orderId: sale.orderId }).then(({ items }) => items);
    const { id: shipmentId } = present(shipment, 'shipment');
    await world.operator.shipment.dispatch.mutate({ shipmentId, carrier: 'Pigeon Post', trackingNumber: shipmentId });
    for (const { id } of await world.readInbox(attempt.id)) {
      const again = withNewId(provider, await world.readMessage(id));
      expect(await world.sendMessage(provider, again)).toMatchObject({ status: 200, body: { duplicate: false } });
    }
    await world.runUntilIdle();
    expect(await sale.readState()).toEqual(paidState);
  });

  testEach(
    'a failure of the first attempt after the second one has paid changes nothing',
    'fails',
    async (provider) => {
      const sale = await createSale(world);
      const first = await sale.beginAttempt(provider);
      await sale.payAttempt(first, 'FAILED');
      const failure = await world.readMessage(present((await world.readInbox(first.id))[0], 'message').id);
      await sale.payAttempt(await sale.beginAttempt(provider));
      await world.sendMessage(provider, withNewId(provider, failure));
      await world.runUntilIdle();
      expect(await sale.readState()).toEqual({
        order: 'PAID',
        attention: null,
        payments: ['FAILED', 'CAPTURED'],
        refunds: [],
        stock: [3, 0],
      });
    },
  );

  testEach(
    'a capture before its authorization is applied, and the authorization then changes nothing',
    'authorizes',
    async (provider) => {
      const sale = await createSale(world);
      const attempt = await sale.beginAttempt(provider, { capture: 'MANUAL' });
      await world.withFaults({ reordered: 1 }, async () => {
        await sale.actAtGateway(attempt, 'AUTHORIZED', { wait: false });
        await sale.actAtGateway(attempt, 'CAPTURED', { wait: false });
      });
      await world.runUntilIdle();
      expect(await sale.readState()).toEqual(paidState);
      expect(await sale.readPayment(attempt)).toMatchObject({ authorizedAmount: total, capturedAmount: total });
    },
  );
});

testThatBooksAgree(world);
