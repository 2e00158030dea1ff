/**
 * The statuses that each status can change to. RESERVED: the new order is unpaid. SPENT: it is paid. RELEASED: it ended
 * unpaid, so that the units of the return are owed again.
 */
export const creditTransitions = {
  RESERVED: ['SPENT', 'RELEASED'],
  SPENT: [],
  RELEASED: [],
} as const satisfies Record<string, readonly string[]>;

export type CreditStatus = keyof typeof creditTransitions;
// Object.keys returns strings, though the table has no other keys.
export const creditStatuses = Object.keys(creditTransitions) as CreditStatus[];

/** Units of a returned order's line that a credit was given for, with what was paid for them in minor units. */
export type CreditLine = { lineNo: number; quantity: number; amount: number };

/**
 * What a return pays of another order, the order of an exchange: an order has at most one credit. Its order's CREDIT
 * line has the same amount, below zero.
 */
export type Credit = {
  /** The new order. */
  orderId: string;
  returnId: string;
  /** The order that the return belongs to. */
  returnOrderId: string;
  status: CreditStatus;
  /** Minor units of `currency`, above zero. */
  amount: number;
  currency: string;
  /**
   * The units that came back, with the cost of shipping where it goes back. Less the fees, they are worth `amount` or
   * more.
   */
  lines: CreditLine[];
  /** What the shop keeps back, as in a refund of a return; null when there is nothing. */
  fees: { name: string; amount: number }[] | null;
  /** When money of it is to go back; null while nothing is. */
  dueAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

/**
 * The part of a credit that is money of one payment, in minor units. The payment may be of an order before the returned
 * one, whose own credit was passed on.
 */
export type CreditPart = {
  orderId: string;
  paymentId: string;
  amount: number;
  /** What a return of the new order has passed on to a further order. */
  passedOnAmount: number;
  /** What the new order doesn't need any more, so that it goes back to the payment. */
  returnedAmount: number;
  /** The part of `returnedAmount` that has gone back to the payment. */
  settledAmount: number;
};

/** What a new order still uses of a part, in minor units. */
export const usedAmount = ({ amount, passedOnAmount, returnedAmount }: CreditPart): number =>
  amount - passedOnAmount - returnedAmount;

/** Divides an amount among parts, the first ones first. The parts that get nothing are left out. */
export function takeFrom<P>(
  parts: readonly P[],
  amount: number,
  leftOf: (part: P) => number,
): { part: P; amount: number }[] {
  let left = amount;
  return parts.flatMap((part) => {
    const taken = Math.min(left, leftOf(part));
    left -= taken;
    return taken > 0 ? [{ part, amount: taken }] : [];
  });
}
