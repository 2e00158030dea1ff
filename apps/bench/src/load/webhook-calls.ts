import { paymentId, waitingAmount } from '../setup/ids.ts';
import type { Job } from './job.ts';
import type { Meter } from './measure.ts';
import { callsOverHttp, type Calls } from './over-http.ts';
import { paidEventIdOf, webhookSigner } from './signed-webhook.ts';

/** Creates calls that send the webhook of each payment once, signed as the mock gateway signs. */
export async function webhookCalls(job: Job & { kind: 'webhooks' }, meter: Meter): Promise<Calls> {
  const { url, secret, from, to, clients } = job;
  const sign = webhookSigner(url, secret);
  let n = from;
  const next = () => {
    if (n > to) return undefined;
    const request = sign({ id: `evt-${n}`, type: 'AUTHORIZED', paymentId: paymentId(n), amount: waitingAmount });
    n += 1;
    return request;
  };
  return callsOverHttp({ url, count: clients, meter }, next, paidEventIdOf);
}
