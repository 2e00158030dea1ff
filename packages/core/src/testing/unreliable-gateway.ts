import { GatewayRefusal, type Gateway, type GatewayPayment, type GatewayRefund } from '../gateways/gateway.ts';
import { mockGateway } from '../gateways/mock.ts';
import { gatewayFact, type GatewayEventType, type GatewayFact } from '../gateway-inbox/gateway-event.ts';
import { webhookSecret } from './test-shop.ts';

type RefundAtGateway = {
  refund: GatewayRefund;
  paymentId: string;
  status: 'REFUND_PENDING' | 'REFUNDED' | 'REFUND_FAILED';
};

/**
 * Creates a gateway that succeeds, refuses, times out before or after the effect, returns no fact or an unexpected
 * fact, at random. After `recover` every request succeeds.
 */
export function unreliableGateway(random: () => number) {
  const faults = new RandomFaults(random);
  const gateway: Gateway = {
    ...mockGateway([webhookSecret]),
    ...paymentRequests(faults),
    ...refundRequests(faults),
  };
  return {
    gateway,
    recover: () => {
      faults.areOver = true;
    },
  };
}

/** Draws the faults of requests. Every draw takes the next random number. */
class RandomFaults {
  areOver = false;
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Returns a whole number from 0 up to, not including, `bound`. */
  below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }

  /** Returns the facts of a request, or throws, or returns unexpected facts or none. */
  reply(facts: () => GatewayFact[], unexpected: () => GatewayFact[]): GatewayFact[] {
    switch (this.areOver ? 0 : this.below(8)) {
      case 0:
      case 1:
      case 2:
        return facts();
      case 3:
        throw new GatewayRefusal('not_today', 'no');
      case 4:
        throw new Error('no response within 10000 ms');
      case 5:
        facts();
        throw new Error('no response within 10000 ms');
      case 6:
        return unexpected();
      default:
        return [];
    }
  }

  /** Returns one fact about a payment of a random type, one in six with a random amount. */
  factsOf(payment: GatewayPayment): GatewayFact[] {
    const type = factTypes[this.below(factTypes.length)] ?? factTypes[0];
    return [factOf(payment, type, this.below(6) === 0 ? { amount: this.below(4_000) } : {})];
  }
}

const factTypes: [GatewayEventType, ...GatewayEventType[]] = [
  'PENDING',
  'AUTHORIZED',
  'CAPTURED',
  'FAILED',
  'CANCELED',
];

const factOf = ({ id, currency, amount }: GatewayPayment, type: GatewayEventType, given: Partial<GatewayFact> = {}) =>
  gatewayFact({ type, paymentId: id, currency, amount, ...given });

const refundFact = ({ refund: { id, amount, currency }, paymentId, status }: RefundAtGateway) =>
  gatewayFact({
    type: status,
    paymentId,
    amount,
    currency,
    refundId: id,
    gatewayObjectId: `re_${id}`,
    failureCode: status === 'REFUND_FAILED' ? 'bank' : null,
  });

const paymentRequests = (faults: RandomFaults): Required<Pick<Gateway, 'confirm' | 'capture' | 'cancel'>> => ({
  confirm: async (payment) =>
    faults.reply(
      () => [factOf(payment, 'CAPTURED')],
      () => faults.factsOf(payment),
    ),
  capture: async (payment, amount) =>
    faults.reply(
      () => [factOf(payment, 'CAPTURED', { amount })],
      () => faults.factsOf(payment),
    ),
  cancel: async (payment) =>
    faults.reply(
      () => [factOf(payment, 'CANCELED')],
      () => faults.factsOf(payment),
    ),
});

function refundRequests(faults: RandomFaults): Pick<Gateway, 'retrieve' | 'refund'> {
  const refunds = new Map<string, RefundAtGateway>();
  return {
    async retrieve(payment) {
      const refundsOfPayment = [...refunds.values()].filter(({ paymentId }) => paymentId === payment.id);
      if (faults.areOver) {
        for (const one of refundsOfPayment) if (one.status === 'REFUND_PENDING') one.status = 'REFUNDED';
      }
      return faults.reply(
        () => refundsOfPayment.map(refundFact),
        () => [...faults.factsOf(payment), ...refundsOfPayment.map(refundFact)],
      );
    },
    async refund(refund, payment) {
      const status = faults.areOver || faults.below(2) === 0 ? 'REFUNDED' : 'REFUND_PENDING';
      const one = refunds.get(refund.id) ?? { refund, paymentId: payment.id, status };
      return faults.reply(
        () => {
          refunds.set(refund.id, one);
          return [refundFact(one)];
        },
        () => {
          refunds.set(refund.id, one);
          if (faults.below(2) === 0) one.status = 'REFUND_FAILED';
          return [refundFact(one)];
        },
      );
    },
  };
}
