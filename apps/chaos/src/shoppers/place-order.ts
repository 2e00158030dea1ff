import type { Client } from '@commerce-core/client';
import { call, readUntilAnswered } from '../shop/call.ts';
import type { Order, World } from '../shop/world.ts';

const shippingAddress = {
  name: 'Kim Minji',
  line1: '1 Harbour Street',
  city: 'Busan',
  postalCode: '48058',
  country: 'KR',
};

/**
 * Places an order of up to 3 units each of up to 3 products, or of 1 unit each when stock is short. Most orders have a
 * shipping option. Some shoppers expect the total of a quote, or a wrong one.
 */
export async function placeOrder(
  world: World,
  name: string,
  customer: Client,
  isGuest: boolean,
): Promise<Order | undefined> {
  const { chance, ledger, products, shippingOptionIds } = world;
  const kinds = chance.whole(`${name} lines`, 1, 3);
  const productIds = new Set(
    Array.from({ length: kinds }, (_, line) => chance.oneOf(`${name} line ${line}`, products).id),
  );
  const shipping = chance.whether(`${name} shipped`, 0.75)
    ? { shippingAddress, shippingOptionId: chance.oneOf(`${name} option`, shippingOptionIds) }
    : {};
  for (const most of [3, 1]) {
    const lines = [...productIds].map((productId, line) => ({
      productId,
      quantity: chance.whole(`${name} quantity ${line} ${most}`, 1, most),
    }));
    // All guests share one scope of keys, so the shop asks for longer ones.
    const key = `${name} order${isGuest ? ' of a guest' : ''} ${most}`;
    const input = { lines, ...shipping };
    const contact = isGuest ? { contact: { email: `${name.replace(' ', '-')}@example.com` } } : {};
    const expected = await readExpectedTotal(world, name, customer, input);
    const place = (suffix: string, total: { expectedTotalAmount?: number }) =>
      call(
        ledger,
        'order.create',
        customer.order.create,
        { ...input, ...contact, ...total, reference: key },
        key + suffix,
      );
    const first = await place('', expected);
    const answer = !first.ok && first.code === 'total_changed' ? await place(' at any price', {}) : first;
    if (answer.ok) return answer.value;
    if (answer.code !== 'insufficient_stock') return undefined;
  }
  return undefined;
}

type QuoteInput = Parameters<Client['order']['quote']['query']>[0];

/** What the shopper has seen: nothing, the total of a quote, or a total that is not the order's. */
async function readExpectedTotal(
  { chance }: World,
  name: string,
  customer: Client,
  input: QuoteInput,
): Promise<{ expectedTotalAmount?: number }> {
  const seen = chance.weighed(`${name} seen`, { nothing: 60, total: 32, wrongTotal: 8 });
  if (seen === 'nothing') return {};
  const { totalAmount } = await readUntilAnswered(() => customer.order.quote.query(input));
  return { expectedTotalAmount: totalAmount + (seen === 'total' ? 0 : 1) };
}
