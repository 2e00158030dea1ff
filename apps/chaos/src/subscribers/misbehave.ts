import type { ServerResponse } from 'node:http';
import type { Chance } from '../chance.ts';
import type { ReplyFault } from './reply-plan.ts';

/** What makes a receiver hostile. `redirectTo` is where it redirects requests, which must not follow. */
export type Hostility = { chance: Chance; redirectTo: string };

/** The request that a fault meets. `nth` counts the requests with this fault, from 1. */
type FaultyReply = {
  nth: number;
  response: ServerResponse;
  acknowledge: () => void;
  goDown: (forMs: number) => Promise<void>;
};

const slowMs = { least: 200, most: 1_500 };
const downMs = { least: 300, most: 2_000 };

/** Does to a request what the fault says. */
export function misbehave(
  fault: ReplyFault,
  { nth, response, acknowledge, goDown }: FaultyReply,
  { chance, redirectTo }: Hostility,
): void {
  const drawn = (what: string, { least, most }: typeof slowMs) => chance.whole(`${what} ${nth}`, least, most);
  switch (fault) {
    case 'webhook_server_error':
    case 'webhook_refused_always':
      return void response.writeHead(500).end('not now');
    case 'webhook_rate_limited':
      return void response.writeHead(429, nth % 2 === 0 ? { 'retry-after': '1' } : {}).end();
    case 'webhook_redirected':
      return void response.writeHead(307, { location: redirectTo }).end();
    case 'webhook_answer_never_ends':
      return void response.writeHead(200).write('{');
    case 'webhook_hangs':
      return;
    case 'webhook_slow':
      return void setTimeout(acknowledge, drawn('webhook slow', slowMs));
    case 'webhook_connection_closed':
      return void response.destroy();
    case 'webhook_receiver_down':
      void goDown(drawn('webhook down', downMs));
  }
}
