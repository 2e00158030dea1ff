import { gatewayFact, type GatewayFact, type SignedEvent } from '../gateway-inbox/gateway-event.ts';
import { callGateway, type CallPolicy, type GatewayAnswer } from './call-gateway.ts';
import { GatewayRefusal, type Gateway, type GatewayPayment } from './gateway.ts';
import { isEventId, mockFact } from './mock-fact.ts';

type Api = Required<Pick<Gateway, 'retrieve' | 'capture' | 'cancel' | 'refund' | 'listEvents'>>;

/** The calls to the simulator's API of the provider `mock`, below `url`. */
export function mockApi(url: string, policy?: CallPolicy): Api {
  const ask = (path: string) => callGateway(`${url}/v1/${path}`, {}, policy);
  const tell = ({ id }: Pick<GatewayPayment, 'id'>, verb: string, key: string, body: object) =>
    callGateway(
      `${url}/v1/payments/${id}/${verb}`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify(body),
      },
      policy,
    );

  async function retrieve({ id }: Pick<GatewayPayment, 'id'>): Promise<GatewayFact[]> {
    const answer = await ask(`payments/${id}`);
    return answer.status === 404 && codeOf(answer) === 'payment_not_found' ? [] : factsOf(answer);
  }

  return {
    retrieve,
    capture: async (payment, amount) => factsOf(await tell(payment, 'capture', `capture-${payment.id}`, { amount })),
    async cancel(payment) {
      const { id, amount, currency } = payment;
      const answer = await tell(payment, 'cancel', `cancel-${id}`, { amount, currency });
      // It has brought money: the shop decides by what it is now, not by what it was when this key was first answered.
      if (answer.status === 409 && paid.includes(codeOf(answer))) return retrieve(payment);
      return factsOf(answer);
    },
    async refund({ id, kind, amount, currency }, payment) {
      const answer = await tell(payment, 'refunds', id, { refundId: id, amount });
      // The authorization is gone already, by whatever way: that is all that was wanted.
      if (kind === 'VOID' && answer.status === 409 && codeOf(answer) === 'already_canceled') {
        return [gatewayFact({ type: 'REFUNDED', paymentId: payment.id, amount, currency, refundId: id })];
      }
      return factsOf(answer);
    },
    async listEvents(since) {
      const events: SignedEvent[] = [];
      for (let after = ''; ;) {
        const query = new URLSearchParams({ since: since.toISOString(), ...(after !== '' && { after }) });
        const { items, more } = itemsOf(await ask(`events?${query.toString()}`));
        events.push(...items.flatMap(eventOf));
        const last: unknown = items.at(-1)?.id;
        if (!more || typeof last !== 'string') return events;
        after = last;
      }
    },
  };
}

const paid: readonly string[] = ['already_authorized', 'already_captured'];

/** The code of an answer that is no success; '' where it has none. */
function codeOf({ status, body }: GatewayAnswer): string {
  const code: unknown = status < 300 ? undefined : body?.code;
  return typeof code === 'string' && /^\w{1,100}$/.test(code) ? code : '';
}

/** @throws GatewayRefusal for a no that has a code; Error for what can't be understood */
function orRefuse(answer: GatewayAnswer): void {
  if (answer.status < 300) return;
  const code = codeOf(answer);
  if (code === '') throw new Error(`the gateway answered ${answer.status}`);
  throw new GatewayRefusal(code, typeof answer.body.message === 'string' ? answer.body.message : code);
}

function factsOf(answer: GatewayAnswer): GatewayFact[] {
  orRefuse(answer);
  const facts: unknown = answer.body?.facts;
  if (!Array.isArray(facts)) throw new Error('the gateway answered without facts');
  return facts.map((value) => {
    const fact = mockFact(value);
    if (typeof fact === 'string') throw new Error(`the gateway answered a fact that can't be read: ${fact}`);
    return fact;
  });
}

function itemsOf(answer: GatewayAnswer): { items: { id?: unknown }[]; more: boolean } {
  orRefuse(answer);
  if (!Array.isArray(answer.body?.events)) throw new Error('the gateway answered without events');
  return { items: answer.body.events, more: answer.body.more === true };
}

/** One that can't be read is left out, as its webhook would be refused: it must not hide the others. */
function eventOf(item: { id?: unknown }): SignedEvent[] {
  const fact = mockFact(item);
  return typeof fact === 'string' || !isEventId(item.id) ? [] : [{ providerEventId: item.id, ...fact }];
}
