import type { Commerce } from '../commerce.ts';
import { newId } from '../ids.ts';
import type { ReturnStatus } from '../returns/return.ts';

/** What random commands choose by: a number below a bound, and one of several. */
export type Choice = { below: (bound: number) => number; one: <T>(all: readonly T[]) => T | undefined };

type Action = [weight: number, act: () => Promise<unknown>];
type Return = Awaited<ReturnType<Commerce['getReturn']>>;

/** Random commands on returns and shipments of paid orders, and on units of them to cancel. */
export function returnActions(commerce: Commerce, { below, one }: Choice): Action[] {
  const withOrder = (act: (orderId: string) => Promise<unknown>) => async () => {
    const order = one((await commerce.listOrders({ status: 'PAID', limit: 12 })).items);
    if (order) await act(order.id);
  };
  /** Acts on a return that has one of the statuses, or now and then on any. */
  const withReturn = (statuses: readonly ReturnStatus[], act: (aReturn: Return) => Promise<unknown>) => async () => {
    const status = below(8) === 0 ? undefined : one(statuses);
    const aReturn = one((await commerce.listReturns({ status, limit: 8 })).items);
    if (aReturn) await act(aReturn);
  };
  const units = () => [{ lineNo: 1, quantity: below(3) === 0 ? 2 : 1 }];
  const fees = () => (below(3) === 0 ? [{ name: 'Label', amount: one([1, 100, 1_000]) ?? 1 }] : []);
  const request = async (orderId: string) =>
    commerce.requestReturn({
      orderId,
      lines: units(),
      goods: one(['EXPECTED', 'EXPECTED', 'KEPT'] as const),
      fault: one(['SHOP', 'CUSTOMER'] as const),
    });
  const receive = async ({ id: returnId }: Return) =>
    commerce.receiveReturn({ returnId, lines: [{ lineNo: 1, restockQty: 1, missingQty: below(5) === 0 ? 1 : 0 }] });
  const refund = async ({ id: returnId, orderVersion: expectedVersion }: Return) =>
    commerce.refundReturn({ returnId, expectedVersion, fees: fees(), despiteDispute: below(3) === 0 });
  const settled = ['RECEIVED', 'RECEIVED', 'APPROVED', 'CLOSED'] as const;
  return [
    [2, withOrder(async (orderId) => commerce.cancelLines({ orderId, lines: units() }))],
    [6, withOrder(async (orderId) => ship(commerce, one(await commerce.listShipments({ orderId }))))],
    [8, withOrder(request)],
    [6, withReturn(['REQUESTED'], async ({ id: returnId }) => commerce.approveReturn({ returnId }))],
    [6, withReturn(['APPROVED', 'RECEIVED'], receive)],
    [4, withReturn(settled, refund)],
    [2, withReturn(settled, async ({ orderId }) => commerce.createRefund({ orderId, lines: units() }))],
    [6, withReturn(settled, async ({ id: returnId }) => commerce.replaceReturn({ returnId, lines: units() }))],
    [4, withReturn(settled, async (aReturn) => changeReplacement(commerce, aReturn, below(3) === 0))],
    [1, withReturn(['RECEIVED'], async ({ id: returnId }) => commerce.closeReturn({ returnId }))],
    [1, withReturn(['APPROVED'], async ({ id: returnId }) => commerce.cancelReturn({ returnId }))],
  ];
}

type Shipment = Awaited<ReturnType<Commerce['listShipments']>>[number];

async function ship(commerce: Commerce, shipment: Shipment | undefined): Promise<void> {
  if (!shipment) return;
  const { id: shipmentId, status } = shipment;
  if (status === 'READY') await commerce.dispatchShipment({ shipmentId, carrier: 'Post', trackingNumber: newId() });
  else await commerce.deliverShipment({ shipmentId });
}

/** Cancels a replacement, or sends it, and requests the return of one of its units. */
async function changeReplacement(commerce: Commerce, { id: returnId, orderId }: Return, cancels: boolean) {
  const shipments = await commerce.listShipments({ orderId });
  const replacement = shipments.find((one) => one.returnId === returnId && one.status === 'READY');
  if (!replacement) return;
  if (cancels) await commerce.cancelReplacement({ returnId, shipmentId: replacement.id });
  else {
    await ship(commerce, replacement);
    await commerce.requestReturn({ orderId, lines: [{ lineNo: 1, quantity: 1 }] });
  }
}
