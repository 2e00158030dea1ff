/** How often something occurred. A `rare` case may be missing in a run of any size. */
export type Count = { what: string; count: number; rare?: boolean };
