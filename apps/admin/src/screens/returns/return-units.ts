import type { Shipment } from '../order/use-order.ts';
import type { OneReturn } from './returns-tabs.ts';

type ReturnLine = OneReturn['lines'][number];

export const unitsOf = ({ lines }: Pick<OneReturn, 'lines'>): number =>
  lines.reduce((sum, { requestedQty }) => sum + requestedQty, 0);

/** Units of a line that neither came back nor are known to be missing. */
export const outstandingOf = ({ requestedQty, receivedQty, missingQty }: ReturnLine): number =>
  requestedQty - receivedQty - missingQty;

/** Whether units may still come back. */
export const canBeReceived = ({ status, goods, lines }: OneReturn): boolean =>
  goods === 'EXPECTED' &&
  (status === 'APPROVED' || status === 'RECEIVED') &&
  lines.some((line) => outstandingOf(line) > 0);

/**
 * Units of a line that came back or are kept, and were not replaced or settled otherwise. Of them some may be refunded,
 * which the server knows.
 */
export function settleableOf({ status, goods }: OneReturn, line: ReturnLine): number {
  const isOwed = goods === 'KEPT' && (status === 'APPROVED' || status === 'CLOSED');
  const owed = goods === 'EXPECTED' ? line.receivedQty : isOwed ? line.requestedQty : 0;
  return Math.max(owed - line.replacedQty - line.releasedQty, 0);
}

/** Units of a line that a return keeps from other returns. */
function claimedBy({ status, goods }: OneReturn, { requestedQty, receivedQty }: ReturnLine): number {
  if (status === 'DECLINED' || status === 'CANCELED') return 0;
  return status === 'CLOSED' && goods === 'EXPECTED' ? receivedQty : requestedQty;
}

/** Units of each line that have left and are in no return, by line number. */
export function returnableUnits(
  shipments: readonly Shipment[],
  returns: readonly OneReturn[],
): ReadonlyMap<number, number> {
  const units = new Map<number, number>();
  const add = (lineNo: number, quantity: number) => units.set(lineNo, (units.get(lineNo) ?? 0) + quantity);
  for (const { status, lines } of shipments) {
    if (status === 'READY' || status === 'CANCELED') continue;
    for (const { lineNo, quantity } of lines) add(lineNo, quantity);
  }
  for (const aReturn of returns) for (const line of aReturn.lines) add(line.lineNo, -claimedBy(aReturn, line));
  return units;
}
