import { z } from 'zod';
import { gatewayFact, type GatewayFact, type SignedEvent } from '../gateway-inbox/gateway-event.ts';
import { callGateway, type CallPolicy, type GatewayAnswer } from './call-gateway.ts';
import { isEventId } from './event-id.ts';
import { GatewayRefusal, type Gateway, type GatewayPayment } from './gateway.ts';
import { mockFact } from './mock-fact.ts';

type MockApi = Required<Pick<Gateway, 'retrieve' | 'capture' | 'cancel' | 'refund' | 'listEvents'>>;

/**
 * The calls to the simulator's API of the provider `mock`, which begins at `url`. Each throws GatewayRefusal for a
 * definite no, and Error for every other failure.
 */
export function mockApi(url: string, policy?: CallPolicy): MockApi {
  const get = (path: string) => callGateway(`${url}/v1/${path}`, {}, policy);
  const post = ({ id }: Pick<GatewayPayment, 'id'>, verb: string, key: string, body: object) =>
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
    const answer = await get(`payments/${id}`);
    return answer.status === 404 && codeOf(answer) === 'payment_not_found' ? [] : factsOf(answer);
  }

  return {
    retrieve,
    capture: async (payment, amount) => factsOf(await post(payment, 'capture', `capture-${payment.id}`, { amount })),
    async cancel(payment) {
      const { id, amount, currency } = payment;
      const answer = await post(payment, 'cancel', `cancel-${id}`, { amount, currency });
      // The payment is approved. A repeated key returns the first answer, so the state of today has to be read.
      if (answer.status === 409 && approvedCodes.includes(codeOf(answer))) return retrieve(payment);
      return factsOf(answer);
    },
    async refund({ id, kind, amount, currency }, payment) {
      const answer = await post(payment, 'refunds', id, { refundId: id, amount });
      // The authorization is released already, which is all that a VOID is for.
      if (kind === 'VOID' && answer.status === 409 && codeOf(answer) === 'already_canceled') {
        return [gatewayFact({ type: 'REFUNDED', paymentId: payment.id, amount, currency, refundId: id })];
      }
      return factsOf(answer);
    },
    async listEvents(since) {
      const events: SignedEvent[] = [];
      for (let after = ''; ;) {
        const query = new URLSearchParams({ since: since.toISOString(), ...(after !== '' && { after }) });
        const page = pageOf(await get(`events?${query.toString()}`));
        events.push(...page.events.flatMap(readableEvent));
        const last = page.events.at(-1)?.id;
        if (!page.more || typeof last !== 'string') return events;
        after = last;
      }
    },
  };
}

const approvedCodes: readonly string[] = ['already_authorized', 'already_captured'];

const refusalBody = z.object({
  code: z.string().regex(/^\w{1,100}$/),
  message: z.string().optional().catch(undefined),
});
const factsBody = z.object({ facts: z.array(z.unknown()) });
const eventsBody = z.object({
  events: z.array(z.looseObject({ id: z.unknown().optional() }).catch({ id: undefined })),
  more: z.boolean().catch(false),
});

/** The code of an answer that isn't a success; '' where it has none. */
function codeOf({ status, body }: GatewayAnswer): string {
  return status < 300 ? '' : (refusalBody.safeParse(body).data?.code ?? '');
}

/**
 * Returns nothing when the answer is a success.
 * @throws GatewayRefusal when the answer is a no with a code
 * @throws Error when it is neither
 */
function assertSuccess({ status, body }: GatewayAnswer): void {
  if (status < 300) return;
  const refusal = refusalBody.safeParse(body).data;
  if (!refusal) throw new Error(`the gateway answered ${status}`);
  throw new GatewayRefusal(refusal.code, refusal.message ?? refusal.code);
}

function factsOf(answer: GatewayAnswer): GatewayFact[] {
  assertSuccess(answer);
  const { data } = factsBody.safeParse(answer.body);
  if (!data) throw new Error('the gateway answered without facts');
  return data.facts.map((value) => {
    const fact = mockFact(value);
    if (typeof fact === 'string') throw new Error(`the gateway answered a fact that can't be read: ${fact}`);
    return fact;
  });
}

function pageOf(answer: GatewayAnswer): z.output<typeof eventsBody> {
  assertSuccess(answer);
  const { data } = eventsBody.safeParse(answer.body);
  if (!data) throw new Error('the gateway answered without events');
  return data;
}

/** Leaves out an event that can't be read, so that the shop still finds the others. Its webhook is refused as well. */
function readableEvent(item: { id?: unknown }): SignedEvent[] {
  const fact = mockFact(item);
  return typeof fact === 'string' || !isEventId(item.id) ? [] : [{ providerEventId: item.id, ...fact }];
}
