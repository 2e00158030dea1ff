import { GatewayRefusal, type Gateway, type GatewayPayment, type GatewayRefund } from '../gateways/gateway.ts';
import { mockGateway } from '../gateways/mock.ts';
import { gatewayFact, type GatewayEventType, type GatewayFact } from '../gateway-inbox/gateway-event.ts';
import { webhookSecret } from './test-shop.ts';

/**
 * A gateway with a will of its own: it obeys, refuses, says nothing, says nothing after it has done as it was told, takes
 * its time, or tells something else. After `calm` it does and answers all that is still asked of it.
 */
export function unreliableGateway(random: () => number) {
  const refunds = new Map<
    string,
    { refund: GatewayRefund; paymentId: string; status: 'REFUND_PENDING' | 'REFUNDED' | 'REFUND_FAILED' }
  >();
  let isCalm = false;
  const below = (bound: number) => Math.floor(random() * bound);

  function decide(facts: () => GatewayFact[], strange: () => GatewayFact[]): GatewayFact[] {
    switch (isCalm ? 0 : below(8)) {
      case 0:
      case 1:
      case 2:
        return facts();
      case 3:
        throw new GatewayRefusal('not_today', 'no');
      case 4:
        throw new Error('nothing within 10000 ms');
      case 5:
        facts();
        throw new Error('nothing within 10000 ms');
      case 6:
        return strange();
      default:
        return [];
    }
  }

  const say = ({ id, currency, amount }: GatewayPayment, type: GatewayEventType, given: Partial<GatewayFact> = {}) =>
    gatewayFact({ type, paymentId: id, currency, amount, ...given });
  const words: GatewayEventType[] = ['PENDING', 'AUTHORIZED', 'CAPTURED', 'FAILED', 'CANCELED'];
  const anything = (payment: GatewayPayment) => [
    say(payment, words[below(words.length)]!, below(6) === 0 ? { amount: below(4_000) } : {}),
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
      decide(
        () => [say(payment, 'CAPTURED')],
        () => anything(payment),
      ),
    capture: async (payment, amount) =>
      decide(
        () => [say(payment, 'CAPTURED', { amount })],
        () => anything(payment),
      ),
    cancel: async (payment) =>
      decide(
        () => [say(payment, 'CANCELED')],
        () => anything(payment),
      ),
    async retrieve(payment) {
      const known = [...refunds.values()].filter(({ paymentId }) => paymentId === payment.id);
      if (isCalm) for (const one of known) if (one.status === 'REFUND_PENDING') one.status = 'REFUNDED';
      return decide(
        () => known.map(refundFact),
        () => [...anything(payment), ...known.map(refundFact)],
      );
    },
    async refund(refund, payment) {
      const status = isCalm || below(2) === 0 ? ('REFUNDED' as const) : ('REFUND_PENDING' as const);
      const one = refunds.get(refund.id) ?? { refund, paymentId: payment.id, status };
      return decide(
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
    calm: () => {
      isCalm = true;
    },
  };
}
