/** Something that must not be. */
export type Finding = { check: string; what: string };
