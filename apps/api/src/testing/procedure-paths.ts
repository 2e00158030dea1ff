import { access } from '../auth/access.ts';

/** The paths of all procedures, such as `order.create`. A test compares the table of rights with the router. */
export const procedurePaths = (): string[] => Object.keys(access);
