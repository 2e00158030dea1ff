/** A violation that a check found. */
export type Finding = { check: string; what: string };
