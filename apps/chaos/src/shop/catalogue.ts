import { call } from './call.ts';
import type { Product, World } from './world.ts';

/** One for so many orders: hot enough that they meet, and not so few that all waits for one. */
const ordersPerProduct = 25;
/** Of about a hundred units that are asked for of each, so many are there. */
const stockQty = 44;
const restockQty = 10;

/** Products with less stock than will be asked for. */
export async function openCatalogue(
  { chance, ledger, operator }: Omit<World, 'products'>,
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
      if (!created.ok) throw new Error(`no product could be made: ${created.code}`);
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

/** More comes in on the way. */
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
