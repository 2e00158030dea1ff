import { connect, createCommerce, migrate } from '@commerce-core/core';

const database = connect({ url: process.env.DATABASE_URL! });
await migrate(database);
const commerce = createCommerce({ database });
const cup = { sku: 'CUP', name: 'Cup', priceAmount: 900, currency: 'EUR' };
const [known] = (await commerce.listProducts({ sku: cup.sku })).items;
const { id: productId } = known ?? (await commerce.createProduct(cup));
await commerce.receiveStock({ productId, quantity: 5 });

await database.pool.query('create table if not exists carts (id serial primary key, order_id uuid)');
await commerce.transaction(async (tx) => {
  const [placed] = await commerce.placeOrdersIn(tx, [{ customerId: 'kim', lines: [{ productId, quantity: 2 }] }]);
  if (!placed?.ok) throw placed?.error;
  await tx.db.execute(`insert into carts (order_id) values ('${placed.value.id}')`);
});

console.log(await commerce.getStock({ productId }));
await database.close();
