import { formatMoney } from '@commerce-core/client';
import { shop } from './shop.ts';

// The stock changes all the time.
export const dynamic = 'force-dynamic';

const words = { IN_STOCK: 'in stock', FEW_LEFT: 'few left', SOLD_OUT: 'sold out' };

/** The catalogue, rendered on the server. */
export default async function Page() {
  const { items } = await shop().product.list.query({ limit: 20 });
  return (
    <ul>
      {items.map(({ id, name, priceAmount, currency, availability }) => (
        <li key={id}>
          {name}, {formatMoney(priceAmount, currency, 'en-GB')}, {words[availability]}
        </li>
      ))}
    </ul>
  );
}
