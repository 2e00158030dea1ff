import { Failure } from '../failure.ts';
import { Unreachable } from '../refusal.ts';

/**
 * Pays at the gateway simulator; answers whether the shop took its webhook and applied it.
 *
 * @throws Unreachable when nobody answers or there is no room, Failure when the simulator refuses
 */
export async function payAtSimulator(
  simulatorUrl: string,
  payment: { paymentId: string; amount: number; currency: string },
): Promise<boolean> {
  const response = await ask(`${simulatorUrl}/pay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...payment, outcome: 'AUTHORIZED' }),
  });
  const answer = (await response.json().catch(() => null)) as SimulatorAnswer | null;
  if (response.ok) return answer?.event?.attempts?.some(({ outcome }) => outcome === 'APPLIED') ?? false;
  if (response.status === 503) throw new Unreachable(`The gateway simulator at ${simulatorUrl} has no room.`);
  throw new Failure(
    `The gateway simulator at ${simulatorUrl} refused a payment: ${answer?.message ?? response.status}.`,
  );
}

/** @throws Unreachable when there is no simulator at this address */
export async function checkSimulator(simulatorUrl: string): Promise<void> {
  const response = await ask(`${simulatorUrl}/book?limit=1`, {});
  await response.body?.cancel();
  if (!response.ok)
    throw new Failure(`There is no gateway simulator at ${simulatorUrl} (it answers ${response.status}).`);
}

type SimulatorAnswer = { message?: string; event?: { attempts?: { outcome: string | null }[] } };

async function ask(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    throw new Unreachable(`The gateway simulator does not answer at ${new URL(url).origin}.`, { cause: error });
  }
}
