import { useQuery } from '@tanstack/react-query';
import type { RouterOutputs } from '@commerce-core/client';
import { useEffect } from 'react';
import { client, noteError, queryClient, trpc } from '../../api.ts';
import { useMe } from '../../components/use-me.ts';

export type Order = RouterOutputs['order']['get'];
export type Line = Order['lines'][number];
export type Payment = RouterOutputs['payment']['list']['items'][number];
export type Shipment = RouterOutputs['shipment']['list']['items'][number];
export type Refund = RouterOutputs['refund']['list']['items'][number];
export type Return = RouterOutputs['return']['list']['items'][number];
export type Fact = RouterOutputs['order']['history']['items'][number];

// The calls of one request may list 500 rows in all.
const partsMax = 50;
const historyMax = 200;

/** An order with everything that belongs to it and that the operator may see. It follows the order's changes. */
export function useOrder(orderId: string) {
  const { may } = useMe();
  const order = useQuery(trpc.order.get.queryOptions({ orderId }));
  const payments = useQuery(trpc.payment.list.queryOptions({ orderId }));
  const shipments = useQuery(trpc.shipment.list.queryOptions({ orderId }));
  const returns = useQuery(trpc.return.list.queryOptions({ orderId, limit: partsMax }));
  const history = useQuery({ queryKey: historyKey(orderId), queryFn: async () => readHistory(orderId) });
  const refunds = useQuery(trpc.refund.list.queryOptions({ orderId, limit: partsMax }, { enabled: may('money') }));
  const calls = useQuery(
    trpc.gatewayCall.list.queryOptions({ orderId, limit: partsMax }, { enabled: may('gateway-events') }),
  );
  const isThere = order.isSuccess;
  useEffect(() => (isThere ? followOrder(orderId) : undefined), [isThere, orderId]);
  return {
    order: order.data,
    error: order.error,
    payments: payments.data?.items ?? [],
    shipments: shipments.data?.items ?? [],
    returns: returns.data?.items ?? [],
    history: history.data ?? [],
    refunds: refunds.data?.items ?? [],
    calls: calls.data?.items ?? [],
  };
}

const historyKey = (orderId: string) => ['history of order', orderId] as const;

/** Reads what happened to an order, the first thing first. An order has a dozen events; very few have hundreds. */
async function readHistory(orderId: string): Promise<Fact[]> {
  const facts: Fact[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await client.order.history.query({
      orderId,
      limit: historyMax,
      ...(cursor !== undefined && { cursor }),
    });
    facts.push(...page.items);
    if (page.nextCursor === null) return facts;
    cursor = page.nextCursor;
  }
}

/** Keeps an order as it is now, until the returned function is called. */
function followOrder(orderId: string): () => void {
  let version: number | undefined;
  const stream = client.order.watch.subscribe(
    { orderId },
    {
      onData({ data: { order } }) {
        queryClient.setQueryData(trpc.order.get.queryKey({ orderId }), order as Order);
        // Also for the first one: something may have happened since the screen has read the parts.
        if (order.version !== version) readPartsAgain(orderId);
        version = order.version;
      },
      onError: noteError,
    },
  );
  return () => stream.unsubscribe();
}

/** Reads again what belongs to an order. */
export function readPartsAgain(orderId: string): void {
  const parts = [
    trpc.order.get.queryKey({ orderId }),
    trpc.payment.list.queryKey({ orderId }),
    // The lists of all shipments and returns have those of the order, too.
    trpc.shipment.pathKey(),
    trpc.return.pathKey(),
    trpc.parcel.pathKey(),
    historyKey(orderId),
    trpc.refund.list.queryKey({ orderId, limit: partsMax }),
    trpc.gatewayCall.list.queryKey({ orderId, limit: partsMax }),
  ];
  for (const queryKey of parts) void queryClient.invalidateQueries({ queryKey });
}
