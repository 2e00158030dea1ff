import { useQuery } from '@tanstack/react-query';
import { trpc } from '../../api.ts';
import { useMe } from '../../components/use-me.ts';
import { useHeldPage } from '../../components/queue.tsx';
import { inputOfTab, type ShippingTab } from './shipping-tabs.ts';

// The ids of a page fit into the address of one request.
const pageMax = 50;
const pollMs = 10_000;

/** A page of a part of the shipments, which stays as it is, with what is in each of them. */
export function useShipments(tab: ShippingTab, after: string | undefined) {
  const { may } = useMe();
  const input = { ...inputOfTab(tab), limit: pageMax, ...(after !== undefined && { cursor: after }) };
  const page = useQuery(trpc.shipment.listAll.queryOptions(input, { enabled: may('orders'), refetchInterval: pollMs }));
  const held = useHeldPage(page.data);
  const shipmentIds = held.rows.map(({ id }) => id);
  const slips = useQuery(trpc.shipment.packingSlips.queryOptions({ shipmentIds }, { enabled: shipmentIds.length > 0 }));
  return {
    ...held,
    error: page.error ?? slips.error,
    retry: () => void Promise.all([page.refetch(), slips.refetch()]),
    slipOf: new Map(slips.data?.items.map((slip) => [slip.shipmentId, slip])),
  };
}
