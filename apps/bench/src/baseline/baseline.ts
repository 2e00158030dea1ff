import type { Measured, Window } from '../load/measure.ts';
import type { LoadProcess } from '../load/load-process.ts';
import type { Shape } from '../load/job.ts';
import { orderCall, webhookCall } from './floor-call.ts';
import { findPgbench, runPgbench } from './pgbench.ts';

export type FloorTurn = Window & { databaseUrl: string; clients: number; rate?: number | undefined };

/** Who calls the floor's functions, and how fast they are. */
export type Floor = {
  /** For the report: pgbench, or else. */
  name: string;
  orders: (shape: Shape, turn: FloorTurn) => Promise<Measured>;
  webhooks: (turn: FloorTurn) => Promise<Measured>;
};

/** pgbench where it is installed, else the load process over plain pg connections. */
export function findFloor(load: LoadProcess): Floor {
  const pgbench = findPgbench();
  if (pgbench) {
    return {
      name: `pgbench ${pgbench.version}`,
      orders: async (shape, turn) => runPgbench(pgbench, { ...turn, script: orderCall(shape).script }),
      webhooks: async (turn) => runPgbench(pgbench, { ...turn, script: webhookCall.script }),
    };
  }
  return {
    name: 'a plain pg client (pgbench is not installed: apt-get install postgresql-contrib)',
    orders: async (shape, turn) => load.run({ ...turn, kind: 'floor-orders', shape }),
    webhooks: async (turn) => load.run({ ...turn, kind: 'floor-webhooks' }),
  };
}
