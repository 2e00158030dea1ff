import { read } from '../database/transaction.ts';
import type { z } from 'zod';
import { transitionShipments, type TransitionShipmentCommand } from '../flows/shipping/transition-shipments.ts';
import { readShipments } from '../flows/order/read-orders.ts';
import * as inputs from '../shipping/shipment-input.ts';
import { parse } from '../validation.ts';
import { mutation, type Call, type Context } from '../run/context.ts';
import type { Owner } from './orders.ts';
import { orderIdInput } from '../order/order-input.ts';

/** Parcels, from READY to DELIVERED. */
export function shippingUseCases(context: Context) {
  const move = mutation(context, 'shipment.move', transitionShipments, [
    'createdAt',
    'updatedAt',
    'shippedAt',
    'deliveredAt',
  ]);
  const transitionShipment = async (command: TransitionShipmentCommand, call?: Call) =>
    move(command, (input) => input, call);

  return {
    listShipments: async ({ customerId, ...input }: { orderId: string } & Owner) =>
      read(async () => readShipments(context.database.db, { ...parse(orderIdInput, input), customerId })),
    dispatchShipment: async (input: z.input<typeof inputs.dispatchShipmentInput>, call?: Call) =>
      transitionShipment({ to: 'SHIPPED', ...parse(inputs.dispatchShipmentInput, input) }, call),
    markShipmentInTransit: async (input: z.input<typeof inputs.shipmentIdInput>, call?: Call) =>
      transitionShipment({ to: 'IN_TRANSIT', ...parse(inputs.shipmentIdInput, input) }, call),
    deliverShipment: async (input: z.input<typeof inputs.shipmentIdInput>, call?: Call) =>
      transitionShipment({ to: 'DELIVERED', ...parse(inputs.shipmentIdInput, input) }, call),
  };
}
