import type { Reader } from '../../database/page.ts';
import { countWaitingGatewayEvents } from '../../gateway-inbox/gateway-event-repository.ts';
import { countOpenGatewayCalls } from '../../gateway-outbox/gateway-call-repository.ts';

/** Work that waits for gateways or operators; each number up to 10,000. */
export type GatewayBacklog = {
  callsOpen: number;
  callsUnanswered: number;
  eventsWaiting: number;
  eventsParked: number;
};

// Counting a backlog must stay cheap while the backlog is large.
const backlogMax = 10_000;

export async function readGatewayBacklog(reader: Reader): Promise<GatewayBacklog> {
  const [calls, events] = await Promise.all([
    countOpenGatewayCalls(reader, backlogMax),
    countWaitingGatewayEvents(reader, backlogMax),
  ]);
  return {
    callsOpen: calls.open,
    callsUnanswered: calls.unanswered,
    eventsWaiting: events.waiting,
    eventsParked: events.parked,
  };
}
