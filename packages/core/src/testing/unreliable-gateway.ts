import { GatewayRefusal, type Gateway, type GatewayPayment, type GatewayRefund } from '../gateways/gateway.ts';
import { mockGateway } from '../gateways/mock.ts';
import { gatewayFact, type GatewayEventType, type GatewayFact } from '../gateway-inbox/gateway-event.ts';
import { webhookSecret } from './test-shop.ts';

/**
 * Creates a gateway that succeeds, refuses, times out before or after the effect, returns no fact or an unexpected
 * fact, at random. After `recover` every request succeeds.
 */
export function unreliableGateway(random: () => number) {
  const refunds = new Map<
    string,
    { refund: GatewayRefund; paymentId: string; status: 'REFUND_PENDING' | 'REFUNDED' | 'REFUND_FAILED' }
  >();
  let isReliable = false;
  const below = (bound: number) => Math.floor(random() * bound);
  const pick = <T>(all: readonly [T, ...T[]]): T => all[below(all.length)] ?? all[0];

  function reply(facts: () => GatewayFact[], unexpected: () => GatewayFact[]): GatewayFact[] {
    switch (isReliable ? 0 : below(8)) {
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

  const factOf = ({ id, currency, amount }: GatewayPayment, type: GatewayEventType, given: Partial<GatewayFact> = {}) =>
    gatewayFact({ type, paymentId: id, currency, amount, ...given });
  const factTypes: [GatewayEventType, ...GatewayEventType[]] = [
    'PENDING',
    'AUTHORIZED',
    'CAPTURED',
    'FAILED',
    'CANCELED',
  ];
  const randomFacts = (payment: GatewayPayment) => [
    factOf(payment, pick(factTypes), below(6) === 0 ? { amount: below(4_000) } : {}),
  ];
  const refundFact = ({
    refund: { id, amount, currency },
    paymentId,
    status,
  }: {
    refund: GatewayRefund;
    paymentId: string;
    status: GatewayEventType;
  }) =>
    gatewayFact({
      type: status,
      paymentId,
      amount,
      currency,
      refundId: id,
      gatewayObjectId: `re_${id}`,
      failureCode: status === 'REFUND_FAILED' ? 'bank' : null,
    });

  const gateway: Gateway = {
    ...mockGateway([webhookSecret]),
    confirm: async (payment) =>
      reply(
        () => [factOf(payment, 'CAPTURED')],
        () => randomFacts(payment),
      ),
    capture: async (payment, amount) =>
      reply(
        () => [factOf(payment, 'CAPTURED', { amount })],
        () => randomFacts(payment),
      ),
    cancel: async (payment) =>
      reply(
        () => [factOf(payment, 'CANCELED')],
        () => randomFacts(payment),
      ),
    async retrieve(payment) {
      const refundsOfPayment = [...refunds.values()].filter(({ paymentId }) => paymentId === payment.id);
      if (isReliable) for (const one of refundsOfPayment) if (one.status === 'REFUND_PENDING') one.status = 'REFUNDED';
      return reply(
        () => refundsOfPayment.map(refundFact),
        () => [...randomFacts(payment), ...refundsOfPayment.map(refundFact)],
      );
    },
    async refund(refund, payment) {
      const status = isReliable || below(2) === 0 ? ('REFUNDED' as const) : ('REFUND_PENDING' as const);
      const one = refunds.get(refund.id) ?? { refund, paymentId: payment.id, status };
      return reply(
        () => {
          refunds.set(refund.id, one);
          return [refundFact(one)];
        },
        () => {
          refunds.set(refund.id, one);
          if (below(2) === 0) one.status = 'REFUND_FAILED';
          return [refundFact(one)];
        },
      );
    },
  };
  return {
    gateway,
    recover: () => {
      isReliable = true;
    },
  };
}
