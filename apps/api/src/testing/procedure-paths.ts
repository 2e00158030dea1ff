import { access } from '../auth/access.ts';
import { procedures } from '../trpc/procedures.ts';

/** The paths of all procedures, such as `order.create`. A test compares the table of rights with the router. */
export const procedurePaths = (): string[] => Object.keys(access);

/** The paths of the procedures that change something. */
export const mutationPaths = (): string[] =>
  procedurePaths().filter((path) => procedures[path]?._def.type === 'mutation');
