import { currency, waitingAmount } from '../setup/ids.ts';
import { customers, quantityMax, type Shape } from '../load/job.ts';
import { upTo } from '../load/pick.ts';

/** One call of the floor, for both who make it: pgbench by a script, pg by a statement with values. */
export type FloorCall = {
  /** pgbench's script: it picks by chance what the statement needs. */
  script: string;
  statement: string;
  values: () => unknown[];
  /** The id in the statement's one answer. */
  idOf: (answer: unknown) => string;
};

/** An order of one line, or of two different products in ascending order, which the function asks for. */
export function orderCall({ products, lines }: Shape): FloorCall {
  const parameters = ['customer', ...Array.from({ length: lines }, (_, i) => [`product${i}`, `quantity${i}`]).flat()];
  const asked = (prefix: string, of: (name: string) => string) =>
    `select bench.place_order('customer-' || ${of('customer')}::int, gen_random_uuid()::text,
      array[${Array.from({ length: lines }, (_, i) => `bench.product(${of(`product${i}`)}::int)`).join(', ')}],
      array[${Array.from({ length: lines }, (_, i) => `${of(`quantity${i}`)}::int`).join(', ')}]) as answer${prefix}`;
  return {
    script: [
      `\\set customer random(0, ${customers - 1})`,
      ...pgbenchProducts(products, lines),
      ...Array.from({ length: lines }, (_, i) => `\\set quantity${i} random(1, ${quantityMax})`),
      `${asked(';', (name) => `:${name}`).replaceAll('\n', ' ')}`,
    ].join('\n'),
    statement: asked('', (name) => `$${parameters.indexOf(name) + 1}`),
    values: () => [upTo(customers), ...pickProducts(products, lines).flatMap((n) => [n, 1 + upTo(quantityMax)])],
    idOf: (answer) => (answer as { value: { id: string } }).value.id,
  };
}

/** One of all products, then one of the rest for each further line; two are put in order. */
function pgbenchProducts(products: number, lines: number): string[] {
  if (lines === 1) return [`\\set product0 random(1, ${products})`];
  if (lines !== 2) throw new Error('the floor orders one line or two');
  return [
    `\\set a random(1, ${products})`,
    `\\set b random(1, ${products - 1})`,
    '\\set b :b + case when :b >= :a then 1 else 0 end',
    '\\set product0 least(:a, :b)',
    '\\set product1 greatest(:a, :b)',
  ];
}

function pickProducts(products: number, lines: number): number[] {
  const numbers = new Set<number>();
  while (numbers.size < lines) numbers.add(1 + upTo(products));
  return [...numbers].toSorted((a, b) => a - b);
}

const takePayment = `select bench.take_payment('evt-' || n, bench.payment(n), ${waitingAmount}, '${currency}',
  convert_to(format('{"type":"AUTHORIZED","paymentId":"%s","amount":${waitingAmount},"currency":"${currency}"}',
    bench.payment(n)), 'UTF8')) as answer
  from nextval('bench.next_payment') n`;

/** The webhook of the next payment that waits for one. */
export const webhookCall: FloorCall = {
  script: `${takePayment.replaceAll('\n', ' ')};`,
  statement: takePayment,
  values: () => [],
  idOf: String,
};
