import { useQuery } from '@tanstack/react-query';
import { client, trpc } from '../../api.ts';
import { useFormat } from '../../format.ts';
import { useTexts } from '../../texts/language.tsx';
import parts from '../../components/parts.module.css';
import { attentionPollMs } from './poll.ts';
import { Act, Waiting } from './waiting.tsx';

/** Messages of carriers that the shop has given up to apply. */
export function ParkedTracking() {
  const { attention: texts, actions } = useTexts();
  const { time } = useFormat();
  const { data } = useQuery(
    trpc.trackingMessage.list.queryOptions({ outcome: 'PARKED', limit: 50 }, { refetchInterval: attentionPollMs }),
  );
  return (
    <Waiting title={texts.parkedTracking} advice={texts.parkedTrackingAdvice} items={data?.items ?? []}>
      {({ id: messageId, provider, receivedAt }) => (
        <>
          <span>{provider}</span>
          <span />
          <time className={parts['quiet']} dateTime={receivedAt}>
            {time(receivedAt)}
          </time>
          <Act
            actions={[
              { label: actions.retry, run: async () => client.trackingMessage.redrive.mutate({ messageId }) },
              { label: actions.dismiss, run: async () => client.trackingMessage.dismiss.mutate({ messageId }) },
            ]}
          />
        </>
      )}
    </Waiting>
  );
}
