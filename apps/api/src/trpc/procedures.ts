import type { z } from 'zod';
import { appRouter } from '../routers/index.ts';
import type { Context } from './trpc.ts';

/** A procedure as tRPC keeps it at run time. */
export type Procedure = {
  _def: {
    type: 'query' | 'mutation' | 'subscription';
    inputs: readonly z.ZodType[];
    middlewares: readonly unknown[];
    resolver: (options: {
      ctx: Context;
      input: unknown;
      path: string;
      type: 'mutation';
      signal: AbortSignal | undefined;
    }) => Promise<unknown>;
  };
};

// At run time this record is flat; tRPC's types have it nested.
/** Every procedure of the API by its path, like `order.create`. */
export const procedures = appRouter._def.procedures as unknown as Readonly<Record<string, Procedure>>;
