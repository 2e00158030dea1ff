import { Hono } from 'hono';
import type { Bank } from '../bank/bank.ts';
import type { Outbox } from '../delivery/outbox.ts';
import type { Pauses } from '../delivery/pauses.ts';
import type { EmulatedProvider } from '../emulators/emulated-provider.ts';
import type { BankFaults } from '../faults/bank-faults.ts';
import { payInput } from './pay-input.ts';
import { errorBody, PaymentNotFound } from './request-errors.ts';
import { applyShopperOutcome, findOrCreatePayment } from './shopper.ts';

type PayOptions = {
  bank: Bank;
  bankFaults: BankFaults;
  outbox: Outbox;
  pauses: Pauses;
  providerOf: (provider: string) => EmulatedProvider | undefined;
  /** `POST /pay` returns 503 while this many webhooks are being delivered. */
  pendingMax: number;
};

/** `POST /pay`: a shopper pays, or fails to. The response has the payment's state and the event of the change. */
export function payRoutes({ bank, bankFaults, outbox, pauses, providerOf, pendingMax }: PayOptions): Hono {
  return new Hono().post('/pay', async (c) => {
    const input = payInput.parse(await c.req.json());
    if (pauses.isStopped() || outbox.pendingCount() >= pendingMax) {
      const message = pauses.isStopped() ? 'The simulator is stopping.' : 'Too many events are being delivered.';
      return c.json(errorBody('unavailable', message), 503, { 'retry-after': '1' });
    }
    const emulator = providerOf(input.provider)?.emulator;
    if (!emulator) return c.json(errorBody('provider_not_played', 'This provider is not emulated here.'), 400);
    const { result, queued } = await outbox.collectDuring(() => {
      const payment = findOrCreatePayment(bank, emulator, input);
      return payment && { payment, type: applyShopperOutcome({ bank, bankFaults }, emulator, payment, input) };
    });
    if (!result && emulator.createdBy === 'shop') throw new PaymentNotFound();
    if (!result)
      return c.json(errorBody('validation_failed', 'A payment that is new here needs amount and currency.'), 400);
    const sent = queued.map((one) => outbox.send(one, { repeat: input.repeat, delayMs: input.delayMs }));
    if (input.wait) await Promise.all(sent);
    const { payment, type } = result;
    const event = queued.findLast(({ change }) => change.type === type)?.event ?? null;
    const { shopPaymentId, id, state } = payment;
    return c.json({ paymentId: shopPaymentId, gatewayPaymentId: id, state, event }, input.wait ? 200 : 202);
  });
}
