import { useSubscription } from '@trpc/tanstack-react-query';
import { Refusal } from './Refusal.tsx';
import { shop } from './shop.ts';

/** The order as it is now: the shop sends each change, and the connection opens again by itself. */
export function OrderStatus({ orderId }: { orderId: string }) {
  const { data, error } = useSubscription(shop.order.watch.subscriptionOptions({ orderId }));
  if (error) return <Refusal error={error} />;
  const order = data?.data.order;
  return (
    <p>
      Order <code id="order">{orderId}</code>: <output id="status">{order?.status ?? '…'}</output>
    </p>
  );
}
