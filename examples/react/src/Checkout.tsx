import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { commerceErrorOf, formatMoney, type RouterInputs } from '@commerce-core/client';
import type { Product } from './Catalogue.tsx';
import { OrderStatus } from './OrderStatus.tsx';
import { Pay } from './Pay.tsx';
import { Refusal } from './Refusal.tsx';
import { client, shop } from './shop.ts';

/**
 * The key of this purchase. It outlives a reload of the page, so that pressing the button again after a lost answer
 * returns the order that was placed.
 */
function purchaseKey(productId: string): string {
  const name = `purchase-${productId}`;
  const key = sessionStorage.getItem(name) ?? crypto.getRandomValues(new BigUint64Array(2)).join('-');
  sessionStorage.setItem(name, key);
  return key;
}

export function Checkout({ product, provider }: { product: Product; provider: string }) {
  const [quantity, setQuantity] = useState(1);
  const [shippingOptionId, setShippingOptionId] = useState<string>();
  const input = {
    lines: [{ productId: product.id, quantity }],
    ...(shippingOptionId !== undefined && { shippingOptionId }),
  } satisfies RouterInputs['order']['quote'];
  const quote = useQuery(shop.order.quote.queryOptions(input));

  const purchase = useMutation({
    async mutationFn(expectedTotalAmount: number) {
      const key = purchaseKey(product.id);
      const order = await client.order.create.mutate(
        { ...input, expectedTotalAmount },
        { context: { idempotencyKey: key } },
      );
      const payment = await client.payment.create.mutate(
        { orderId: order.id, provider },
        { context: { idempotencyKey: `${key}-payment` } },
      );
      return { order, payment };
    },
    onError(error) {
      // The shop refused: the next try is another purchase. Without an answer it is the same one.
      if (commerceErrorOf(error)) sessionStorage.removeItem(`purchase-${product.id}`);
      void quote.refetch();
    },
  });

  if (purchase.data)
    return (
      <>
        <OrderStatus orderId={purchase.data.order.id} />
        <Pay payment={purchase.data.payment} />
      </>
    );
  const { data } = quote;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (data) purchase.mutate(data.totalAmount);
      }}
    >
      <h2>{product.name}</h2>
      <label>
        Units <input type="number" min={1} value={quantity} onChange={(event) => setQuantity(+event.target.value)} />
      </label>
      {data?.shippingOptions.map((option) => (
        <label key={option.id}>
          <input
            type="radio"
            name="shipping"
            checked={shippingOptionId === option.id}
            onChange={() => setShippingOptionId(option.id)}
          />
          {option.name}, {formatMoney(option.priceAmount, option.currency, 'en-GB')}
        </label>
      ))}
      {data && <p id="total">{formatMoney(data.totalAmount, data.currency, 'en-GB')}</p>}
      {data?.shortages.map(({ productId, sellableQty }) => (
        <p key={productId}>Only {sellableQty} left at the moment.</p>
      ))}
      <button type="submit" disabled={!data || purchase.isPending}>
        Order and pay
      </button>
      {quote.error && <Refusal error={quote.error} />}
      {purchase.error && <Refusal error={purchase.error} />}
    </form>
  );
}
