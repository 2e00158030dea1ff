import { Failure } from '../failure.ts';
import { Unreachable } from '../refusal.ts';

/**
 * Sends a request to the gateway simulator, and returns its response.
 * @throws Unreachable when no server answers
 * @throws Failure when the simulator refuses
 */
export async function postToSimulator(simulatorUrl: string, path: string, body: object): Promise<unknown> {
  const answer = await post(`${simulatorUrl}/${path}`, body).catch((error: unknown) => {
    throw new Unreachable(`The gateway simulator does not answer at ${simulatorUrl}.`, { cause: error });
  });
  if (answer.ok) return answer.json();
  const refusal = (await answer.json().catch(() => null)) as { message?: string } | null;
  const why = refusal?.message ?? `it answers ${answer.status}`;
  throw new Failure(`The gateway simulator at ${simulatorUrl} refuses: ${why}`);
}

const post = async (url: string, body: object): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
