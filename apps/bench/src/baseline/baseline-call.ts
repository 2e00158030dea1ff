import { currency, waitingAmount } from '../setup/ids.ts';
import { customers, quantityMax, type Shape } from '../load/job.ts';
import { pickProducts, upTo } from '../load/pick.ts';

/** One call of the baseline: a script for pgbench, and a statement with values for pg. */
export type BaselineCall = {
  /** pgbench's script. It draws the statement's parameters at random. */
  script: string;
  statement: string;
  values: () => unknown[];
  /** Returns the id in the statement's result. */
  idOf: (answer: unknown) => string;
};

const placeOrder = (lines: number, of: (name: string) => string): string => {
  const each = (item: (index: number) => string) => Array.from({ length: lines }, (_, i) => item(i)).join(', ');
  return (
    `bench.place_order('customer-' || ${of('customer')}::int, gen_random_uuid()::text, ` +
    `array[${each((i) => `bench.product(${of(`product${i}`)}::int)`)}], ` +
    `array[${each((i) => `${of(`quantity${i}`)}::int`)}])`
  );
};

/** Returns the lines of pgbench's script that draw an order's parameters at random, and the call with them. */
export function drawOrder({ products, lines }: Shape): { draws: string[]; call: string } {
  return {
    draws: [
      `\\set customer random(0, ${customers - 1})`,
      ...pgbenchProducts(products, lines),
      ...Array.from({ length: lines }, (_, i) => `\\set quantity${i} random(1, ${quantityMax})`),
    ],
    call: placeOrder(lines, (name) => `:${name}`),
  };
}

/** Returns the call that places an order of one line, or of two products in ascending order. */
export function orderCall(shape: Shape): BaselineCall {
  const { lines } = shape;
  const { draws, call } = drawOrder(shape);
  const pickAscending = () => pickProducts(shape).toSorted((a, b) => a - b);
  const parameters = ['customer', ...Array.from({ length: lines }, (_, i) => [`product${i}`, `quantity${i}`]).flat()];
  return {
    script: [...draws, `select ${call} as answer;`].join('\n'),
    statement: `select ${placeOrder(lines, (name) => `$${parameters.indexOf(name) + 1}`)} as answer`,
    values: () => [upTo(customers), ...pickAscending().flatMap((n) => [n, 1 + upTo(quantityMax)])],
    // bench.place_order returns this object.
    idOf: (answer) => (answer as { value: { id: string } }).value.id,
  };
}

/** Returns the script's lines that draw one product, or two different ones in ascending order. */
function pgbenchProducts(products: number, lines: number): string[] {
  if (lines === 1) return [`\\set product0 random(1, ${products})`];
  if (lines !== 2) throw new Error('the baseline places orders of one or two lines');
  return [
    `\\set a random(1, ${products})`,
    `\\set b random(1, ${products - 1})`,
    '\\set b :b + case when :b >= :a then 1 else 0 end',
    '\\set product0 least(:a, :b)',
    '\\set product1 greatest(:a, :b)',
  ];
}

const takePayment = `select bench.take_payment('evt-' || n, 'AUTHORIZED', bench.payment(n),
  ${waitingAmount}, '${currency}',
  convert_to(format('{"type":"AUTHORIZED","paymentId":"%s","amount":${waitingAmount},"currency":"${currency}"}',
    bench.payment(n)), 'UTF8')) as answer
  from nextval('bench.next_payment') n`;

/** The call that applies the webhook of the next waiting payment. */
export const webhookCall: BaselineCall = {
  script: `${takePayment.replaceAll('\n', ' ')};`,
  statement: takePayment,
  values: () => [],
  idOf: String,
};
