/** How often something occurred. What is `rare` may be missing in a run of any size. */
export type Count = { what: string; count: number; rare?: boolean };
