import type { Measured, Window } from '../load/measure.ts';
import type { LoadProcess } from '../load/load-process.ts';
import type { Shape } from '../load/job.ts';
import { orderCall, webhookCall } from './baseline-call.ts';
import { flowCall } from './flow-call.ts';
import { findPgbench, runPgbench } from './pgbench.ts';

export type BaselineTurn = Window & { databaseUrl: string; clients: number; rate?: number | undefined };

/** Calls the baseline's functions and measures them. */
export type Baseline = {
  /** The caller's name in the report. */
  name: string;
  orders: (shape: Shape, turn: BaselineTurn) => Promise<Measured>;
  webhooks: (turn: BaselineTurn) => Promise<Measured>;
  /** Whole flows: an order, its payment, and the payment's webhook. */
  flows: (shape: Shape, turn: BaselineTurn) => Promise<Measured>;
};

/** Returns the baseline called by pgbench if it is installed, else by the load process over plain pg connections. */
export function findBaseline(load: LoadProcess): Baseline {
  const pgbench = findPgbench();
  if (pgbench) {
    return {
      name: `pgbench ${pgbench.version}`,
      orders: async (shape, turn) => runPgbench(pgbench, { ...turn, script: orderCall(shape).script }),
      webhooks: async (turn) => runPgbench(pgbench, { ...turn, script: webhookCall.script }),
      flows: async (shape, turn) => runPgbench(pgbench, { ...turn, script: flowCall(shape).script }),
    };
  }
  return {
    name: 'a plain pg client (pgbench is not installed: apt-get install postgresql-contrib)',
    orders: async (shape, turn) => load.run({ ...turn, kind: 'baseline-orders', shape }),
    webhooks: async (turn) => load.run({ ...turn, kind: 'baseline-webhooks' }),
    flows: async (shape, turn) => load.run({ ...turn, kind: 'baseline-flow', shape }),
  };
}
