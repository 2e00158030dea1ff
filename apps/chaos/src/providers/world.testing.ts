import { startTestApi } from '@commerce-core/api/testing';
import { createSimulator } from '@commerce-core/gateway-simulator';
import { afterAll } from 'vitest';
import { emulatorOf, gatewaysAt, otherProviders, secrets } from './gateways.testing.ts';
import type { Provider } from './providers.testing.ts';
import { openSimulatorServer, simulatorActions } from './world-simulator.testing.ts';
import { inboxActions } from './world-inbox.testing.ts';
import { clockActions } from './world-clock.testing.ts';

// Long enough for a busy machine, and short enough for tests of time-outs.
const policy = { timeoutMs: 2_000, triesMax: 1 };

export type World = Awaited<ReturnType<typeof startWorld>>;

/**
 * Starts a shop and its gateways, which talk over HTTP. No background jobs run: only the gateways' messages arrive
 * without a call of the test. Ends with the test file.
 */
export async function startWorld() {
  const server = await openSimulatorServer();
  const api = await startTestApi({ gateways: gatewaysAt(server.url, policy) });
  const webhookUrl = (provider: Provider) => `${api.url}/api/v1/payments/webhooks/${provider}`;
  const simulator = createSimulator({
    webhookUrl: webhookUrl('mock'),
    secret: secrets.current,
    providers: otherProviders.map((provider) => ({ emulator: emulatorOf(provider), webhookUrl: webhookUrl(provider) })),
    delivery: { timeoutMs: 10_000, attemptsMax: 4, backoffMs: 1, backoffMaxMs: 4 },
  });
  server.serve(simulator);
  afterAll(async () => {
    server.close();
    await simulator.stop();
    await api.close();
  });

  const operator = await api.operatorClient();
  const { commerce } = api;
  const atSimulator = simulatorActions(server.url);
  return {
    api,
    operator,
    commerce,
    ...atSimulator,
    /** Makes the calls that are due and receives messages, until there are no more of either. */
    async runUntilIdle(): Promise<void> {
      do await atSimulator.waitForMessages();
      while ((await commerce.callGateways()) > 0);
    },
    ...clockActions(api),
    ...inboxActions(operator, webhookUrl),
  };
}
