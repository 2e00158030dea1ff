import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../failure.ts';
import { Unreachable } from '../refusal.ts';

const ATTEMPTS_MAX = 6;
const FIRST_WAIT_MS = 250;

/**
 * Pays at the gateway simulator. Returns whether the shop applied the webhook. It retries when the server does not
 * answer or is busy: a payment is charged once, however often it is paid.
 *
 * @throws Unreachable after the last retry
 * @throws Failure when the simulator refuses
 */
export async function payAtSimulator(
  simulatorUrl: string,
  payment: { paymentId: string; amount: number; currency: string },
): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await pay(simulatorUrl, payment);
    } catch (error) {
      if (attempt === ATTEMPTS_MAX || !(error instanceof Unreachable)) throw error;
      // Random pauses, so that calls that failed together are not repeated together.
      await sleep(FIRST_WAIT_MS * 2 ** attempt * (0.5 + Math.random()));
    }
  }
}

/**
 * Checks that a simulator answers at this address.
 * @throws Unreachable when no server answers
 * @throws Failure when the server is not a simulator
 */
export async function checkSimulator(simulatorUrl: string): Promise<void> {
  const response = await ask(`${simulatorUrl}/book?limit=1`, {});
  await response.body?.cancel();
  if (response.ok) return;
  throw new Failure(`There is no gateway simulator at ${simulatorUrl} (it answers ${response.status}).`);
}

type Answer = { message?: string; event?: { attempts?: { outcome: string | null }[] } };

async function pay(simulatorUrl: string, payment: object): Promise<boolean> {
  const response = await ask(`${simulatorUrl}/pay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...payment, outcome: 'CAPTURED' }),
  });
  const answer = (await response.json().catch(() => null)) as Answer | null;
  if (response.ok) return answer?.event?.attempts?.some(({ outcome }) => outcome === 'APPLIED') ?? false;
  if (response.status === 503) throw new Unreachable(`The gateway simulator at ${simulatorUrl} has no room.`);
  const why = answer?.message ?? response.status;
  throw new Failure(`The gateway simulator at ${simulatorUrl} refused a payment: ${why}`);
}

async function ask(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    throw new Unreachable(`The gateway simulator does not answer at ${new URL(url).origin}.`, { cause: error });
  }
}
