import { useQuery } from '@tanstack/react-query';
import { client, trpc } from '../../api.ts';
import { useFormat } from '../../format.ts';
import { useTexts } from '../../texts/language.tsx';
import parts from '../../components/parts.module.css';
import { attentionPollMs } from './poll.ts';
import { Act, Waiting } from './waiting.tsx';

/** Webhook endpoints that the shop has disabled, because their deliveries failed. */
export function StoppedEndpoints() {
  const { attention: texts, actions } = useTexts();
  const { time } = useFormat();
  const { data } = useQuery(
    trpc.webhookEndpoint.list.queryOptions({ status: 'DISABLED', limit: 50 }, { refetchInterval: attentionPollMs }),
  );
  return (
    <Waiting title={texts.endpoints} advice={texts.endpointsAdvice} items={data?.items ?? []}>
      {({ id: endpointId, url, disabledReason, updatedAt }) => (
        <>
          <span>{url}</span>
          <code>{disabledReason}</code>
          <time className={parts['quiet']} dateTime={updatedAt}>
            {time(updatedAt)}
          </time>
          <Act
            actions={[{ label: actions.resume, run: async () => client.webhookEndpoint.resume.mutate({ endpointId }) }]}
          />
        </>
      )}
    </Waiting>
  );
}
