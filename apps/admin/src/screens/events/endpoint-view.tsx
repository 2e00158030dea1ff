import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { queryClient, trpc } from '../../api.ts';
import { Button, CommandLine, Failure, Panel, Status } from '../../components/parts.tsx';
import { useFormat } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { eventsTexts } from '../../texts/events.ts';
import parts from '../../components/parts.module.css';
import { Deliveries } from './deliveries.tsx';
import { DeleteDialog, RotateDialog } from './endpoint-actions.tsx';
import { EndpointDialog } from './endpoint-dialog.tsx';
import type { Endpoint } from './endpoint.ts';
import type { EventsSearch } from './events-search.ts';

const pollMs = 5_000;

/** One endpoint: its settings, what can be done with it, and its deliveries. */
export function EndpointView({ endpointId, search }: { endpointId: string; search: EventsSearch }) {
  const texts = useTextsOf(eventsTexts);
  const { loading } = useTexts();
  const input = { endpointId };
  const { data, error, refetch } = useQuery(trpc.webhookEndpoint.get.queryOptions(input, { refetchInterval: pollMs }));
  return (
    <>
      <div>
        <Link to="/events" search={{ tab: 'endpoints' }}>
          {texts.allEndpoints}
        </Link>
      </div>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <p>{loading}</p>}
      {data && <Facts endpoint={data} />}
      {data && <Deliveries endpoint={data} search={search} />}
    </>
  );
}

function Facts({ endpoint }: { endpoint: Endpoint }) {
  const texts = useTextsOf(eventsTexts);
  const { time } = useFormat();
  const { status, disabledReason, types, aggregateTypes } = endpoint;
  const facts: [string, string | number][] = [
    [texts.types, types?.join(', ') ?? texts.allTypes],
    [texts.of, aggregateTypes?.join(', ') ?? texts.any],
    [texts.position, endpoint.position],
    [texts.retrying, endpoint.retrying],
    [texts.parked, endpoint.parked],
    [texts.batchMax, endpoint.batchMax],
    [texts.inFlightMax, endpoint.inFlightMax],
    [texts.failingSince, endpoint.failingSince === null ? '–' : time(endpoint.failingSince)],
    [texts.oldSecret, endpoint.previousSecretUntil === null ? '–' : time(endpoint.previousSecretUntil)],
    [texts.createdAt, time(endpoint.createdAt)],
  ];
  return (
    <Panel title={endpoint.url} aside={<Status of={status} />}>
      {endpoint.description !== null && <p>{endpoint.description}</p>}
      {status === 'DISABLED' && (
        <p className={parts['notice']}>{disabledReason === 'gone' ? texts.gone : texts.failing}</p>
      )}
      <dl className={parts['facts']}>
        {facts.map(([head, value]) => (
          <div key={head}>
            <dt>{head}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Actions endpoint={endpoint} />
      <CommandLine words={['webhooks', 'show', endpoint.id]} />
    </Panel>
  );
}

function Actions({ endpoint }: { endpoint: Endpoint }) {
  const texts = useTextsOf(eventsTexts);
  const { actions } = useTexts();
  const [dialog, setDialog] = useState<'update' | 'rotate' | 'delete'>();
  const onSettled = async () => queryClient.invalidateQueries({ queryKey: trpc.webhookEndpoint.pathKey() });
  const pause = useMutation(trpc.webhookEndpoint.pause.mutationOptions({ onSettled }));
  const resume = useMutation(trpc.webhookEndpoint.resume.mutationOptions({ onSettled }));
  const test = useMutation(trpc.webhookEndpoint.test.mutationOptions({ onSettled }));
  const input = { endpointId: endpoint.id };
  const close = () => setDialog(undefined);
  return (
    <>
      <div className={parts['row']}>
        <Button onClick={() => test.mutate(input)} disabled={test.isPending}>
          {test.isPending ? actions.working : texts.test}
        </Button>
        {endpoint.status === 'ACTIVE' ? (
          <Button onClick={() => pause.mutate(input)} disabled={pause.isPending}>
            {texts.pause}
          </Button>
        ) : (
          <Button onClick={() => resume.mutate(input)} disabled={resume.isPending}>
            {actions.resume}
          </Button>
        )}
        <Button onClick={() => setDialog('update')}>{texts.update}</Button>
        <Button onClick={() => setDialog('rotate')}>{texts.rotate}</Button>
        <Button onClick={() => setDialog('delete')}>{texts.delete}</Button>
      </div>
      <div role="status">
        {test.data && (
          <p className={test.data.delivered ? '' : `${parts['notice']} ${parts['error']}`}>
            {test.data.delivered
              ? texts.testDelivered(test.data.statusCode ?? 0, test.data.durationMs)
              : texts.testFailed(test.data.failure ?? String(test.data.statusCode), test.data.durationMs)}
          </p>
        )}
      </div>
      {[pause, resume, test].map(({ error }, index) => error && <Failure key={index} error={error} />)}
      {dialog === 'update' && <EndpointDialog endpoint={endpoint} onClose={close} />}
      {dialog === 'rotate' && <RotateDialog endpoint={endpoint} onClose={close} />}
      {dialog === 'delete' && <DeleteDialog endpoint={endpoint} onClose={close} />}
    </>
  );
}
