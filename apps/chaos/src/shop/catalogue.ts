import { call } from './call.ts';
import type { Product, World } from './world.ts';

/** Few enough products that orders compete for them, and enough that not all orders wait for one row lock. */
const ordersPerProduct = 25;
/** Shoppers order about 100 units of each product. This is less, so that some orders find too little stock. */
const stockQty = 44;
const restockQty = 10;

/** Creates products with less stock than the shoppers will order. */
export async function createCatalogue(
  { chance, ledger, operator }: Pick<World, 'chance' | 'ledger' | 'operator'>,
  orders: number,
): Promise<Product[]> {
  const count = Math.max(3, Math.round(orders / ordersPerProduct));
  return Promise.all(
    Array.from({ length: count }, async (_, index): Promise<Product> => {
      const sku = `CHAOS-${index + 1}`;
      const priceAmount = chance.whole(`${sku} price`, 10, 400) * 100;
      const created = await call(
        ledger,
        'product.create',
        operator.product.create,
        { sku, name: sku, priceAmount, currency: 'KRW' },
        sku,
      );
      if (!created.ok) throw new Error(`a product could not be created: ${created.code}`);
      const { id } = created.value;
      await call(
        ledger,
        'stock.receive',
        operator.stock.receive,
        { productId: id, quantity: stockQty },
        `${sku} stock`,
      );
      return { id, priceAmount };
    }),
  );
}

const shippingOptions = [
  { name: 'Standard', priceAmount: 3_001, freeFromAmount: 60_000 },
  { name: 'Express', priceAmount: 7_999, countries: ['KR', 'JP'] },
];

/** Creates the shipping options, of which shoppers choose. Returns their ids. */
export async function createShippingOptions({
  ledger,
  operator,
}: Pick<World, 'ledger' | 'operator'>): Promise<string[]> {
  return Promise.all(
    shippingOptions.map(async (option) => {
      const input = { ...option, currency: 'KRW' };
      const { create } = operator.shippingOption;
      const created = await call(ledger, 'shippingOption.create', create, input, `option ${option.name}`);
      if (!created.ok) throw new Error(`a shipping option could not be created: ${created.code}`);
      return created.value.id;
    }),
  );
}

/** Receives more stock of every product during the run. */
export async function restock({ ledger, operator, products }: World, turn: number): Promise<void> {
  await Promise.all(
    products.map(async ({ id }) =>
      call(
        ledger,
        'stock.receive',
        operator.stock.receive,
        { productId: id, quantity: restockQty },
        `${id} stock ${turn}`,
      ),
    ),
  );
}
