import type { Reader } from '../../database/page.ts';
import { CommerceError } from '../../errors.ts';
import type { TrackingMessageRow } from '../../shipping/tracking-message.ts';
import { readTrackingMessage } from '../../shipping/tracking-message-repository.ts';
import { bodyText, type BodyText } from '../../text.ts';

/** A message with its raw body as it arrived; null when retention has removed it. */
export type TrackingMessageWithBody = TrackingMessageRow & { rawBody: BodyText | null };

/** @throws tracking_message_not_found when there is no such message */
export async function readTrackingMessageWithBody(
  reader: Reader,
  { messageId }: { messageId: string },
): Promise<TrackingMessageWithBody> {
  const row = await readTrackingMessage(reader, messageId);
  if (!row) throw new CommerceError('tracking_message_not_found', 'no such message of a carrier');
  const { rawBody, ...message } = row;
  return { ...message, rawBody: rawBody && bodyText(rawBody) };
}
