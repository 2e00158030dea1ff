import { useQuery } from '@tanstack/react-query';
import { formatMoney, type RouterOutputs } from '@commerce-core/client';
import { Refusal } from './Refusal.tsx';
import { shop } from './shop.ts';

export type Product = RouterOutputs['product']['get'];

const words = { IN_STOCK: 'in stock', FEW_LEFT: 'few left', SOLD_OUT: 'sold out' };

/** The products with what can be sold now, read again every half minute. */
export function Catalogue({ onChoose }: { onChoose: (product: Product) => void }) {
  const { data, error } = useQuery(shop.product.list.queryOptions({ limit: 20 }, { refetchInterval: 30_000 }));
  if (error) return <Refusal error={error} />;
  return (
    <ul>
      {data?.items.map((product) => (
        <li key={product.id} data-sku={product.sku}>
          {product.name}, {formatMoney(product.priceAmount, product.currency, 'en-GB')}
          {': '}
          <output>{words[product.availability]}</output>{' '}
          <button type="button" disabled={product.availability === 'SOLD_OUT'} onClick={() => onChoose(product)}>
            Choose
          </button>
        </li>
      ))}
    </ul>
  );
}
