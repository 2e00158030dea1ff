import { listTrackingMessagesInput, trackingMessageIdInput } from '@commerce-core/core';
import { procedure, router } from '../trpc/trpc.ts';

/** The messages of carriers. All procedures are for operators with the scope `orders`. */
export const trackingMessageRouter = router({
  /** Returns a page of messages without their bodies, the latest first. `provider` and `outcome` filter. */
  list: procedure
    .input(listTrackingMessagesInput.optional())
    .query(({ ctx, input }) => ctx.commerce.listTrackingMessages(input)),
  /**
   * Returns a message with its body byte for byte: `{ text }`, `{ base64 }` when it is not UTF-8, or null when its body
   * is kept no longer.
   * @throws tracking_message_not_found when no message has this id
   */
  get: procedure.input(trackingMessageIdInput).query(({ ctx, input }) => ctx.commerce.getTrackingMessage(input)),
  /**
   * Has a message that was not applied tried again from its first attempt. Returns the message, RECEIVED and due now.
   * @throws tracking_message_not_found when no message has this id
   * @throws invalid_transition when the message was applied, ignored or is a conflict
   */
  redrive: procedure
    .input(trackingMessageIdInput)
    .mutation(({ ctx, input }) => ctx.commerce.redriveTrackingMessage(input, ctx.call)),
  /**
   * Ends the attempts to apply a message. Returns the message, DISMISSED; `redrive` may still apply it later.
   * @throws tracking_message_not_found when no message has this id
   * @throws invalid_transition when the message was applied, ignored or dismissed, or is a conflict
   */
  dismiss: procedure
    .input(trackingMessageIdInput)
    .mutation(({ ctx, input }) => ctx.commerce.dismissTrackingMessage(input, ctx.call)),
});
