import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Received } from '../shop.testing.ts';
import { startSimulator } from '../simulator.testing.ts';
import type { FaultKind } from './fault-kinds.ts';

export type Rates = Partial<Record<FaultKind, number>>;
const contentOf = ({ headers, body }: Received) => ({ id: headers['webhook-id'], ...JSON.parse(body) });

/** Starts a simulator in the hostile mode with only these faults, and a shop. */
export async function startHostileSimulator(rates: Rates, more: object = {}) {
  const simulator = await startSimulator();
  const { request, shop } = simulator;
  const started = await request('/hostile', {
    seed: 1,
    scale: 0,
    rates,
    delayMs: 40,
    latencyMs: 5,
    silenceMs: 60_000,
    ...more,
  });
  expect(started).toMatchObject({ status: 200, body: { on: true } });
  const paymentId = randomUUID();
  const pay = (outcome: string, given: object = {}) =>
    simulator.pay({ paymentId, amount: 1000, currency: 'EUR', outcome, ...given });
  const report = async () => (await request('/hostile')).body;
  const turnOff = async () => {
    await request('/hostile', { off: true });
    await simulator.untilIdle();
  };
  const webhooks = () => shop.received.map(contentOf);
  const types = () => webhooks().map(({ type }) => type as string);
  const post = (verb: string, body: object, key: string) =>
    request(`/mock/v1/payments/${paymentId}/${verb}`, body, { 'idempotency-key': key });
  return { ...simulator, paymentId, pay, report, turnOff, webhooks, types, post };
}
