import { useQuery } from '@tanstack/react-query';
import { client, trpc } from '../../api.ts';
import { useFormat } from '../../format.ts';
import { useTexts } from '../../texts/language.tsx';
import parts from '../../components/parts.module.css';
import { attentionPollMs } from './poll.ts';
import { Act, Waiting } from './waiting.tsx';

/** Messages of gateways that the shop has given up to apply. */
export function ParkedMessages() {
  const { attention: texts, actions } = useTexts();
  const { time } = useFormat();
  const { data } = useQuery(
    trpc.gatewayEvent.list.queryOptions({ outcome: 'PARKED', limit: 50 }, { refetchInterval: attentionPollMs }),
  );
  return (
    <Waiting title={texts.parkedMessages} advice={texts.parkedMessagesAdvice} items={data?.items ?? []}>
      {({ id: gatewayEventId, provider, type, receivedAt }) => (
        <>
          <span>{provider}</span>
          <code>{type}</code>
          <time className={parts['quiet']} dateTime={receivedAt}>
            {time(receivedAt)}
          </time>
          <Act
            actions={[
              { label: actions.retry, run: async () => client.gatewayEvent.redrive.mutate({ gatewayEventId }) },
              { label: actions.dismiss, run: async () => client.gatewayEvent.dismiss.mutate({ gatewayEventId }) },
            ]}
          />
        </>
      )}
    </Waiting>
  );
}
