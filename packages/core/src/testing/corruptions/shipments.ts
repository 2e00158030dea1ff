import { type Corruption, firstId } from './corruption.ts';
import { orderPaidThenCanceled, setOrder, firstShipment } from './statements.ts';

/** One way to break each invariant of shipments, by the name of its check. */
export const shipmentCorruptions: Record<string, Corruption> = {
  shipment_within_order: {
    statements: [
      `update commerce.shipment_lines set quantity = quantity + 1 where shipment_id = ${firstShipment('READY')}`,
    ],
  },
  shipment_for_everything_paid: {
    statements: [`delete from commerce.shipment_lines where shipment_id = ${firstShipment('READY')}`],
  },
  shipment_only_of_paid_orders: {
    statements: [`update commerce.shipments set status = 'READY' where order_id = ${orderPaidThenCanceled}`],
  },
  shipment_is_not_empty: {
    statements: [`delete from commerce.shipment_lines where shipment_id = ${firstShipment('CANCELED')}`],
  },
  order_fulfillment_follows_shipments: {
    statements: [setOrder(firstId('orders', `fulfillment_status = 'SHIPPED'`), `fulfillment_status = 'DELIVERED'`)],
  },
  shipment_is_as_last_recorded: {
    statements: [`update commerce.shipments set status = 'LOST' where id = ${firstShipment('IN_TRANSIT')}`],
  },
  shipment_transitions_are_legal: {
    statements: [
      `delete from commerce.events where type = 'shipment.dispatched'
      and aggregateid = (select order_id from commerce.shipments where status = 'IN_TRANSIT' order by id limit 1)`,
    ],
  },
};
