import type { Shape } from '../load/job.ts';
import { currency, priceAmount } from '../setup/ids.ts';
import { drawOrder, orderCall } from './baseline-call.ts';

/** Runs a statement as a transaction of its own, prepared under `name`, and returns its column `answer`. */
export type Run = (name: string, statement: string, values: unknown[]) => Promise<unknown>;

/** A shopper's whole flow by the baseline: three calls, each in a transaction of its own. */
export type FlowCall = {
  /** pgbench's script. One run of it is one flow. */
  script: string;
  /** Runs one flow by pg. Returns the order's id. @throws Error when a call fails or the order isn't paid */
  runFlow: (run: Run) => Promise<string>;
};

const createPayment = (customer: string, order: string) =>
  `bench.create_payment('customer-' || ${customer}::int, gen_random_uuid()::text, ${order}::uuid)`;

const takePayment = (payment: string, amount: string) =>
  `bench.take_payment('evt-' || ${payment}::text, 'CAPTURED', ${payment}::uuid, ${amount}::bigint, '${currency}', ` +
  `convert_to(format('{"type":"CAPTURED","paymentId":"%s","amount":%s,"currency":"${currency}"}', ${payment}::text, ` +
  `${amount}::bigint), 'UTF8'))`;

/** Returns the calls that place an order, create its payment and take the payment. */
export function flowCall(shape: Shape): FlowCall {
  const { draws, call } = drawOrder(shape);
  const quantities = Array.from({ length: shape.lines }, (_, i) => `:quantity${i}`);
  const order = orderCall(shape);
  return {
    // \gset keeps the columns of a result as variables.
    script: [
      ...draws,
      `\\set amount (${quantities.join(' + ')}) * ${priceAmount}`,
      `select answer, answer #>> '{value,id}' as order_id from ${call} answer \\gset`,
      `select answer, answer #>> '{value,id}' as payment_id from ${createPayment(':customer', ':order_id')} answer \\gset`,
      `select ${takePayment(':payment_id', ':amount')} as answer;`,
    ].join('\n'),
    async runFlow(run) {
      const values = order.values();
      const [customer] = values;
      const placed = await run('place_order', order.statement, values);
      const orderId = order.idOf(placed);
      const payment = await run('create_payment', `select ${createPayment('$1', '$2')} as answer`, [customer, orderId]);
      // bench.create_payment returns this object.
      const { id, amount } = (payment as { value: { id: string; amount: number } }).value;
      const outcome = await run('take_payment', `select ${takePayment('$1', '$2')} as answer`, [id, amount]);
      if (outcome !== 'APPLIED') throw new Error(`the webhook was ${String(outcome)}`);
      return orderId;
    },
  };
}
