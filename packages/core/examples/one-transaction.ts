import { connect, createCommerce, migrate } from '@commerce-core/core';

const database = connect({ url: process.env.DATABASE_URL! });
await migrate(database);
const commerce = createCommerce({ database });
const { id: productId } = await commerce.createProduct({ sku: 'CUP', name: 'Cup', priceAmount: 900, currency: 'EUR' });
await commerce.receiveStock({ productId, quantity: 5 });

await database.pool.query('create table carts (id text primary key, order_id uuid)');
await commerce.transaction(async (tx) => {
  const [placed] = await commerce.placeOrdersIn(tx, [{ customerId: 'kim', lines: [{ productId, quantity: 2 }] }]);
  if (!placed?.ok) throw placed?.error;
  await tx.db.execute(`insert into carts values ('cart-1', '${placed.value.id}')`);
});

console.log(await commerce.getStock({ productId }));
await database.close();
