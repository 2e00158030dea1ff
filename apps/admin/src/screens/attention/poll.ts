/** How often the lists of what waits are read again. */
export const attentionPollMs = 10_000;
