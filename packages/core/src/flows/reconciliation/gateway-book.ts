import type { DisputeStatus } from '../../dispute/dispute.ts';
import type { GatewayFact } from '../../gateway-inbox/gateway-event.ts';

type BookedRefund = {
  id: string | null;
  /** The shop's id of the refund, if the gateway keeps it. */
  refundId: string | null;
  status: 'PENDING' | 'SUCCEEDED' | 'FAILED';
  amount: number;
};

/** A payment in the gateway's book, as its facts state it. Amounts are integer minor units of `currency`. */
export type GatewayBook = {
  status: 'PENDING' | 'AUTHORIZED' | 'CAPTURED' | 'FAILED' | 'CANCELED';
  currency: string;
  authorizedAmount: number;
  capturedAmount: number;
  /** Whether an authorization was released and nothing captured. */
  isReleased: boolean;
  refunds: BookedRefund[];
  disputes: { id: string | null; status: DisputeStatus; amount: number }[];
};

const refundStatuses = { REFUND_PENDING: 'PENDING', REFUNDED: 'SUCCEEDED', REFUND_FAILED: 'FAILED' } as const;
const disputeStatuses = { DISPUTE_OPENED: 'OPEN', DISPUTE_WON: 'WON', DISPUTE_LOST: 'LOST' } as const;

/** What a gateway's facts about one payment say in all; undefined when the gateway does not know the payment. */
export function bookOfFacts(facts: readonly GatewayFact[], currencyOfShop: string): GatewayBook | undefined {
  if (facts.length === 0) return undefined;
  const book: GatewayBook = {
    status: 'PENDING',
    currency: currencyOfShop,
    authorizedAmount: 0,
    capturedAmount: 0,
    isReleased: false,
    refunds: [],
    disputes: [],
  };
  for (const fact of facts) addFact(book, fact);
  // A VOID of an authorization comes as a refund of it.
  const isVoided = book.capturedAmount === 0 && book.refunds.some(({ status }) => status === 'SUCCEEDED');
  const isCanceled = book.status === 'CANCELED' && book.authorizedAmount > 0;
  return { ...book, isReleased: isVoided || isCanceled };
}

function addFact(book: GatewayBook, { type, amount, currency, refundId, gatewayObjectId }: GatewayFact): void {
  switch (type) {
    case 'AUTHORIZED':
      book.status = 'AUTHORIZED';
      book.currency = currency;
      book.authorizedAmount = amount;
      return;
    case 'CAPTURED':
      book.status = 'CAPTURED';
      book.currency = currency;
      book.capturedAmount = amount;
      // A gateway that captures as it approves reports no authorization.
      book.authorizedAmount ||= amount;
      return;
    case 'FAILED':
    case 'CANCELED':
      book.status = type;
      return;
    case 'REFUND_PENDING':
    case 'REFUNDED':
    case 'REFUND_FAILED':
      book.refunds.push({ id: gatewayObjectId, refundId, status: refundStatuses[type], amount });
      return;
    case 'DISPUTE_OPENED':
    case 'DISPUTE_WON':
    case 'DISPUTE_LOST':
      book.disputes.push({ id: gatewayObjectId, status: disputeStatuses[type], amount });
      return;
    case 'PENDING':
    case 'ATTEMPT_FAILED':
    case 'CHANGED':
    case 'OTHER':
  }
}
