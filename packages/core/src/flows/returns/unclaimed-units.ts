import { claimedQty, type Return, type ReturnLine } from '../../returns/return.ts';
import type { Shipment } from '../../shipping/shipment.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';

/** Units of a line in one shipment that has left. */
export type SentUnits = { shipment: Shipment; quantity: number };

const dayMs = 24 * 60 * 60 * 1_000;

/** Whether a customer could request the return of a shipment at a time: so many days after it arrived, or left. */
export function isInTime({ deliveredAt, shippedAt }: Shipment, at: Date, returnDays: number): boolean {
  const since = deliveredAt ?? shippedAt;
  return since !== null && at.getTime() <= since.getTime() + returnDays * dayMs;
}

/**
 * The units of a line that have left and that no return claims, by shipment. Returns don't say which units they are
 * about, so each takes, one return after the other: first what could be requested in time then, of that the oldest.
 * Units that came by replacements are taken from replacements.
 */
export function unclaimedUnits(order: LockedOrder, lineNo: number, returnDays: number): SentUnits[] {
  const sent = sentUnits(order, lineNo);
  for (const { aReturn, line } of claims(order, lineNo)) {
    const claimed = claimedQty(aReturn, line);
    const ofReplacements = Math.min(claimed, line.replacementQty);
    const sorted = sent.toSorted((a, b) => rank(a, aReturn, returnDays) - rank(b, aReturn, returnDays));
    const isReplacement = ({ shipment }: SentUnits) => shipment.returnId !== null;
    const left = take(sorted.filter(isReplacement), ofReplacements);
    take(
      sorted.toSorted((a, b) => Number(isReplacement(a)) - Number(isReplacement(b))),
      claimed - ofReplacements + left,
    );
  }
  return sent;
}

/** The units of a line in each shipment that has left, the oldest first. */
function sentUnits({ shipments, shipmentLines }: LockedOrder, lineNo: number): SentUnits[] {
  const units = shipments.flatMap((shipment) => {
    const line = shipmentLines.find((one) => one.shipmentId === shipment.id && one.lineNo === lineNo);
    return shipment.shippedAt && line ? [{ shipment, quantity: line.quantity }] : [];
  });
  return units.toSorted((a, b) => sinceOf(a.shipment) - sinceOf(b.shipment));
}

const sinceOf = ({ deliveredAt, shippedAt }: Shipment): number => (deliveredAt ?? shippedAt)?.getTime() ?? 0;

/** The returns of a line, the oldest first. */
const claims = ({ returns, returnLines }: LockedOrder, lineNo: number): { aReturn: Return; line: ReturnLine }[] =>
  returns
    .flatMap((aReturn) => {
      const line = returnLines.find((one) => one.returnId === aReturn.id && one.lineNo === lineNo);
      return line ? [{ aReturn, line }] : [];
    })
    .toSorted((a, b) => a.aReturn.createdAt.getTime() - b.aReturn.createdAt.getTime());

/** Units that a return is the more likely about come first: those in time, then those that had left at all. */
function rank({ shipment }: SentUnits, { createdAt }: Return, returnDays: number): number {
  const { shippedAt } = shipment;
  if (shippedAt === null || shippedAt > createdAt) return 2;
  return isInTime(shipment, createdAt, returnDays) ? 0 : 1;
}

/** Takes units, those of the first shipments first. Returns how many are missing. */
function take(units: readonly SentUnits[], wanted: number): number {
  let missing = wanted;
  for (const one of units) {
    const taken = Math.min(one.quantity, missing);
    one.quantity -= taken;
    missing -= taken;
  }
  return missing;
}
