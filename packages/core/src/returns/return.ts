import { CommerceError } from '../errors.ts';
import { transition } from '../transition.ts';

/** The statuses that each status can change to. RECEIVED → RECEIVED: goods may come back in several steps. */
export const returnTransitions = {
  REQUESTED: ['APPROVED', 'DECLINED', 'CANCELED'],
  APPROVED: ['RECEIVED', 'CLOSED', 'CANCELED'],
  RECEIVED: ['RECEIVED', 'CLOSED'],
  CLOSED: [],
  DECLINED: [],
  CANCELED: [],
} as const satisfies Record<string, readonly string[]>;

export type ReturnStatus = keyof typeof returnTransitions;
// Object.keys returns strings, though the table has no other keys.
export const returnStatuses = Object.keys(returnTransitions) as ReturnStatus[];

/** Whose fault it is that goods come back. The cost of shipping goes back unless it is the customer's. */
export const returnFaults = ['SHOP', 'CUSTOMER', 'CARRIER'] as const;
export type ReturnFault = (typeof returnFaults)[number];

/** EXPECTED: the goods come back. KEPT: they were damaged or lost, and nothing comes back. */
export const returnGoods = ['EXPECTED', 'KEPT'] as const;
export type ReturnGoods = (typeof returnGoods)[number];

/** Units of an order that a customer sends back. `carrier` and `trackingNumber` are those of the return label. */
export type Return = {
  id: string;
  orderId: string;
  status: ReturnStatus;
  fault: ReturnFault;
  goods: ReturnGoods;
  /** As the customer or operator gave it who requested the return; null once `order.redact` has erased it. */
  reason: string | null;
  declineReason: string | null;
  carrier: string | null;
  trackingNumber: string | null;
  createdAt: Date;
  updatedAt: Date;
};

/**
 * Units of one line of the order. Of the requested ones `replacementQty` came by replacements, and the others are the
 * order's own; those that came by replacements count as received first. `receivedQty` came back: they were restocked or
 * written off. `missingQty` were requested and didn't come. `replacedQty` were sent once more, so that they aren't
 * refunded. `releasedQty` were settled without a refund: left out of the capture of a payment that was only authorized,
 * not owed any more after a lost authorization, or with fees as high as their price.
 */
export type ReturnLine = {
  returnId: string;
  orderId: string;
  lineNo: number;
  requestedQty: number;
  replacementQty: number;
  receivedQty: number;
  restockedQty: number;
  writtenOffQty: number;
  missingQty: number;
  replacedQty: number;
  releasedQty: number;
};

/** What became of units of one line that were expected. */
export type ReceivedUnits = { lineNo: number; restockQty: number; writeOffQty: number; missingQty: number };

/** The return in its new status. @throws invalid_transition when it can't change so */
export function transitionReturn(aReturn: Return, to: ReturnStatus, now: Date): Return {
  return transition('return', returnTransitions, aReturn, to, now);
}

/** Units of a line that a return claims, so that no other return can have them. */
export function claimedQty({ status, goods }: Return, { requestedQty, receivedQty }: ReturnLine): number {
  if (status === 'DECLINED' || status === 'CANCELED') return 0;
  return status === 'CLOSED' && goods === 'EXPECTED' ? receivedQty : requestedQty;
}

/**
 * Units of a line that are refunded or replaced: those that came back, and those that the customer keeps by an approved
 * return.
 */
export function owedQty({ status, goods }: Return, { requestedQty, receivedQty }: ReturnLine): number {
  if (goods === 'EXPECTED') return receivedQty;
  return status === 'APPROVED' || status === 'CLOSED' ? requestedQty : 0;
}

/** Units of a line that came back and are the order's own, and not replacements. */
export const receivedOwnQty = ({ receivedQty, replacementQty }: ReturnLine): number =>
  Math.max(receivedQty - replacementQty, 0);

/** Units of a line that replacements brought, and that are refunded or replaced in their turn. */
export const endedReplacementQty = (aReturn: Return, line: ReturnLine): number =>
  Math.min(owedQty(aReturn, line), line.replacementQty);

/** Units of a line that neither came back nor are known to be missing. */
export const outstandingQty = ({ requestedQty, receivedQty, missingQty }: ReturnLine): number =>
  requestedQty - receivedQty - missingQty;

/**
 * The line after some of its units came back or turned out to be missing.
 * @throws units_not_in_return when that are more units than are outstanding
 */
export function receiveUnits(line: ReturnLine, { restockQty, writeOffQty, missingQty }: ReceivedUnits): ReturnLine {
  if (restockQty + writeOffQty + missingQty > outstandingQty(line)) throw unitsNotInReturn(line, outstandingQty(line));
  return {
    ...line,
    receivedQty: line.receivedQty + restockQty + writeOffQty,
    restockedQty: line.restockedQty + restockQty,
    writtenOffQty: line.writtenOffQty + writeOffQty,
    missingQty: line.missingQty + missingQty,
  };
}

/** Refuses more units of a line than the return has for a purpose. */
export const unitsNotInReturn = ({ lineNo }: { lineNo: number }, returnQty: number): CommerceError =>
  new CommerceError('units_not_in_return', 'the return does not have so many units of this line', {
    lineNo,
    returnQty,
  });
